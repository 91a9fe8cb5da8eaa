package io.mlops4j.stats;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Whether units arrived in the shares they were meant to: a sample-ratio mismatch means that
 * assignment or logging is broken, and that no other number of the experiment can be trusted. Pure
 * functions.
 */
public final class SampleRatio {
  /**
   * How strongly the anytime test believes in shares near the intended ones, in units: shares 1.6
   * points off are what it is looking for, and it learns other ones from the data.
   */
  static final double CONCENTRATION = 1_000;

  private SampleRatio() {}

  /**
   * Returns the p-value of Pearson's chi-square test. For one look: checked at a hundred looks, a
   * threshold of 0.01 raises a false alarm in one experiment of nine.
   *
   * @param counts units per arm, at least two arms
   * @param shares intended, one per arm; an arm with share 0 must be empty and is left out
   * @return in [0, 1]; 1 without units; 0 if an arm with share 0 has units
   * @throws IllegalArgumentException if the shares are not a distribution over the arms
   */
  public static double pValue(long[] counts, double[] shares) {
    long total = check(counts, shares);
    int arms = 0;
    double chiSquared = 0;
    for (int i = 0; i < counts.length; i++) {
      if (shares[i] > 0) {
        double expected = total * shares[i];
        arms++;
        chiSquared += total == 0 ? 0 : (counts[i] - expected) * (counts[i] - expected) / expected;
      } else if (counts[i] > 0) {
        return 0;
      }
    }
    return arms < 2 ? 1 : ChiSquaredDistribution.of(arms - 1).survivalProbability(chiSquared);
  }

  /**
   * Returns the natural logarithm of the evidence for a mismatch, which may be read after every
   * unit: under the intended shares it ever reaches {@code ln(1 / alpha)} with probability at most
   * alpha. Evidence of independent epochs adds up.
   *
   * <p>It is the Bayes factor of shares spread around the intended ones (Dirichlet) against exactly
   * the intended ones.
   *
   * @param counts units per arm, at least two arms
   * @param shares intended, one per arm
   * @return finite, negative when the counts speak for the intended shares; {@link
   *     Double#POSITIVE_INFINITY} if an arm with share 0 has units
   * @throws IllegalArgumentException if the shares are not a distribution over the arms
   * @see <a href="https://arxiv.org/abs/2011.03567">Lindon and Malek (2022)</a>
   */
  public static double logEvidence(long[] counts, double[] shares) {
    long total = check(counts, shares);
    double log = LogGamma.value(CONCENTRATION) - LogGamma.value(CONCENTRATION + total);
    for (int i = 0; i < counts.length; i++) {
      if (shares[i] > 0) {
        double prior = CONCENTRATION * shares[i];
        log += LogGamma.value(prior + counts[i]) - LogGamma.value(prior);
        log -= counts[i] * Math.log(shares[i]);
      } else if (counts[i] > 0) {
        return Double.POSITIVE_INFINITY;
      }
    }
    return log;
  }

  private static long check(long[] counts, double[] shares) {
    if (counts.length < 2 || counts.length != shares.length) {
      throw new IllegalArgumentException(
          "%d counts and %d shares (expected: one of each per arm, two arms or more)"
              .formatted(counts.length, shares.length));
    }
    long total = 0;
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new IllegalArgumentException(
            "count of arm " + i + ": " + counts[i] + " (expected: at least 0)");
      }
      if (!(shares[i] >= 0 && shares[i] <= 1)) {
        throw new IllegalArgumentException(
            "share of arm " + i + ": " + shares[i] + " (expected: 0..1)");
      }
      total = Math.addExact(total, counts[i]);
      sum += shares[i];
    }
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("shares: sum " + sum + " (expected: 1)");
    }
    return total;
  }
}
