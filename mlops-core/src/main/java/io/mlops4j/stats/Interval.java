package io.mlops4j.stats;

/**
 * A range that holds the true value with a stated probability. Both ends are finite.
 *
 * @param low the lower end
 * @param high the upper end, at least {@code low}
 * @param level the probability, above 0 and below 1, such as 0.95
 */
public record Interval(double low, double high, double level) {
  /** Checks the ranges. */
  public Interval {
    if (!Double.isFinite(low) || !Double.isFinite(high) || low > high) {
      throw new IllegalArgumentException(
          "interval: [" + low + ", " + high + "] (expected: finite, low at most high)");
    }
    Levels.check("level", level);
    low += 0.0; // no negative zero
    high += 0.0;
  }

  /**
   * Returns whether a value lies in the interval, its ends included.
   *
   * @param value any number
   * @return false for NaN
   */
  public boolean contains(double value) {
    return value >= low && value <= high;
  }

  /**
   * Returns how wide the interval is.
   *
   * @return at least 0
   */
  public double width() {
    return high - low;
  }
}
