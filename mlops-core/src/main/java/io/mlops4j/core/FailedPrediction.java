package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A request that ended with an exception: no model and no fallback answered. Immutable; holds
 * nothing of the row.
 *
 * @param version who was asked
 * @param reason why
 * @param at when it ended
 * @param latency from call to exception
 */
public record FailedPrediction(ModelVersion version, Reason reason, Instant at, Duration latency) {

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
}
