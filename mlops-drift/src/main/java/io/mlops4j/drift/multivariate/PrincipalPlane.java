package io.mlops4j.drift.multivariate;

import java.util.Arrays;

/**
 * The mean of some rows and the directions in which they vary most, after each column is divided by
 * its standard deviation: Pearson (1901). A column that hardly varies is divided by a tenth, so it
 * is in no direction but still counts if it changes.
 */
final class PrincipalPlane {
  private static final double LEAST_UNIT = 0.1;

  private final double[] means;
  private final double[] units;
  private final double[][] axes;

  private PrincipalPlane(double[] means, double[] units, double[][] axes) {
    this.means = means;
    this.units = units;
    this.axes = axes;
  }

  /** Takes the fewest directions that have more than a share of the variance. */
  static PrincipalPlane fit(double[][] rows, double share) {
    int width = rows[0].length;
    double[] means = new double[width];
    double[] units = new double[width];
    for (int j = 0; j < width; j++) {
      int column = j;
      double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElse(0);
      double variance =
          Arrays.stream(rows)
              .mapToDouble(row -> (row[column] - mean) * (row[column] - mean))
              .average()
              .orElse(0);
      means[j] = mean;
      units[j] = Math.max(LEAST_UNIT, Math.sqrt(variance));
    }
    double[][] covariance = new double[width][width];
    for (double[] row : rows) {
      double[] z = standardised(row, means, units);
      for (int j = 0; j < width; j++) {
        for (int k = 0; k <= j; k++) {
          covariance[j][k] += z[j] * z[k] / rows.length;
        }
      }
    }
    double total = 0;
    for (int j = 0; j < width; j++) {
      total += covariance[j][j];
      for (int k = 0; k < j; k++) {
        covariance[k][j] = covariance[j][k];
      }
    }
    SymmetricEigen eigen = SymmetricEigen.of(covariance);
    int components = 0;
    // Rounding may leave the sum of all a little below the total.
    for (double sum = 0; components < width && sum <= share * total && total > 0; components++) {
      sum += eigen.values()[components];
    }
    return new PrincipalPlane(means, units, Arrays.copyOf(eigen.vectors(), components));
  }

  private static double[] standardised(double[] row, double[] means, double[] units) {
    double[] z = new double[row.length];
    Arrays.setAll(z, j -> (row[j] - means[j]) / units[j]);
    return z;
  }

  int components() {
    return axes.length;
  }

  /** What of a row is not in the plane, by columns. */
  double[] residual(double[] row) {
    double[] rest = standardised(row, means, units);
    double[] z = rest.clone();
    for (double[] axis : axes) {
      double along = 0;
      for (int j = 0; j < z.length; j++) {
        along += z[j] * axis[j];
      }
      for (int j = 0; j < z.length; j++) {
        rest[j] -= along * axis[j];
      }
    }
    return rest;
  }

  /** The length of a residual. */
  static double length(double[] residual) {
    double sum = 0;
    for (double part : residual) {
      sum += part * part;
    }
    return Math.sqrt(sum);
  }
}
