package io.mlops4j.drift.service;

import java.time.Duration;
import java.util.Objects;

/**
 * How fast a service may use up the failures it is allowed. At a rate of 1 it uses up exactly what
 * its objective leaves.
 *
 * <p>Two windows: the long one says that it matters, the short one that it still goes on.
 *
 * @param objective the share of requests promised to succeed, for example 0.999
 * @param factor the highest rate
 * @param longWindow at most 3 days
 * @param shortWindow shorter than the long one
 * @see <a href="https://sre.google/workbook/alerting-on-slos/">The Site Reliability Workbook,
 *     chapter 5</a>
 */
public record BurnRate(double objective, double factor, Duration longWindow, Duration shortWindow) {
  /** Checks the ranges. */
  public BurnRate {
    Objects.requireNonNull(longWindow, "longWindow");
    Objects.requireNonNull(shortWindow, "shortWindow");
    if (!(objective > 0 && objective < 1)) {
      throw new IllegalArgumentException(
          "objective: " + objective + " (expected: above 0, below 1)");
    }
    if (!(factor > 0) || factor * (1 - objective) >= 1) {
      throw new IllegalArgumentException(
          "factor: " + factor + " (expected: above 0, and below " + 1 / (1 - objective) + ")");
    }
    if (longWindow.compareTo(ServiceMonitor.LONGEST) > 0
        || shortWindow.isNegative()
        || shortWindow.compareTo(longWindow) >= 0) {
      throw new IllegalArgumentException(
          "windows: "
              + longWindow
              + " and "
              + shortWindow
              + " (expected: 3 days at most, and less)");
    }
  }

  /**
   * Returns the rate that uses up 2 % of 30 days' failures in an hour: 14.4 over 1 hour and 5
   * minutes. Somebody should be woken.
   *
   * @param objective the share of requests promised to succeed, at least 0.94
   * @return the rate
   */
  public static BurnRate fast(double objective) {
    return new BurnRate(objective, 14.4, Duration.ofHours(1), Duration.ofMinutes(5));
  }

  /**
   * Returns the rate that uses up 5 % of 30 days' failures in six hours: 6 over 6 hours and 30
   * minutes.
   *
   * @param objective the share of requests promised to succeed
   * @return the rate
   */
  public static BurnRate slow(double objective) {
    return new BurnRate(objective, 6, Duration.ofHours(6), Duration.ofMinutes(30));
  }
}
