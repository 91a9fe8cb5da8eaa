package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * The model was asked and gave no usable answer for this row: it threw, answered NaN, or answered a
 * different number of rows. The message names the predictor or model and the row's position where
 * there are several; the cause is what was thrown below.
 */
public final class PredictionFailedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  PredictionFailedException(String message) {
    super(message);
  }

  PredictionFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
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
