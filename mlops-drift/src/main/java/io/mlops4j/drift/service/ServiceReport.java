package io.mlops4j.drift.service;

import java.time.Duration;
import java.util.Objects;

/**
 * What a service did in the time before now.
 *
 * @param window how long that time is
 * @param answers requests answered, by whatever source
 * @param fallbacks of those, answered by a fallback or a version that is no longer selected
 * @param failures requests that ended with an exception, the callers' own mistakes left out
 * @param invalid requests refused for their input: the callers' mistakes
 * @param p50 half of the answers took at most this (up to 6.25 % more than the truth)
 * @param p95 95 % took at most this
 * @param p99 99 % took at most this
 */
public record ServiceReport(
    Duration window,
    long answers,
    long fallbacks,
    long failures,
    long invalid,
    Duration p50,
    Duration p95,
    Duration p99) {
  /** Refuses null. */
  public ServiceReport {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(p50, "p50");
    Objects.requireNonNull(p95, "p95");
    Objects.requireNonNull(p99, "p99");
  }

  /**
   * Returns the share of requests that ended with an exception.
   *
   * @return 0 to 1; 0 without requests
   */
  public double errorRate() {
    return requests() == 0 ? 0 : (double) failures / requests();
  }

  /**
   * Returns how many requests count.
   *
   * @return answers and failures
   */
  public long requests() {
    return answers + failures;
  }
}
