package io.mlops4j.experiments;

/**
 * Ridge regression that learns a row at a time: the Cholesky factor of {@code A = lambda I + X'X},
 * kept by rank-one updates in O(d^2), and {@code b = X'y}. No inverse is ever formed. Source: Golub
 * and Van Loan, Matrix Computations, 4th ed. (2013), section 6.5.4. Not thread-safe.
 */
final class RidgeFactor {
  private final int dimensions;
  private final double[][] lower;
  private final double[] target;

  RidgeFactor(int dimensions, double ridge) {
    this.dimensions = dimensions;
    this.lower = new double[dimensions][dimensions];
    this.target = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      lower[i][i] = Math.sqrt(ridge);
    }
  }

  /** The factor of the ridge and these sums, in O(d^3). Golub and Van Loan, section 4.2. */
  static RidgeFactor of(int dimensions, double ridge, LinearSums sums) {
    RidgeFactor result = new RidgeFactor(dimensions, ridge);
    double[][] lower = result.lower;
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = sums.gram(i, j) + (i == j ? ridge : 0);
        for (int k = 0; k < j; k++) {
          sum -= lower[i][k] * lower[j][k];
        }
        lower[i][j] = i == j ? Math.sqrt(Math.max(sum, ridge * 1e-12)) : sum / lower[j][j];
      }
      result.target[i] = sums.target(i);
    }
    return result;
  }

  void add(double[] x, double y) {
    double[] rest = x.clone();
    for (int k = 0; k < dimensions; k++) {
      double old = lower[k][k];
      double length = Math.hypot(old, rest[k]);
      double cos = length / old;
      double sin = rest[k] / old;
      lower[k][k] = length;
      for (int i = k + 1; i < dimensions; i++) {
        lower[i][k] = (lower[i][k] + sin * rest[i]) / cos;
        rest[i] = cos * rest[i] - sin * lower[i][k];
      }
      target[k] += y * x[k];
    }
  }

  /** The ridge estimate's prediction at x: theta'x with A theta = b. */
  double mean(double[] x) {
    return dot(solveLower(target), solveLower(x));
  }

  /** {@code sqrt(x' A^-1 x)}. */
  double deviation(double[] x) {
    double[] z = solveLower(x);
    return Math.sqrt(dot(z, z));
  }

  private double[] solveLower(double[] right) {
    double[] z = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      double sum = right[i];
      for (int j = 0; j < i; j++) {
        sum -= lower[i][j] * z[j];
      }
      z[i] = sum / lower[i][i];
    }
    return z;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
