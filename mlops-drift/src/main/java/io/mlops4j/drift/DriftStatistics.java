package io.mlops4j.drift;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * What two histograms over the same cells say about drift: pure functions of counts. They cost a
 * pass over the cells; none depends on the order in which values arrived.
 */
final class DriftStatistics {
  /** What is added to each cell before a logarithm: the prior of Jeffreys. */
  private static final double SMOOTHING = 0.5;

  private DriftStatistics() {}

  /**
   * Returns the population stability index of {@code live} against {@code reference}: the symmetric
   * Kullback-Leibler divergence of two histograms over the same cells, in nats.
   *
   * <p>Under no drift it is distributed as about {@code (1/n + 1/m)} times chi-square with {@code
   * cells - 1} degrees of freedom, so a fixed threshold fires by chance when {@code m} is small:
   * see {@link #psiCriticalValue}.
   *
   * @param reference counts per cell
   * @param live counts per cell, same length
   * @return PSI, at least 0; each cell is smoothed by 0.5 (Jeffreys), so it is finite for any
   *     counts
   * @throws IllegalArgumentException if the lengths differ or a count is negative; names the index
   * @see <a href="https://scholarworks.wmich.edu/dissertations/3208">Yurdakul (2018)</a>
   */
  public static double psi(long[] reference, long[] live) {
    double sum = 0;
    for (double contribution : psiContributions(reference, live)) {
      sum += contribution;
    }
    return sum;
  }

  /**
   * Returns what each cell adds to {@link #psi}: which cells explain a drift.
   *
   * @param reference counts per cell
   * @param live counts per cell, same length
   * @return one number per cell, each at least 0
   * @throws IllegalArgumentException if the lengths differ or a count is negative; names the index
   */
  public static double[] psiContributions(long[] reference, long[] live) {
    double n = total(reference, live) + SMOOTHING * reference.length;
    double m = total(live, reference) + SMOOTHING * live.length;
    double[] result = new double[reference.length];
    for (int i = 0; i < result.length; i++) {
      double p = (reference[i] + SMOOTHING) / n;
      double q = (live[i] + SMOOTHING) / m;
      result[i] = Math.max(0, (q - p) * Math.log(q / p));
    }
    return result;
  }

