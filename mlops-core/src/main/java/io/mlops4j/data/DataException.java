package io.mlops4j.data;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/** Thrown when rows cannot be read or do not fit their schema; names the source and the place. */
public final class DataException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a complete sentence.
   *
   * @param message which data, where, what is wrong, what to do
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a complete sentence and what caused it.
   *
   * @param message which data, where, what is wrong, what to do
   * @param cause what was thrown below, or null
   */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
