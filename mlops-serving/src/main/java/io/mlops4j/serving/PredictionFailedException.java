package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * The model was asked and gave no usable answer for this row: it threw, answered NaN, answered a
 * different number of rows, or was not done by the deadline. The message names the predictor or
 * model and the row's position where there are several; the cause is what was thrown below.
 */
public final class PredictionFailedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final boolean timedOut;

  PredictionFailedException(String message) {
    this(message, null);
  }

  PredictionFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.timedOut = false;
  }

  private PredictionFailedException(String message, @Nullable Throwable cause, boolean stackTrace) {
    super(message, cause, stackTrace);
    this.timedOut = true;
  }

  /** Returns the stackless exception of a run that was not done by the deadline. */
  static PredictionFailedException late(String message) {
    return new PredictionFailedException(message, null, false);
  }

  /**
   * Returns whether the model was still running when the deadline passed.
   *
   * @return false if it failed by itself
   */
  public boolean timedOut() {
    return timedOut;
  }

  /** Returns the same without what others have put into their exceptions. */
  PredictionFailedException withoutCause() {
    if (timedOut) {
      return this;
    }
    PredictionFailedException bare =
        new PredictionFailedException(String.valueOf(getMessage()), null);
    bare.setStackTrace(getStackTrace());
    return bare;
  }

  /**
   * Returns a sentence about a cause. Only our own messages are repeated: they never hold values of
   * rows, others may.
   */
  static String because(Throwable cause) {
    return cause instanceof MlopsException
        ? String.valueOf(cause.getMessage())
        : cause.getClass().getName() + " (see the cause).";
  }
}
