package io.mlops4j.experiments.analysis;

/**
 * What logged decisions must offer before a candidate policy's value is stated at all.
 *
 * @param minUnits independent units, at least 10
 * @param minEffectiveUnits the effective sample size, (sum of weights)² over the sum of squared
 *     weights, of units; at least 10. Below it a few units decide the answer
 * @param maxWeightShare the largest share of the total weight that one decision may have, above 0,
 *     at most 1
 * @param switchAbove the weight above which {@code SwitchDR} trusts the reward model alone, above
 *     0; infinite for no such estimate. It trades bias for variance: the interval is of its own
 *     mean
 */
public record OffPolicyLimits(
    int minUnits, double minEffectiveUnits, double maxWeightShare, double switchAbove) {
  /** Checks the ranges. */
  public OffPolicyLimits {
    if (minUnits < 10) {
      throw new IllegalArgumentException("minUnits: " + minUnits + " (expected: at least 10)");
    }
    if (!(minEffectiveUnits >= 10 && minEffectiveUnits < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "minEffectiveUnits: " + minEffectiveUnits + " (expected: at least 10)");
    }
    if (!(maxWeightShare > 0 && maxWeightShare <= 1)) {
      throw new IllegalArgumentException(
          "maxWeightShare: " + maxWeightShare + " (expected: above 0, at most 1)");
    }
    if (!(switchAbove > 0)) {
      throw new IllegalArgumentException("switchAbove: " + switchAbove + " (expected: above 0)");
    }
  }

  /**
   * Returns 100 units, 100 effective units, no decision with more than 5 % of the weight, no
   * SwitchDR.
   *
   * @return the defaults
   */
  public static OffPolicyLimits withDefaults() {
    return new OffPolicyLimits(100, 100, 0.05, Double.POSITIVE_INFINITY);
  }

  /**
   * Returns these limits with another least number of units.
   *
   * @param units at least 10
   * @return the changed limits
   */
  public OffPolicyLimits withMinUnits(int units) {
    return new OffPolicyLimits(units, minEffectiveUnits, maxWeightShare, switchAbove);
  }

  /**
   * Returns these limits with another least effective sample size.
   *
   * @param units at least 10
   * @return the changed limits
   */
  public OffPolicyLimits withMinEffectiveUnits(double units) {
    return new OffPolicyLimits(minUnits, units, maxWeightShare, switchAbove);
  }

  /**
   * Returns these limits with another largest share of one decision.
   *
   * @param share above 0, at most 1
   * @return the changed limits
   */
  public OffPolicyLimits withMaxWeightShare(double share) {
    return new OffPolicyLimits(minUnits, minEffectiveUnits, share, switchAbove);
  }

  /**
   * Returns these limits with a SwitchDR estimate.
   *
   * @param weight above it the reward model is trusted alone
   * @return the changed limits
   */
  public OffPolicyLimits withSwitchAbove(double weight) {
    return new OffPolicyLimits(minUnits, minEffectiveUnits, maxWeightShare, weight);
  }
}
