package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.JointMoments;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sums of one arm in one segment and epoch: per metric, moments or a sample. */
final class Cell {
  final List<Metric> metrics;
  final JointMoments[] moments;
  final QuantileSample[] samples;
  long units;

  Cell(List<Metric> metrics) {
    this.metrics = metrics;
    this.moments = new JointMoments[metrics.size()];
    this.samples = new QuantileSample[metrics.size()];
    for (int m = 0; m < moments.length; m++) {
      moments[m] = JointMoments.of(metrics.get(m).dimensions());
      samples[m] = new QuantileSample();
    }
  }

  void add(double[][] rows) {
    units++;
    for (int m = 0; m < moments.length; m++) {
      if (metrics.get(m).kind() == Metric.Kind.QUANTILE) {
        samples[m].add(rows[m]);
      } else {
        moments[m].add(rows[m]);
      }
    }
  }

  void merge(Cell other) {
    units += other.units;
    for (int m = 0; m < moments.length; m++) {
      moments[m].merge(other.moments[m]);
      samples[m].merge(other.samples[m]);
    }
  }

  /** All epochs of one arm together. */
  static Cell pooled(List<Metric> metrics, Iterable<Cell> cells) {
    Cell result = new Cell(metrics);
    cells.forEach(result::merge);
    return result;
  }

  /** The numbers of one unit in the order of {@link Metric#dimensions}, checked. */
  static double[][] rows(List<Metric> metrics, UnitRow unit) {
    List<double[]> rows = new ArrayList<>();
    int used = 0;
    int usedBefore = 0;
    for (Metric metric : metrics) {
      double[] values = unit.values.get(metric.name());
      double[] before = unit.before.get(metric.name());
      used += values == null ? 0 : 1;
      usedBefore += before == null ? 0 : 1;
      rows.add(row(metric, values, before));
    }
    if (used < unit.values.size() || usedBefore < unit.before.size()) {
      throw new IllegalArgumentException(
          "unit: values of %s, before of %s (expected: only metrics of the analysis, %s)"
              .formatted(
                  unit.values.keySet(),
                  unit.before.keySet(),
                  metrics.stream().map(Metric::name).toList()));
    }
    return rows.toArray(double[][]::new);
  }

  private static double[] row(
      Metric metric, double @Nullable [] values, double @Nullable [] before) {
    if (before != null && !metric.cuped()) {
      throw new IllegalArgumentException(
          "metric '" + metric.name() + "' has no CUPED, but a value from before was given");
    }
    if (metric.kind() == Metric.Kind.QUANTILE) {
      return values == null ? new double[0] : values;
    }
    int width = metric.kind() == Metric.Kind.RATIO ? 2 : 1;
    double[] row = new double[metric.dimensions()];
    copy(metric, values, row, 0, width);
    copy(metric, before, row, width, width);
    if (metric.kind() == Metric.Kind.BINARY && row[0] != 0 && row[0] != 1) {
      throw new IllegalArgumentException(
          "metric '" + metric.name() + "': " + row[0] + " (expected: 0 or 1, it is binary)");
    }
    return row;
  }

  private static void copy(
      Metric metric, double @Nullable [] from, double[] row, int at, int width) {
    if (from == null) {
      return;
    }
    if (from.length != width) {
      throw new IllegalArgumentException(
          "metric '%s': %d numbers (expected: %d, it is %s)"
              .formatted(metric.name(), from.length, width, metric.kind()));
    }
    if (width == 2 && from[1] < 0) {
      throw new IllegalArgumentException(
          "metric '%s': denominator %s (expected: at least 0)".formatted(metric.name(), from[1]));
    }
    System.arraycopy(from, 0, row, at, width);
  }
}
