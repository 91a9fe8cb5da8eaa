package io.mlops4j.data.expect;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** How far two histograms over the same cells are apart: pure functions of counts. */
final class CellShift {
  /** What is added to each cell before a logarithm: the prior of Jeffreys. */
  private static final double SMOOTHING = 0.5;

  private CellShift() {}

  /** The population stability index in nats, each cell smoothed by 0.5. */
  static double psi(long[] reference, long[] live) {
    double n = SMOOTHING * reference.length;
    double m = SMOOTHING * live.length;
    for (int i = 0; i < live.length; i++) {
      n += reference[i];
      m += live[i];
    }
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double p = (reference[i] + SMOOTHING) / n;
      double q = (live[i] + SMOOTHING) / m;
      sum += (q - p) * Math.log(q / p);
    }
    return sum;
  }

  /**
   * The PSI that a sample of the same distribution exceeds with a probability, over the cells that
   * one side uses: {@code (1/n + 1/m)} times the quantile of chi-square (Yurdakul 2018).
   */
  static double psiByChance(long[] reference, long[] live, double probability) {
    double n = 0;
    double m = 0;
    int used = 0;
    for (int i = 0; i < live.length; i++) {
      n += reference[i];
      m += live[i];
      used += reference[i] + live[i] > 0 ? 1 : 0;
    }
    return used < 2 || n == 0 || m == 0
        ? 0
        : (1 / n + 1 / m)
            * ChiSquaredDistribution.of(used - 1).inverseSurvivalProbability(probability);
  }

  /**
   * Bounds of the two-sample Kolmogorov-Smirnov distance of the finite values, over the ordered
   * cells: with cumulative shares R and C between {@code max |R_i - C_i|} and {@code max(R_i -
   * C_(i-1), C_i - R_(i-1))}, certain for any values inside the cells. NaN if a side has none.
   */
  static double[] ks(long[] reference, long[] live, int ordered) {
    double n = 0;
    double m = 0;
    for (int i = 0; i < ordered; i++) {
      n += reference[i];
      m += live[i];
    }
    if (n == 0 || m == 0) {
      return new double[] {Double.NaN, Double.NaN};
    }
    double low = 0;
    double high = 0;
    double r = 0;
    double c = 0;
    for (int i = 0; i < ordered; i++) {
      double nextR = r + reference[i];
      double nextC = c + live[i];
      low = Math.max(low, Math.abs(nextR / n - nextC / m));
      high = Math.max(high, Math.max(nextR / n - c / m, nextC / m - r / n));
      r = nextR;
      c = nextC;
    }
    return new double[] {low, Math.max(low, high)};
  }
}
