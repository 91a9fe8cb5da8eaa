package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that ended with an exception: no model and no fallback answered. Immutable; holds
 * copies of the features, never the caller's object. Two failures with a row are equal only if it
 * is the same row object.
 *
 * @param version who was asked
 * @param reason why
 * @param at when it ended
 * @param latency from call to exception
 * @param unit the unit of sticky splits and clustered statistics, or null if there is no {@code
 *     unitBy} or it failed on this row
 * @param row the features as they were asked about, or null: there is no schema yet, the row could
 *     not be read, or it did not pass the input check ({@link Reason#INVALID_INPUT})
 */
public record FailedPrediction(
    ModelVersion version,
    Reason reason,
    Instant at,
    Duration latency,
    @Nullable String unit,
    @Nullable EncodedRow<?> row) {

  /** Why there was no answer. */
  public enum Reason {
    /** The model failed. */
    MODEL,
    /** The model was not done by the deadline. */
    TIMEOUT,
    /** The request was not run: too many waited, its time was up, or there was nothing to serve. */
    REJECTED,
    /** The row did not pass the input check: the caller's mistake. */
    INVALID_INPUT
  }

  /** Checks for nulls. */
  public FailedPrediction {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(latency, "latency");
  }

  /**
   * Creates a failure of which nothing of the request is known.
   *
   * @param version as above
   * @param reason as above
   * @param at as above
   * @param latency as above
   */
  public FailedPrediction(ModelVersion version, Reason reason, Instant at, Duration latency) {
    this(version, reason, at, latency, null, null);
  }

  /** Returns everything but unit and row: a failure gets logged. */
  @Override
  public String toString() {
    return "FailedPrediction[version="
        + version
        + ", reason="
        + reason
        + ", at="
        + at
        + ", latency="
        + latency
        + "]";
  }
}
