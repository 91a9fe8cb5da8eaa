package io.mlops4j.mlflow;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * A model directory or a server's answer was refused, or a server could not be asked. The message
 * says which, why, and what to do; it never holds a token.
 */
public final class MlflowException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final String errorCode;

  MlflowException(String message) {
    this(message, "", null);
  }

  MlflowException(String message, @Nullable Throwable cause) {
    this(message, "", cause);
  }

  MlflowException(String message, String errorCode, @Nullable Throwable cause) {
    super(message, cause);
    this.errorCode = errorCode;
  }

  /**
   * Returns the server's own name for what went wrong.
   *
   * @return such as {@code RESOURCE_DOES_NOT_EXIST}, or an empty string if no server said so
   */
  public String errorCode() {
    return errorCode;
  }
}
