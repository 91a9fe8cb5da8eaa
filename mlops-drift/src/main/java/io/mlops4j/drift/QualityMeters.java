package io.mlops4j.drift;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.drift.QualityMonitor.Joins;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The meters of one quality monitor. No tag grows with traffic. */
final class QualityMeters {
  private QualityMeters() {}

  static void register(MeterRegistry registry, String source, QualityMonitor<?, ?> monitor) {
    Gauge.builder("mlops.quality.value", monitor, QualityMeters::value)
        .description("The rule's metric over the newest stretch with enough labels")
        .tag("source", source)
        .register(registry);
    Gauge.builder("mlops.quality.estimate", monitor, QualityMeters::estimate)
        .description("The rule's metric over the newest stretch, estimated without its labels")
        .tag("source", source)
        .register(registry);
    Gauge.builder("mlops.quality.coverage", monitor, QualityMeters::coverage)
        .description("Share of predictions with a label in the newest stretch with enough labels")
        .tag("source", source)
        .register(registry);
    results()
        .forEach(
            (result, count) ->
                FunctionCounter.builder(
                        "mlops.quality.joins", monitor, m -> count.applyAsLong(m.joins()))
                    .description("What became of predictions and labels")
                    .tag("source", source)
                    .tag("result", result)
                    .register(registry));
  }

  private static Map<String, ToLongFunction<Joins>> results() {
    Map<String, ToLongFunction<Joins>> results = new LinkedHashMap<>();
    results.put("predicted", Joins::predictions);
    results.put("joined", Joins::joined);
    results.put("duplicate", Joins::duplicate);
    results.put("conflicting", Joins::conflicting);
    results.put("corrected", Joins::corrected);
    results.put("late", Joins::late);
    results.put("orphaned", Joins::orphaned);
    results.put("unlabelled", Joins::unlabelled);
    results.put("evicted", Joins::evicted);
    results.put("unusable", Joins::unusable);
    results.put("excluded", Joins::excluded);
    results.put("unlogged", Joins::unlogged);
    return results;
  }

  private static double value(QualityMonitor<?, ?> monitor) {
    QualityRule rule = monitor.rule();
    return rule == null
        ? Double.NaN
        : monitor
            .newestServed()
            .flatMap(quality -> rule.metric().of(quality))
            .map(Quality.Estimate::value)
            .orElse(Double.NaN);
  }

  private static double estimate(QualityMonitor<?, ?> monitor) {
    return monitor.estimateServed().map(e -> e.expected().value()).orElse(Double.NaN);
  }

  private static double coverage(QualityMonitor<?, ?> monitor) {
    return monitor.newestServed().map(Quality::coverage).orElse(Double.NaN);
  }
}
