package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import org.jspecify.annotations.Nullable;

/**
 * A version did not pass its {@link TrialRun}. The message names the version, how its child JVM
 * ended, the last lines that it said, and what to do.
 */
public final class TrialFailedException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /** How a trial run failed. */
  public enum Reason {
    /** The child says that the version cannot be loaded, or does not reproduce its golden rows. */
    REFUSED,
    /** The child was ended by a signal, or by an exit code it was not asked for. */
    DIED,
    /** The child needed more heap or direct memory than it has. */
    OUT_OF_MEMORY,
    /** The child was not done within the limit, and was killed. */
    TIMED_OUT,
    /** No child could be started, or not be given the files. */
    NOT_STARTED,
    /** The release has no files to try, or none of a format that is tried. */
    NO_FILES,
    /** The predictor was closed, or the thread interrupted, meanwhile; the child was killed. */
    CANCELLED
  }

  private final String model;
  private final int number;
  private final Reason reason;

  TrialFailedException(
      ModelVersion version, Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.model = version.model();
    this.number = version.number();
    this.reason = reason;
  }

  /**
   * Returns which version was tried.
   *
   * @return the version
   */
  public ModelVersion version() {
    return new ModelVersion(model, number);
  }

  /**
   * Returns how it failed.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
