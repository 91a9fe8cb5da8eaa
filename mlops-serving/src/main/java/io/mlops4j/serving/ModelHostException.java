package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;

/** A {@link ModelHost} did not ask a model, and why. Expected under load: it has no stack trace. */
public final class ModelHostException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /** Why a model was not asked. */
  public enum Reason {
    /** No model has that name. */
    UNKNOWN,
    /** The caller has as many calls inside as it may. */
    QUOTA,
    /** Whatever could be evicted would not make enough room. */
    NO_ROOM,
    /** The host is closed. */
    CLOSED
  }

  private final Reason reason;

  ModelHostException(Reason reason, String message) {
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
