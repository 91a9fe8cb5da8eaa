package io.mlops4j.pipeline;

import io.mlops4j.report.Status;

/** How a run is doing. */
public enum RunStatus {
  /** Created; nothing was done yet. */
  QUEUED(false),
  /** A step runs, or will after a back-off. */
  RUNNING(false),
  /** A step waits for something outside, such as a canary; no thread is held. */
  WAITING(false),
  /** Every step is done. */
  SUCCEEDED(true),
  /** A step said no: a validation, a gate, a canary. A decision, not a fault. */
  REFUSED(true),
  /** A step failed as often as it may. */
  FAILED(true),
  /** Somebody ended it. */
  CANCELLED(true);

  private final boolean over;

  RunStatus(boolean over) {
    this.over = over;
  }

  /**
   * Returns whether nothing will happen any more.
   *
   * @return true for the last four
   */
  public boolean over() {
    return over;
  }

  /** Whether {@link Reprocess#FAILED} may run the interval again. */
  boolean mayBeRetried() {
    return this == FAILED || this == CANCELLED;
  }

  /** The colour on a page. */
  Status colour() {
    return switch (this) {
      case SUCCEEDED -> Status.PASS;
      case FAILED -> Status.FAIL;
      case REFUSED, CANCELLED -> Status.WARNING;
      default -> Status.INFO;
    };
  }
}
