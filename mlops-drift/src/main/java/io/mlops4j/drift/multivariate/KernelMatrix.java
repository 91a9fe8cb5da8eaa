package io.mlops4j.drift.multivariate;

import java.util.Arrays;

/**
 * The similarities {@code exp(-d^2 / (2 s^2))} of each two of some rows, and what follows from them
 * about the distance of two groups: Gretton and others (2012), "A kernel two-sample test".
 */
final class KernelMatrix {
  /** Below the diagonal only. */
  private final double[][] similar;

  /** Of each row to all others. */
  private final double[] sums;

  private final double all;

  private KernelMatrix(double[][] similar, double[] sums) {
    this.similar = similar;
    this.sums = sums;
    this.all = Arrays.stream(sums).sum();
  }

  static KernelMatrix of(double[][] rows, double bandwidth) {
    double scale = -1 / (2 * bandwidth * bandwidth);
    double[][] similar = new double[rows.length][];
    double[] sums = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      similar[i] = new double[i];
      for (int j = 0; j < i; j++) {
        double k = Math.exp(scale * squaredDistance(rows[i], rows[j]));
        similar[i][j] = k;
        sums[i] += k;
        sums[j] += k;
      }
    }
    return new KernelMatrix(similar, sums);
  }

  /**
   * The median distance of two rows; if most are equal, of two that differ; 1 if none differ. Of an
   * even number of distances the mean of the middle two.
   */
  static double medianDistance(double[][] rows) {
    double[] distances = new double[rows.length * (rows.length - 1) / 2];
    int at = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        distances[at++] = Math.sqrt(squaredDistance(rows[i], rows[j]));
      }
    }
    Arrays.sort(distances);
    double median = median(distances);
    if (median > 0) {
      return median;
    }
    double[] positive = Arrays.stream(distances).filter(d -> d > 0).toArray();
    return positive.length == 0 ? 1 : median(positive);
  }

  private static double median(double[] sorted) {
    int n = sorted.length;
    return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  /**
   * The unbiased estimate of the squared maximum mean discrepancy between a group and all others: 0
   * on average if both are of one kind, so it may be negative. No row is compared with itself.
   *
   * @param group row numbers in rising order, at least two, and at least two are not in it
   */
  double discrepancy(int[] group) {
    double within = 0;
    double ofGroup = 0;
    for (int i = 0; i < group.length; i++) {
      double[] row = similar[group[i]];
      ofGroup += sums[group[i]];
      for (int j = 0; j < i; j++) {
        within += row[group[j]];
      }
    }
    double n = group.length;
    double m = sums.length - n;
    double across = ofGroup - 2 * within;
    double others = all / 2 - within - across;
    return 2 * within / (n * (n - 1)) + 2 * others / (m * (m - 1)) - 2 * across / (n * m);
  }
}
