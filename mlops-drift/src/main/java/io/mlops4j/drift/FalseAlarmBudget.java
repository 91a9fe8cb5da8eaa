package io.mlops4j.drift;

import java.time.Duration;
import java.util.Objects;

/**
 * How often a monitor may cry wolf.
 *
 * @param period at most one false alarm is to be expected per this time, over all features together
 */
public record FalseAlarmBudget(Duration period) {
  /** Checks the period. */
  public FalseAlarmBudget {
    Objects.requireNonNull(period, "period");
    if (period.isNegative() || period.isZero()) {
      throw new IllegalArgumentException("period: " + period + " (expected: more than 0)");
    }
  }

  /**
   * Returns a budget of one false alarm per period.
   *
   * @param period more than 0
   * @return the budget
   */
  public static FalseAlarmBudget atMostOncePer(Duration period) {
    return new FalseAlarmBudget(period);
  }

  /**
   * Returns a number of days.
   *
   * @param days how many
   * @return 24 hours each
   */
  public static Duration days(long days) {
    return Duration.ofDays(days);
  }

  /**
   * Returns the probability of a false alarm that one window of one feature may have: the budget
   * shared equally. At most 0.05, so that no budget accepts thin evidence.
   */
  double perLook(Duration window, int looks) {
    double windows = (double) period.toMillis() / Math.max(1, window.toMillis());
    return Math.min(0.05, 1 / (Math.max(1, looks) * windows));
  }
}
