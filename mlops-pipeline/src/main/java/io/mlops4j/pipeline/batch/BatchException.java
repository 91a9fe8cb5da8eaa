package io.mlops4j.pipeline.batch;

import io.mlops4j.core.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a job cannot go on: a bad row that may not be skipped, an input that cannot be read,
 * an output that cannot be written. What was written up to the last checkpoint stays, and the same
 * job goes on from there.
 */
public class BatchException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is. */
  public enum Side {
    /** Rows that cannot be read or scored. */
    INPUT,
    /** A file or table that cannot be written. */
    OUTPUT,
    /** Another process, or the job's own state, is in the way. */
    STATE
  }

  private final Side side;

  BatchException(Side side, String message) {
    this(side, message, null);
  }

  BatchException(Side side, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.side = side;
  }

  /**
   * Returns whose fault it is.
   *
   * @return the side
   */
  public Side side() {
    return side;
  }
}
