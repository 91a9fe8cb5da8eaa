package io.mlops4j.evaluation;

/**
 * The variance of an AUC and of the difference of two on the same rows (<a
 * href="https://doi.org/10.2307/2531595">DeLong et al. 1988</a>), by sorting in O(n log n) as <a
 * href="https://doi.org/10.1109/LSP.2014.2337313">Sun and Xu 2014</a> do.
 */
final class DeLong {
  private DeLong() {}

  /**
   * Returns for each element of {@code of} the share of {@code others} it lies above, a tie
   * counting one half. Both ascending; the result is in the order of {@code of}.
   */
  static double[] shares(double[] of, double[] others) {
    double[] shares = new double[of.length];
    int below = 0;
    int upTo = 0;
    for (int i = 0; i < of.length; i++) {
      while (below < others.length && others[below] < of[i]) {
        below++;
      }
      upTo = Math.max(upTo, below);
      while (upTo < others.length && others[upTo] <= of[i]) {
        upTo++;
      }
      shares[i] = (below + upTo) / (2.0 * others.length);
    }
    return shares;
  }

  /** Needs two rows of each class; NaN otherwise. Both ascending. */
  static double variance(double[] positives, double[] negatives) {
    double[] wins = shares(positives, negatives);
    double[] losses = shares(negatives, positives);
    return covariance(wins, wins) / wins.length + covariance(losses, losses) / losses.length;
  }

  /** Both in the same order of rows. */
  static double covariance(double[] a, double[] b) {
    double meanA = mean(a);
    double meanB = mean(b);
    var sum = new CompensatedSum();
    for (int i = 0; i < a.length; i++) {
      sum.add((a[i] - meanA) * (b[i] - meanB));
    }
    return a.length < 2 ? Double.NaN : sum.value() / (a.length - 1.0);
  }

  private static double mean(double[] values) {
    var sum = new CompensatedSum();
    for (double value : values) {
      sum.add(value);
    }
    return sum.value() / values.length;
  }
}
