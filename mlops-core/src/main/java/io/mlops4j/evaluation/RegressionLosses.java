package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Errors of a regression that are a mean over rows, and how sure each metric is. */
final class RegressionLosses {
  private RegressionLosses() {}

  /** What one row costs. */
  @FunctionalInterface
  interface Loss {
    double of(double predicted, double truth);
  }

  static Loss pinball(Metric metric) {
    double q = metric.argument();
    return (predicted, truth) ->
        truth >= predicted ? q * (truth - predicted) : (1 - q) * (predicted - truth);
  }

  static double deviance(double predicted, double truth) {
    double surprise = truth == 0 ? 0 : truth * StrictMath.log(truth / predicted);
    return 2 * (surprise - truth + predicted);
  }

  /** Why these are no counts and rates, naming the row and no value of it; or empty. */
  static Optional<String> notCounts(double[] predicted, double[] truth) {
    for (int i = 0; i < predicted.length; i++) {
      if (predicted[i] <= 0 || truth[i] < 0) {
        return Optional.of(
            "Poisson deviance needs predictions above 0 and a truth of at least 0; row "
                + i
                + " has another.");
      }
    }
    return Optional.empty();
  }

  static MetricValue mean(double[] predicted, double[] truth, Loss loss) {
    if (predicted.length == 0) {
      return new Undefined("A regression metric needs rows; there are none.");
    }
    var sum = new CompensatedSum();
    for (int i = 0; i < predicted.length; i++) {
      sum.add(loss.of(predicted[i], truth[i]));
    }
    double mean = sum.value() / predicted.length;
    return Double.isFinite(mean)
        ? new Defined(mean, predicted.length)
        : new Undefined("The result is larger than a double can hold.");
  }

  static Map<Metric, MetricInterval> intervals(
      RegressionEvaluation evaluation,
      double[] predicted,
      double[] truth,
      Collection<Metric> metrics,
      Confidence confidence) {
    List<Metric> drawn = new ArrayList<>();
    Map<Metric, Optional<MetricInterval>> known = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      if (evaluation.value(metric).number().isEmpty()) {
        continue;
      }
      Optional<Loss> loss = loss(metric);
      if (loss.isPresent()) {
        var losses = new Formulas.Losses();
        for (int i = 0; i < predicted.length; i++) {
          losses.add(loss.get().of(predicted[i], truth[i]));
        }
        known.put(metric, Formulas.ofMean(losses, 0, confidence.level()));
      } else {
        drawn.add(metric);
      }
    }
    Map<Metric, MetricInterval> rest =
        Bootstrap.intervals(
            drawn,
            predicted.length,
            confidence,
            counts ->
                RegressionEvaluation.measured(
                    repeated(predicted, counts), repeated(truth, counts)));
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      known
          .getOrDefault(metric, Optional.ofNullable(rest.get(metric)))
          .ifPresent(interval -> intervals.put(metric, interval));
    }
    return intervals;
  }

  /** What a row costs, if the metric is the mean of it. */
  private static Optional<Loss> loss(Metric metric) {
    MetricFamily family = metric.family();
    if (family == MetricFamily.MAE) {
      return Optional.of((predicted, truth) -> Math.abs(predicted - truth));
    }
    if (family == MetricFamily.PINBALL) {
      return Optional.of(pinball(metric));
    }
    return family == MetricFamily.POISSON_DEVIANCE
        ? Optional.of(RegressionLosses::deviance)
        : Optional.empty();
  }

  /** Draws hold as many rows as there are. */
  static double[] repeated(double[] values, int[] counts) {
    double[] result = new double[values.length];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      for (int k = counts[i]; k > 0; k--) {
        result[at++] = values[i];
      }
    }
    return result;
  }
}
