package io.mlops4j.pipeline;

import java.time.Duration;
import java.util.Objects;

/**
 * How often a step is tried, and how long is waited in between: the wait doubles (or grows by
 * {@code factor}) up to a limit. No thread is held meanwhile.
 *
 * @param attempts how often at most, 1 to 100; the first one counts
 * @param firstWait before the second attempt
 * @param factor what each further wait is multiplied by, 1 to 10
 * @param maxWait the longest wait
 */
public record Retry(int attempts, Duration firstWait, double factor, Duration maxWait) {
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Checks the ranges. */
  public Retry {
    Objects.requireNonNull(firstWait, "firstWait");
    Objects.requireNonNull(maxWait, "maxWait");
    if (attempts < 1 || attempts > 100) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: 1..100)");
    }
    if (!(factor >= 1 && factor <= 10)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: 1..10)");
    }
    if (firstWait.isNegative() || firstWait.compareTo(maxWait) > 0) {
      throw new IllegalArgumentException(
          "firstWait: " + firstWait + " (expected: zero to maxWait, which is " + maxWait + ")");
    }
    if (maxWait.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("maxWait: " + maxWait + " (expected: at most a day)");
    }
  }

  /**
   * Returns a single attempt.
   *
   * @return no retry
   */
  public static Retry never() {
    return new Retry(1, Duration.ZERO, 1, Duration.ZERO);
  }

  /**
   * Returns some attempts with waits of 10 s, 20 s, 40 s, … up to 10 minutes.
   *
   * @param attempts how often at most, 1 to 100; the first one counts
   * @return the rule
   */
  public static Retry attempts(int attempts) {
    return new Retry(attempts, Duration.ofSeconds(10), 2, Duration.ofMinutes(10));
  }

  /**
   * Returns a copy with other waits.
   *
   * @param first before the second attempt; doubled each time
   * @param longest the longest wait
   * @return the copy
   */
  public Retry withBackOff(Duration first, Duration longest) {
    Objects.requireNonNull(first, "first");
    return new Retry(attempts, first, 2, Objects.requireNonNull(longest, "longest"));
  }

  /** The wait after an attempt, counted from 1. */
  Duration after(int attempt) {
    double nanos = firstWait.toNanos() * Math.pow(factor, attempt - 1);
    return nanos >= maxWait.toNanos() ? maxWait : Duration.ofNanos((long) nanos);
  }
}
