package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import java.util.Objects;

/**
 * Stored bytes are not the bytes that were stored: a digest, a checksum or the log's chain does not
 * match, or an object is gone. The message names the object and both digests. Never thrown for
 * something that could not be read at all.
 */
public final class IntegrityException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a complete sentence.
   *
   * @param message names the object and what is wrong with it
   */
  public IntegrityException(String message) {
    super(message);
  }

  IntegrityException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The message, of which there always is one. */
  String sentence() {
    return Objects.requireNonNull(getMessage());
  }
}
