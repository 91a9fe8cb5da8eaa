package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.Interval;
import java.util.Objects;

/**
 * What a candidate policy would have earned per decision, by one estimator.
 *
 * @param estimator {@code IPS}, {@code SNIPS}, {@code DR} or {@code SwitchDR}
 * @param value the mean reward
 * @param standardError clustered by unit
 * @param interval for the value
 * @param gain for the value less that of the policy that was in force, from the same units: it
 *     excludes 0 when the candidate is clearly better or worse
 */
public record OffPolicyEstimate(
    String estimator, double value, double standardError, Interval interval, Interval gain) {
  /** Checks that the numbers are finite. */
  public OffPolicyEstimate {
    Objects.requireNonNull(estimator, "estimator");
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(gain, "gain");
    if (!Double.isFinite(value) || !(standardError >= 0)) {
      throw new IllegalArgumentException(
          estimator
              + ": "
              + value
              + " with standard error "
              + standardError
              + " (expected: finite)");
    }
  }
}
