package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;

/**
 * The request was not executed, and why. Expected under load: it has no stack trace. The model has
 * not seen the row.
 */
public final class PredictionRejectedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /** Why a request was not executed. */
  public enum Reason {
    /** As many requests wait as may wait. */
    QUEUE_FULL,
    /** There is no version to serve. */
    NOT_READY,
    /** Its deadline passed before the model was asked. */
    EXPIRED,
    /** The version keeps failing and is left alone for a while. */
    CIRCUIT_OPEN,
    /** The row does not pass the predictor's input check. */
    INVALID_INPUT,
    /** The calling thread was interrupted while it waited; its flag is set again. */
    INTERRUPTED
  }

  private final Reason reason;

  PredictionRejectedException(Reason reason, String message) {
    super(message, null, false);
    this.reason = reason;
  }

  /**
   * Returns why.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
