package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.List;

/** A measure of each class, averaged. */
final class ClassAverage {
  private ClassAverage() {}

  static MetricValue of(Metric metric, List<String> classes, long[][] confusion) {
    boolean weighted = Averaging.WEIGHTED.isOf(metric);
    var sum = new CompensatedSum();
    long weights = 0;
    long rows = 0;
    for (int c = 0; c < confusion.length; c++) {
      long hits = confusion[c][c];
      long occurs = occurs(confusion, c);
      long predicted = predicted(confusion, c);
      rows += occurs;
      long weight = weighted ? occurs : occurs + predicted > 0 ? 1 : 0;
      if (weight == 0) {
        continue;
      }
      long[] ratio = ratio(metric, hits, occurs, predicted);
      if (ratio[1] == 0) {
        return new Undefined(
            "'"
                + metric.id()
                + "' needs every class "
                + (metric.family() == MetricFamily.MULTICLASS_PRECISION ? "predicted" : "present")
                + "; '"
                + classes.get(c)
                + "' is not.");
      }
      sum.add(weight * (ratio[0] / (double) ratio[1]));
      weights += weight;
    }
    return new Defined(sum.value() / weights, rows);
  }

  private static long[] ratio(Metric metric, long hits, long occurs, long predicted) {
    MetricFamily family = metric.family();
    if (family == MetricFamily.MULTICLASS_PRECISION) {
      return new long[] {hits, predicted};
    }
    return family == MetricFamily.MULTICLASS_RECALL
        ? new long[] {hits, occurs}
        : new long[] {2 * hits, occurs + predicted};
  }

  private static long occurs(long[][] confusion, int c) {
    long sum = 0;
    for (long count : confusion[c]) {
      sum += count;
    }
    return sum;
  }

  private static long predicted(long[][] confusion, int c) {
    long sum = 0;
    for (long[] row : confusion) {
      sum += row[c];
    }
    return sum;
  }
}
