package io.mlops4j.drift.multivariate;

/**
 * Logistic regression with a ridge penalty on all weights but the intercept, by Newton's method:
 * deterministic, a few milliseconds for thousands of rows and tens of columns.
 */
final class RidgeLogistic {
  private static final int MAX_STEPS = 30;
  private static final double CONVERGED = 1e-10;

  /** The intercept first. */
  private final double[] weights;

  private RidgeLogistic(double[] weights) {
    this.weights = weights;
  }

  /** Minimises the summed log loss plus half of {@code penalty} times the squared weights. */
  static RidgeLogistic fit(double[][] rows, boolean[] live, double penalty) {
    int width = rows[0].length + 1;
    double[] weights = new double[width];
    for (int step = 0; step < MAX_STEPS; step++) {
      double[] gradient = new double[width];
      double[][] curvature = new double[width][width];
      for (int i = 0; i < rows.length; i++) {
        add(rows[i], live[i], weights, gradient, curvature);
      }
      for (int j = 1; j < width; j++) {
        gradient[j] += penalty * weights[j];
        curvature[j][j] += penalty;
      }
      // Rows of one kind only would let the intercept run away.
      curvature[0][0] += 1e-9;
      double[] change = solve(curvature, gradient);
      double largest = 0;
      for (int j = 0; j < width; j++) {
        weights[j] -= change[j];
        largest = Math.max(largest, Math.abs(change[j]));
      }
      if (largest < CONVERGED) {
        break;
      }
    }
    return new RidgeLogistic(weights);
  }

  private static void add(
      double[] row, boolean live, double[] weights, double[] gradient, double[][] curvature) {
    double p = 1 / (1 + Math.exp(-score(weights, row)));
    double residual = p - (live ? 1 : 0);
    double weight = Math.max(p * (1 - p), 1e-12);
    gradient[0] += residual;
    curvature[0][0] += weight;
    for (int j = 0; j < row.length; j++) {
      gradient[j + 1] += residual * row[j];
      double weighted = weight * row[j];
      curvature[j + 1][0] += weighted;
      double[] line = curvature[j + 1];
      for (int k = 0; k <= j; k++) {
        line[k + 1] += weighted * row[k];
      }
    }
  }

  /** Solves with the lower triangle of a positive definite matrix (Cholesky), in place. */
  private static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= a[i][k] * a[j][k];
        }
        a[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / a[j][j];
      }
    }
    double[] x = b.clone();
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= a[i][k] * x[k];
      }
      x[i] /= a[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        x[i] -= a[k][i] * x[k];
      }
      x[i] /= a[i][i];
    }
    return x;
  }

  double score(double[] row) {
    return score(weights, row);
  }

  private static double score(double[] weights, double[] row) {
    double sum = weights[0];
    for (int j = 0; j < row.length; j++) {
      sum += weights[j + 1] * row[j];
    }
    return sum;
  }

  double intercept() {
    return weights[0];
  }

  double weight(int column) {
    return weights[column + 1];
  }
}
