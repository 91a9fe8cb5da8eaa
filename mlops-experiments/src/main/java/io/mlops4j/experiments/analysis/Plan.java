package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Text;
import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.Correction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything that was decided before the data came. */
record Plan(
    String experiment,
    WeightVector shares,
    List<Metric> metrics,
    int successes,
    List<Guardrail> guardrails,
    List<String> dimensions,
    Looks looks,
    double alpha,
    Correction correction,
    int minUnits,
    Optional<Double> priorDeviation,
    Optional<Duration> attribution) {

  /** A guardrail: the metric's position and its margin. */
  record Guardrail(int metric, Margin margin) {}

  Metric metric(Guardrail guardrail) {
    return metrics.get(guardrail.metric());
  }

  List<String> arms() {
    return shares.arms();
  }

  int metricIndex(String name) {
    for (int m = 0; m < metrics.size(); m++) {
      if (metrics.get(m).name().equals(name)) {
        return m;
      }
    }
    throw new IllegalArgumentException(
        "metric '%s' is not in the analysis of '%s' (known: %s)"
            .formatted(
                Text.printable(name, 80), experiment, metrics.stream().map(Metric::name).toList()));
  }

  int armIndex(String arm) {
    int index = arms().indexOf(arm);
    if (index < 0) {
      throw new IllegalArgumentException(
          "arm '%s' is not in '%s' (known: %s)"
              .formatted(Text.printable(arm, 80), experiment, arms()));
    }
    return index;
  }
}
