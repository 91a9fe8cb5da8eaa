package io.mlops4j.core;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception this library throws on purpose. Unchecked.
 *
 * <p>The message says who, what happened, the numbers and what to do. Programming mistakes are JDK
 * types instead ({@link IllegalArgumentException}, {@link NullPointerException}).
 */
public class MlopsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a complete sentence.
   *
   * @param message who, what happened, the numbers, what to do
   */
  public MlopsException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a complete sentence and what caused it.
   *
   * @param message who, what happened, the numbers, what to do
   * @param cause what was thrown below, or null
   */
  public MlopsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates an exception for an outcome that is expected under load, optionally without a stack
   * trace, which is most of an exception's cost.
   *
   * @param message who, what happened, the numbers, what to do
   * @param cause what was thrown below, or null
   * @param stackTrace whether to record the stack
   */
  protected MlopsException(String message, @Nullable Throwable cause, boolean stackTrace) {
    super(message, cause, true, stackTrace);
  }
}
