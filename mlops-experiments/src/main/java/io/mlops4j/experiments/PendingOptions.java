package io.mlops4j.experiments;

import java.time.Duration;

/**
 * How long a decision waits for its reward, and what it can earn.
 *
 * @param attribution from the decision to its settlement, above 0
 * @param least the least a decision can earn
 * @param most the most a decision can earn: one enthusiastic unit must not decide
 * @param capacity how many decisions may wait, 1 to 10^8
 */
public record PendingOptions(Duration attribution, double least, double most, int capacity) {
  /** Checks the ranges. */
  public PendingOptions {
    if (attribution.isNegative() || attribution.isZero()) {
      throw new IllegalArgumentException("attribution: " + attribution + " (expected: above 0)");
    }
    if (!(least <= 0 && most > 0 && Double.isFinite(least) && Double.isFinite(most))) {
      throw new IllegalArgumentException(
          "rewards from " + least + " to " + most + " (expected: least at most 0, most above 0)");
    }
    if (capacity < 1 || capacity > 100_000_000) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..100000000)");
    }
  }

  /**
   * Returns rewards from 0 to 1, summed per decision, and a million waiting decisions.
   *
   * @param attribution how long after the decision a reward still counts
   * @return the options
   */
  public static PendingOptions within(Duration attribution) {
    return new PendingOptions(attribution, 0, 1, 1_000_000);
  }

  /**
   * Returns these options with another range of what one decision can earn.
   *
   * @param from at most 0
   * @param to above 0
   * @return the changed options
   */
  public PendingOptions withRewards(double from, double to) {
    return new PendingOptions(attribution, from, to, capacity);
  }

  /**
   * Returns these options with another capacity.
   *
   * @param decisions how many may wait
   * @return the changed options
   */
  public PendingOptions withCapacity(int decisions) {
    return new PendingOptions(attribution, least, most, decisions);
  }
}
