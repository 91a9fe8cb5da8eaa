package io.mlops4j.drift.multivariate;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues of a symmetric matrix, falling, and a vector of length 1 for each: Jacobi's method
 * (1846), row by row. Deterministic; some 10 n^3 steps a sweep and about eight sweeps, so about a
 * second for 256 columns. Accurate to rounding for every symmetric matrix of finite numbers.
 */
final class SymmetricEigen {
  private static final int MOST_SWEEPS = 60;

  private final double[] values;
  private final double[][] vectors;

  private SymmetricEigen(double[] values, double[][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  double[] values() {
    return values;
  }

  /** One for each value; orthogonal, signs arbitrary. */
  double[][] vectors() {
    return vectors;
  }

  static SymmetricEigen of(double[][] matrix) {
    int n = matrix.length;
    double[][] a = new double[n][];
    double[][] v = new double[n][n];
    double total = 0;
    for (int i = 0; i < n; i++) {
      a[i] = matrix[i].clone();
      v[i][i] = 1;
      for (double x : a[i]) {
        total += x * x;
      }
    }
    // Below this the rest is rounding.
    double negligible = Math.sqrt(total) * 1e-16 / Math.max(1, n);
    boolean turned = true;
    for (int sweep = 0; turned && sweep < MOST_SWEEPS; sweep++) {
      turned = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (Math.abs(a[p][q]) > negligible) {
            turn(a, v, p, q);
            turned = true;
          }
        }
      }
    }
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -a[i][i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] values = new double[n];
    double[][] vectors = new double[n][];
    for (int i = 0; i < n; i++) {
      values[i] = a[order[i]][order[i]];
      vectors[i] = v[order[i]];
    }
    return new SymmetricEigen(values, vectors);
  }

  /** Makes {@code a[p][q]} zero by the smaller of the two rotations that do. Rows of v are axes. */
  private static void turn(double[][] a, double[][] v, int p, int q) {
    double[] one = a[p];
    double[] two = a[q];
    double off = one[q];
    double theta = (two[q] - one[p]) / (2 * off);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    double first = one[p] - t * off;
    double second = two[q] + t * off;
    for (int k = 0; k < a.length; k++) {
      double x = one[k];
      double y = two[k];
      one[k] = c * x - s * y;
      two[k] = s * x + c * y;
      a[k][p] = one[k];
      a[k][q] = two[k];
    }
    one[p] = first;
    two[q] = second;
    one[q] = 0;
    two[p] = 0;
    double[] axis = v[p];
    double[] other = v[q];
    for (int k = 0; k < axis.length; k++) {
      double x = axis[k];
      double y = other[k];
      axis[k] = c * x - s * y;
      other[k] = s * x + c * y;
    }
  }
}
