package io.mlops4j.features;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/** Thrown when features cannot be computed, stored or read; says which view, and what to do. */
public final class FeatureException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a complete sentence.
   *
   * @param message which view or store, what happened, the numbers, what to do
   */
  public FeatureException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a complete sentence and what caused it.
   *
   * @param message which view or store, what happened, the numbers, what to do
   * @param cause what was thrown below, or null
   */
  public FeatureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
