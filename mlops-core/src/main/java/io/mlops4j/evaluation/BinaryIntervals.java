package io.mlops4j.evaluation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How sure each metric of a binary classifier is. Both arrays ascending. */
final class BinaryIntervals {
  private final BinaryEvaluation evaluation;
  private final double[] positives;
  private final double[] negatives;

  BinaryIntervals(BinaryEvaluation evaluation, double[] positives, double[] negatives) {
    this.evaluation = evaluation;
    this.positives = positives;
    this.negatives = negatives;
  }

  Map<Metric, MetricInterval> of(Collection<Metric> metrics, Confidence confidence) {
    Map<Metric, Optional<MetricInterval>> known = new LinkedHashMap<>();
    List<Metric> drawn = new ArrayList<>();
    for (Metric metric : metrics) {
      boolean defined = evaluation.value(metric).number().isPresent();
      if (defined && hasFormula(metric)) {
        known.put(metric, formula(metric, confidence.level()));
      } else if (defined) {
        drawn.add(metric);
      }
    }
    Map<Metric, MetricInterval> rest =
        Bootstrap.intervals(
            drawn, positives.length + negatives.length, confidence, this::resampled);
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      known
          .getOrDefault(metric, Optional.ofNullable(rest.get(metric)))
          .ifPresent(interval -> intervals.put(metric, interval));
    }
    return intervals;
  }

  private static boolean hasFormula(Metric metric) {
    MetricFamily family = metric.family();
    return family != null
        && switch (family) {
          case AUC, ACCURACY, PRECISION, RECALL, LOG_LOSS, BRIER -> true;
          default -> false;
        };
  }

  private Optional<MetricInterval> formula(Metric metric, double level) {
    MetricFamily family = metric.family();
    if (family == MetricFamily.AUC) {
      return Formulas.ofNormal(
          evaluation.value(metric).number().orElseThrow(),
          DeLong.variance(positives, negatives),
          0,
          1,
          level,
          "DeLong");
    }
    if (family == MetricFamily.LOG_LOSS || family == MetricFamily.BRIER) {
      boolean logs = family == MetricFamily.LOG_LOSS;
      var losses = new Formulas.Losses();
      losses.addAll(positives, s -> logs ? ProbabilityMetrics.surprise(s) : (1 - s) * (1 - s));
      losses.addAll(negatives, s -> logs ? ProbabilityMetrics.surprise(1 - s) : s * s);
      return Formulas.ofMean(losses, 0, level);
    }
    Confusion at = Confusion.at(metric.argument(), positives, negatives);
    if (family == MetricFamily.ACCURACY) {
      return Formulas.ofRatio(at.truePositives() + at.trueNegatives(), evaluation.rows(), level);
    }
    long others = family == MetricFamily.PRECISION ? at.falsePositives() : at.falseNegatives();
    return Formulas.ofRatio(at.truePositives(), at.truePositives() + others, level);
  }

  private Evaluation resampled(int[] counts) {
    return evaluation.like(
        repeated(positives, counts, 0), repeated(negatives, counts, positives.length));
  }

  private static double[] repeated(double[] ascending, int[] counts, int from) {
    int size = 0;
    for (int i = 0; i < ascending.length; i++) {
      size += counts[from + i];
    }
    double[] result = new double[size];
    int at = 0;
    for (int i = 0; i < ascending.length; i++) {
      for (int k = counts[from + i]; k > 0; k--) {
        result[at++] = ascending[i];
      }
    }
    return result;
  }
}
