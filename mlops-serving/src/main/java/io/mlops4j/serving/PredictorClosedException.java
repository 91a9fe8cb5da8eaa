package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;

/** The predictor is closed: it accepts nothing more, or gave up on what was left. */
public final class PredictorClosedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  PredictorClosedException(String message) {
    super(message);
  }
}
