package io.mlops4j.evaluation;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers of a model beside the truth, ready to be measured. Immutable, thread-safe.
 *
 * <p>Every metric has an interval: by formula where one is known (DeLong for AUC, Wilson for
 * fractions of rows, Student's t for means over rows), else by the percentile bootstrap, seeded.
 */
public sealed interface Evaluation
    permits BinaryEvaluation, MulticlassEvaluation, RankingEvaluation, RegressionEvaluation {

  /**
   * Returns how many rows (of a ranking: queries) were evaluated.
   *
   * @return 0 or more
   */
  long rows();

  /**
   * Returns one metric.
   *
   * @param metric a built-in metric of this kind of task
   * @return its value, or why it has none
   * @throws IllegalArgumentException if the metric is custom or one of another kind of task
   */
  MetricValue value(Metric metric);

  /**
   * Returns several metrics.
   *
   * @param metrics built-in metrics of this kind of task
   * @return metric to value, in the order given, immutable
   * @throws IllegalArgumentException as {@link #value} does
   */
  default Map<Metric, MetricValue> values(Collection<Metric> metrics) {
    Map<Metric, MetricValue> values = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      values.put(metric, value(metric));
    }
    return Collections.unmodifiableMap(values);
  }

  /**
   * Returns how sure several metrics are. Formulas cost O(n); all metrics without one share one
   * bootstrap of O(n) a resample.
   *
   * @param metrics built-in metrics of this kind of task
   * @param confidence level, resamples and seed
   * @return metric to interval, in the order given; a metric that is undefined, or whose spread the
   *     rows cannot tell (a perfect ranking, a single row), is not in it
   * @throws IllegalArgumentException as {@link #value} does
   */
  Map<Metric, MetricInterval> intervals(Collection<Metric> metrics, Confidence confidence);

  /**
   * Returns how sure one metric is.
   *
   * @param metric a built-in metric of this kind of task
   * @param confidence level, resamples and seed
   * @return its interval, or empty as for {@link #intervals}
   * @throws IllegalArgumentException as {@link #value} does
   */
  default Optional<MetricInterval> interval(Metric metric, Confidence confidence) {
    return Optional.ofNullable(intervals(List.of(metric), confidence).get(metric));
  }
}
