package io.mlops4j.drift;

import java.time.Duration;
import java.util.Objects;

/**
 * How often a monitor may cry wolf.
 *
 * @param period at most one false alarm is to be expected per this time, over all features together
 */
public record FalseAlarmBudget(Duration period) {
  private static final long MOST_DAYS = Long.MAX_VALUE / 86_400;

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
   * @throws IllegalArgumentException if they are more than a duration can be
   */
  public static Duration days(long days) {
    if (Math.abs((double) days) > MOST_DAYS) {
      throw new IllegalArgumentException(
          "days: " + days + " (expected: -" + MOST_DAYS + ".." + MOST_DAYS + ")");
    }
    return Duration.ofDays(days);
  }

  /**
   * Returns the probability of a false alarm that one window of one feature may have: the budget
   * shared equally. At most 0.05, so that no budget accepts thin evidence.
   */
  double perLook(Duration window, int looks) {
    double windows = seconds(period) / Math.max(0.001, seconds(window));
    return Math.min(0.05, 1 / (Math.max(1, looks) * windows));
  }

  /** A period may be longer than milliseconds can say: nobody wants false alarms. */
  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
