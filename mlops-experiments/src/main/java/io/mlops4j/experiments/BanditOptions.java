package io.mlops4j.experiments;

/**
 * How a bandit over Beta posteriors begins and how much it always explores.
 *
 * @param priorSuccesses alpha of every arm's Beta prior, 0.5 to 10^6
 * @param priorFailures beta of every arm's Beta prior, 0.5 to 10^6
 * @param floor the least probability of every arm, 0 to 1/arms
 */
public record BanditOptions(double priorSuccesses, double priorFailures, double floor) {
  /** Checks the ranges. */
  public BanditOptions {
    checkPrior("priorSuccesses", priorSuccesses);
    checkPrior("priorFailures", priorFailures);
    if (!(floor >= 0 && floor <= 0.5)) {
      throw new IllegalArgumentException("floor: " + floor + " (expected: 0..0.5)");
    }
  }

  /**
   * Returns the uniform prior Beta(1, 1) and a floor of 0.01: every arm keeps 1 % of the units, so
   * off-line weights stay below 100.
   *
   * @return the defaults
   */
  public static BanditOptions withDefaults() {
    return new BanditOptions(1, 1, 0.01);
  }

  /**
   * Returns these options with another prior: as if that many successes and failures had been seen.
   *
   * @param successes alpha, 0.5 (Jeffreys) to 10^6
   * @param failures beta, 0.5 to 10^6
   * @return the changed options
   */
  public BanditOptions withPrior(double successes, double failures) {
    return new BanditOptions(successes, failures, floor);
  }

  /**
   * Returns these options with another floor.
   *
   * @param probability the least probability of every arm; 0 lets arms starve, and policies that
   *     use them can then not be evaluated off-line
   * @return the changed options
   */
  public BanditOptions withFloor(double probability) {
    return new BanditOptions(priorSuccesses, priorFailures, probability);
  }

  private static void checkPrior(String what, double value) {
    if (!(value >= 0.5 && value <= 1e6)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 0.5..1000000)");
    }
  }
}
