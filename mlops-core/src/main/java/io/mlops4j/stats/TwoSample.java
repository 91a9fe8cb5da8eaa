package io.mlops4j.stats;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Comparisons of two independent samples: means of any numbers, and proportions. Pure functions.
 *
 * <p>Both are for one look at the data. For looking again and again see {@link ConfidenceSequence}.
 */
public final class TwoSample {
  private TwoSample() {}

  /**
   * Returns Welch's comparison of two means, which does not assume equal variances.
   *
   * @param first at least two rows; its first number is compared
   * @param second at least two rows
   * @param level of the interval, above 0 and below 1
   * @return the second mean less the first
   * @throws IllegalArgumentException if a sample has fewer than two rows, or neither varies: there
   *     is no standard error then
   * @see <a href="https://doi.org/10.1093/biomet/34.1-2.28">Welch (1947)</a>
   */
  public static Difference welch(JointMoments first, JointMoments second, double level) {
    requireTwo("first", first.count());
    requireTwo("second", second.count());
    double a = first.variance(0) / first.count();
    double b = second.variance(0) / second.count();
    double df =
        welchDegreesOfFreedom(a + b, a * a / (first.count() - 1) + b * b / (second.count() - 1));
    return difference(second.mean(0) - first.mean(0), Math.sqrt(a + b), df, level);
  }

  /**
   * Returns the degrees of freedom of a sum of estimated variances (Welch and Satterthwaite).
   *
   * @param variance the sum of the variances of independent means
   * @param squaresOverFreedom the sum of each variance's square divided by its own degrees of
   *     freedom
   * @return above 0; infinite when no variance is uncertain
   */
  public static double welchDegreesOfFreedom(double variance, double squaresOverFreedom) {
    return squaresOverFreedom > 0
        ? variance * variance / squaresOverFreedom
        : Double.POSITIVE_INFINITY;
  }

  /**
   * Returns the comparison of two proportions by the normal distribution, with separate variances
   * for interval and test alike, so that they never disagree.
   *
   * @param firstSuccesses 0 to {@code firstTrials}
   * @param firstTrials at least 1
   * @param secondSuccesses 0 to {@code secondTrials}
   * @param secondTrials at least 1
   * @param level of the interval, above 0 and below 1
   * @return the second proportion less the first
   * @throws IllegalArgumentException if a count is out of range, or both proportions are 0 or 1:
   *     there is no standard error then
   */
  public static Difference proportions(
      long firstSuccesses,
      long firstTrials,
      long secondSuccesses,
      long secondTrials,
      double level) {
    double p = proportion("first", firstSuccesses, firstTrials);
    double q = proportion("second", secondSuccesses, secondTrials);
    double variance = p * (1 - p) / firstTrials + q * (1 - q) / secondTrials;
    return difference(q - p, Math.sqrt(variance), Double.POSITIVE_INFINITY, level);
  }

  /**
   * Returns the two-sided p-value of the classical test that two proportions are equal, with the
   * pooled variance. Near the boundary it may disagree with the interval of {@link #proportions}.
   *
   * @param firstSuccesses 0 to {@code firstTrials}
   * @param firstTrials at least 1
   * @param secondSuccesses 0 to {@code secondTrials}
   * @param secondTrials at least 1
   * @return in [0, 1]; 1 when nobody or everybody succeeded
   * @throws IllegalArgumentException if a count is out of range
   */
  public static double pooledProportionsPValue(
      long firstSuccesses, long firstTrials, long secondSuccesses, long secondTrials) {
    double p = proportion("first", firstSuccesses, firstTrials);
    double q = proportion("second", secondSuccesses, secondTrials);
    double pooled =
        ((double) firstSuccesses + secondSuccesses) / ((double) firstTrials + secondTrials);
    double variance = pooled * (1 - pooled) * (1.0 / firstTrials + 1.0 / secondTrials);
    return variance > 0
        ? twoSided(Math.abs(q - p) / Math.sqrt(variance), Double.POSITIVE_INFINITY)
        : 1;
  }

  /**
   * Returns the difference of which only value and standard error are known.
   *
   * @param value the estimate
   * @param standardError above 0
   * @param degreesOfFreedom of the t distribution, above 0; infinite for the normal
   * @param level of the interval, above 0 and below 1
   * @return value, interval and p-value
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Difference difference(
      double value, double standardError, double degreesOfFreedom, double level) {
    Levels.checkFinite("value", value);
    Levels.check("level", level);
    if (!(standardError > 0 && standardError < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "standard error: %s (expected: above 0). The samples do not vary, so nothing says how sure %s is."
              .formatted(standardError, value));
    }
    double half = critical(1 - level, degreesOfFreedom) * standardError;
    return new Difference(
        value,
        standardError,
        degreesOfFreedom,
        new Interval(value - half, value + half, level),
        twoSided(Math.abs(value) / standardError, degreesOfFreedom));
  }

  /**
   * Returns how many standard errors an interval reaches to either side.
   *
   * @param alpha one less the level, above 0 and below 1
   * @param degreesOfFreedom of the t distribution, above 0; infinite for the normal
   * @return the quantile at {@code 1 - alpha / 2}
   */
  public static double critical(double alpha, double degreesOfFreedom) {
    Levels.check("alpha", alpha);
    return degreesOfFreedom < NEARLY_NORMAL
        ? TDistribution.of(degreesOfFreedom).inverseSurvivalProbability(alpha / 2)
        : Levels.NORMAL.inverseSurvivalProbability(alpha / 2);
  }

  /** Beyond this the t and normal quantiles agree to 1e-9, and the t functions lose digits. */
  private static final double NEARLY_NORMAL = 1e9;

  static double twoSided(double distance, double degreesOfFreedom) {
    double tail =
        degreesOfFreedom < NEARLY_NORMAL
            ? TDistribution.of(degreesOfFreedom).survivalProbability(distance)
            : Levels.NORMAL.survivalProbability(distance);
    return Math.min(1, 2 * tail);
  }

  private static void requireTwo(String sample, long count) {
    if (count < 2) {
      throw new IllegalArgumentException(
          sample + " sample: " + count + " rows (expected: at least 2)");
    }
  }

  private static double proportion(String sample, long successes, long trials) {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          "%s sample: %d of %d (expected: 0..trials of at least 1)"
              .formatted(sample, successes, trials));
    }
    return (double) successes / trials;
  }
}
