package io.mlops4j.experiments.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/*
 * Design note. The variance of a quantile of clustered values: the share of values at or below it is a
 * ratio metric over units, whose delta-method variance says by how much the share is uncertain. That
 * uncertainty is carried over to the value by reading the sample's quantiles at share +- z errors,
 * which needs no density estimate. Deng, Knoblich, Lu (2018), https://doi.org/10.1145/3219819.3219919.
 */

/** All values of an arm's units, for quantiles. */
final class QuantileSample {
  /** Reading far enough out to average over the sample's graininess, near enough to be local. */
  private static final double Z = 1.959963984540054;

  private final List<double[]> units = new ArrayList<>();
  private int values;

  void add(double[] unit) {
    units.add(unit);
    values = Math.addExact(values, unit.length);
  }

  void merge(QuantileSample other) {
    units.addAll(other.units);
    values = Math.addExact(values, other.values);
  }

  int units() {
    return units.size();
  }

  /** Value and standard error of a quantile, or the reason why there is none. */
  Arm estimate(double share) {
    if (values == 0) {
      return new Arm.Missing("has no values");
    }
    double[] sorted = new double[values];
    int at = 0;
    for (double[] unit : units) {
      System.arraycopy(unit, 0, sorted, at, unit.length);
      at += unit.length;
    }
    Arrays.sort(sorted);
    double value = quantile(sorted, share);
    double error = Math.sqrt(shareVariance(value));
    double low = share - Z * error;
    double high = share + Z * error;
    if (!(low > 1.0 / values && high < 1 - 1.0 / values)) {
      return new Arm.Missing(
          "has %d values of %d units, too few around quantile %s"
              .formatted(values, units.size(), share));
    }
    double standardError = (quantile(sorted, high) - quantile(sorted, low)) / (2 * Z);
    if (!(standardError > 0)) {
      return new Arm.Missing(
          "has equal values all around quantile " + share + ": it does not vary");
    }
    double variance = standardError * standardError;
    double freedom = units.size() - 1.0;
    return new Arm.Estimate(
        units.size(), value, value, variance, variance, variance, variance * variance / freedom);
  }

  /** The delta-method variance, over units, of the share of values at or below a number. */
  private double shareVariance(double value) {
    double mean = (double) values / units.size();
    double below = 0;
    for (double[] unit : units) {
      below += below(unit, value);
    }
    double share = below / values;
    double squares = 0;
    for (double[] unit : units) {
      double residual = below(unit, value) - share * unit.length;
      squares += residual * residual;
    }
    return units.size() < 2
        ? Double.POSITIVE_INFINITY
        : squares / (units.size() - 1) / units.size() / (mean * mean);
  }

  private static int below(double[] unit, double value) {
    int count = 0;
    for (double each : unit) {
      count += each <= value ? 1 : 0;
    }
    return count;
  }

  /** Linear between neighbours, numpy's default (type 7). */
  static double quantile(double[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int low = (int) Math.floor(position);
    int high = Math.min(sorted.length - 1, low + 1);
    return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
  }
}
