package io.mlops4j.drift.multivariate;

import java.util.Arrays;

/**
 * Numbers in deviations from the middle, cut off at four: by median and quartiles of the reference,
 * because one outlier must not make all other values equal. What is missing is in the middle.
 *
 * @param middle the median
 * @param deviation the distance of the quartiles over 1.349, as of a normal distribution; 0 if they
 *     are equal, and differences are taken as they are
 */
record Standard(double middle, double deviation) {
  private static final double CUT = 4;

  static Standard of(double[] values) {
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return new Standard(0, 0);
    }
    double spread = sorted[sorted.length * 3 / 4] - sorted[sorted.length / 4];
    boolean usable = spread > 0 && spread <= Double.MAX_VALUE;
    return new Standard(sorted[sorted.length / 2], usable ? spread / 1.349 : 0);
  }

  double of(double number) {
    double value = (number - middle) / (deviation > 0 ? deviation : 1);
    return Double.isNaN(value) ? 0 : Math.max(-CUT, Math.min(CUT, value));
  }
}
