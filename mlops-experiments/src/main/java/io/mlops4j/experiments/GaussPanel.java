package io.mlops4j.experiments;

/**
 * Gauss-Legendre quadrature on [-1, 1] with 16 nodes, and the matrix that turns a function's values
 * at the nodes into its integrals from -1 to each node.
 *
 * <p>The matrix integrates the interpolating polynomial exactly: {@code L_j = sum_k (2k+1)/2 w_j
 * P_k(x_j) P_k}, and {@code P_k} integrates to {@code (P_{k+1} - P_{k-1}) / (2k+1)}. Source: Davis
 * and Rabinowitz, Methods of Numerical Integration, 2nd ed. (1984), section 2.7. Computed with
 * StrictMath, so the digits are the same on every machine.
 */
final class GaussPanel {
  static final int NODES = 16;
  static final double[] NODE = new double[NODES];
  static final double[] WEIGHT = new double[NODES];

  /** {@code PARTIAL[i][j]}: the share of value j in the integral from -1 to node i. */
  static final double[][] PARTIAL = new double[NODES][NODES];

  static {
    for (int i = 0; i < NODES; i++) {
      double x = -StrictMath.cos(Math.PI * (i + 0.75) / (NODES + 0.5));
      double slope = 0;
      for (int newton = 0; newton < 10; newton++) {
        double[] p = legendre(x);
        slope = NODES * (x * p[NODES] - p[NODES - 1]) / (x * x - 1);
        x -= p[NODES] / slope;
      }
      NODE[i] = x;
      WEIGHT[i] = 2 / ((1 - x * x) * slope * slope);
    }
    for (int i = 0; i < NODES; i++) {
      double[] at = legendre(NODE[i]);
      for (int j = 0; j < NODES; j++) {
        double[] p = legendre(NODE[j]);
        double sum = (NODE[i] + 1) / 2;
        for (int k = 1; k < NODES; k++) {
          sum += p[k] * (at[k + 1] - at[k - 1]) / 2;
        }
        PARTIAL[i][j] = WEIGHT[j] * sum;
      }
    }
  }

  private GaussPanel() {}

  /** P_0(x) to P_16(x) by the three-term recurrence. */
  private static double[] legendre(double x) {
    double[] p = new double[NODES + 1];
    p[0] = 1;
    p[1] = x;
    for (int k = 1; k < NODES; k++) {
      p[k + 1] = ((2 * k + 1) * x * p[k] - k * p[k - 1]) / (k + 1);
    }
    return p;
  }
}
