package io.mlops4j.stats;

import java.util.Objects;

/**
 * How far two samples are apart, and how sure that is.
 *
 * @param value the second sample's value less the first's
 * @param standardError of the value, at least 0
 * @param degreesOfFreedom of the t distribution; {@link Double#POSITIVE_INFINITY} for the normal
 * @param interval for the true difference
 * @param pValue two-sided, for no difference; at most 1 - level exactly when the interval excludes
 *     zero
 */
public record Difference(
    double value, double standardError, double degreesOfFreedom, Interval interval, double pValue) {
  /** Checks the ranges. */
  public Difference {
    Levels.checkFinite("value", value);
    Levels.checkFinite("standardError", standardError);
    Objects.requireNonNull(interval, "interval");
    if (!(pValue >= 0 && pValue <= 1)) {
      throw new IllegalArgumentException("pValue: " + pValue + " (expected: 0..1)");
    }
  }
}
