package io.mlops4j.experiments;

/**
 * A normal-inverse-gamma belief about an arm's rewards before any was seen.
 *
 * @param mean the expected mean reward
 * @param strength how many rewards that expectation is worth, above 0
 * @param shape of the inverse gamma of the variance, above 0
 * @param scale of the inverse gamma of the variance, above 0
 */
public record NormalPrior(double mean, double strength, double shape, double scale) {
  /** Checks the ranges. */
  public NormalPrior {
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException("mean: " + mean + " (expected: finite)");
    }
    checkPositive("strength", strength);
    checkPositive("shape", shape);
    checkPositive("scale", scale);
  }

  /**
   * Returns mean 0 worth one reward, and a variance of about 1: for rewards of that order.
   *
   * @return (0, 1, 1, 1)
   */
  public static NormalPrior standard() {
    return new NormalPrior(0, 1, 1, 1);
  }

  /** What is believed after some rewards: the conjugate update. */
  NormalPrior after(ArmMoments arm) {
    double n = arm.count();
    if (n == 0) {
      return this;
    }
    double strengthNow = strength + n;
    double off = arm.mean() - mean;
    return new NormalPrior(
        (strength * mean + arm.sum()) / strengthNow,
        strengthNow,
        shape + n / 2,
        scale + n * arm.variance() / 2 + strength * n * off * off / (2 * strengthNow));
  }

  /** The scale of the Student t distribution, with 2 shape degrees of freedom, of the mean. */
  double marginalScale() {
    return Math.sqrt(scale / (shape * strength));
  }

  private static void checkPositive(String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: above 0, finite)");
    }
  }
}