  /**
   * Returns the PSI that a sample without drift exceeds with probability {@code alpha}, in one
   * look: {@code (1/n + 1/m)} times the upper quantile of chi-square with {@code cells - 1} degrees
   * of freedom. Good from about 5 expected values per cell; below that too small.
   *
   * @param n reference size, at least 1
   * @param m live size, at least 1
   * @param cells how many cells, at least 1
   * @param alpha between 0 and 1, both exclusive
   * @return the critical value; 0 for a single cell
   * @throws IllegalArgumentException naming the argument that is out of range
   * @see <a href="https://scholarworks.wmich.edu/dissertations/3208">Yurdakul (2018)</a>
   */
  public static double psiCriticalValue(long n, long m, int cells, double alpha) {
    requireSizes(n, m);
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: between 0 and 1)");
    }
    return cells < 2 ? 0 : (1.0 / n + 1.0 / m) * chiSquare(cells, alpha);
  }

  static double chiSquare(int cells, double alpha) {
    return ChiSquaredDistribution.of(cells - 1).inverseSurvivalProbability(alpha);
  }

  /**
   * Returns bounds of the two-sample Kolmogorov-Smirnov distance of the values that were counted.
   * With cumulative shares R and C it lies between {@code max |R_i - C_i|} and {@code max(R_i -
   * C_(i-1), C_i - R_(i-1))}: certain for any values inside the cells, ties included.
   *
   * @param reference counts per cell, cells in ascending order, sum at least 1
   * @param live counts per cell, same length, sum at least 1
   * @return the bounds; they are apart by at most the largest share of a cell
   * @throws IllegalArgumentException if the lengths differ, a count is negative, or a sum is 0
   */
  public static KsInterval ks(long[] reference, long[] live) {
    double n = total(reference, live);
    double m = total(live, reference);
    requireSizes((long) n, (long) m);
    double low = 0;
    double high = 0;
    double r = 0;
    double c = 0;
    for (int i = 0; i < reference.length; i++) {
      double nextR = r + reference[i];
      double nextC = c + live[i];
      low = Math.max(low, Math.abs(nextR / n - nextC / m));
      high = Math.max(high, Math.max(nextR / n - c / m, nextC / m - r / n));
      r = nextR;
      c = nextC;
    }
    return new KsInterval(Math.min(1, low), Math.min(1, Math.max(low, high)));
  }

  /**
   * Returns the probability that two samples of one distribution are at least this far apart, in
   * one look, by the limit law of Kolmogorov: {@code Q(sqrt(nm/(n+m)) d)}. With {@link
   * KsInterval#low()} and with ties it is conservative: the true one is smaller.
   *
   * @param distance 0 to 1
   * @param n size of one sample, at least 1
   * @param m size of the other, at least 1
   * @return the asymptotic p-value, 0 to 1
   * @throws IllegalArgumentException naming the argument that is out of range
   * @see <a href="https://doi.org/10.1214/aoms/1177730256">Smirnov (1948)</a>
   */
  public static double ksPValue(double distance, long n, long m) {
    requireSizes(n, m);
    if (!(distance >= 0 && distance <= 1)) {
      throw new IllegalArgumentException("distance: " + distance + " (expected: 0 to 1)");
    }
    double effective = (double) n * m / ((double) n + m);
    return kolmogorov(Math.sqrt(effective) * distance);
  }

  /** Upper tail of Kolmogorov's distribution. The two series meet where both need few terms. */
  static double kolmogorov(double x) {
    if (x < 1.18) {
      if (x < 0.04) {
        return 1; // exp(-pi^2 / (8 x^2)) underflows
      }
      double y = Math.exp(-Math.PI * Math.PI / (8 * x * x));
      double sum = y + Math.pow(y, 9) + Math.pow(y, 25) + Math.pow(y, 49);
      return 1 - Math.sqrt(2 * Math.PI) / x * sum;
    }
    double z = Math.exp(-2 * x * x);
    return 2 * (z - Math.pow(z, 4) + Math.pow(z, 9));
  }

  /**
   * Returns the logarithm of the Bayes factor for two distributions against one: {@code ln m(c1) +
   * ln m(c2) - ln m(c1 + c2)} with the Dirichlet-multinomial marginal {@code m} and prior weight
   * 0.5 per cell (Jeffreys). Positive speaks for drift.
   *
   * <p>Averaged over the distributions that the reference leaves open, the probability that it ever
   * exceeds {@code ln(1 / alpha)} while {@code live} grows without drift is at most {@code alpha}
   * (Ville's inequality), however often one looks. For one fixed unknown distribution that is an
   * approximation, not a guarantee.
   *
   * @param reference counts per cell
   * @param live counts per cell, same length
   * @return nats; 0 if either is empty. Rounding error is below 0.05 up to 10^12 counts
   * @throws IllegalArgumentException if the lengths differ or a count is negative; names the index
   * @see <a href="https://doi.org/10.1093/biomet/61.3.545">Good and Crook (1974)</a>
   */
  public static double logBayesFactor(long[] reference, long[] live) {
    long n = total(reference, live);
    long m = total(live, reference);
    if (n == 0 || m == 0) {
      return 0;
    }
    double prior = SMOOTHING * reference.length;
    double sum =
        LogGamma.value(prior)
            - LogGamma.value(n + prior)
            - LogGamma.value(m + prior)
            + LogGamma.value((double) n + m + prior);
    double one = LogGamma.value(SMOOTHING);
    for (int i = 0; i < reference.length; i++) {
      if (reference[i] != 0 && live[i] != 0) {
        sum +=
            LogGamma.value(reference[i] + SMOOTHING)
                + LogGamma.value(live[i] + SMOOTHING)
                - LogGamma.value((double) reference[i] + live[i] + SMOOTHING)
                - one;
      }
    }
    return sum;
  }

  private static void requireSizes(long n, long m) {
    if (n < 1 || m < 1) {
      throw new IllegalArgumentException(
          "sample sizes: " + n + " and " + m + " (expected: at least 1 each)");
    }
  }

  private static long total(long[] counts, long[] other) {
    if (counts.length != other.length) {
      throw new IllegalArgumentException(
          "counts: " + counts.length + " cells against " + other.length);
    }
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new IllegalArgumentException(
            "counts[" + i + "]: " + counts[i] + " (expected: 0 or more)");
      }
      sum = Math.addExact(sum, counts[i]);
    }
    return sum;
  }
}
