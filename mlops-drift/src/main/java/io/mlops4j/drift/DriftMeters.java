package io.mlops4j.drift;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The meters of one monitor. Names of features are tags, values never. */
final class DriftMeters {
  private final MeterRegistry registry;
  private final String source;
  private final Map<String, Counter> predictions;
  private final Set<String> followed = ConcurrentHashMap.newKeySet();

  DriftMeters(MeterRegistry registry, String source) {
    this.registry = registry;
    this.source = source;
    this.predictions =
        Stream.of("counted", "late", "excluded", "no-baseline", "closed")
            .collect(
                Collectors.toMap(
                    result -> result,
                    result ->
                        Counter.builder("mlops.drift.predictions")
                            .description("Predictions a drift monitor has seen")
                            .tag("source", source)
                            .tag("result", result)
                            .register(registry)));
  }

  void count(String result) {
    Objects.requireNonNull(predictions.get(result)).increment();
  }

  /** Adds a gauge per feature that has none yet. */
  void follow(Baseline baseline, DriftMonitor<?, ?> monitor) {
    for (FeatureCells feature : baseline.all()) {
      if (followed.add(feature.feature())) {
        Gauge.builder("mlops.drift.psi", monitor, m -> psi(m, feature.feature()))
            .description("Population stability index of the open window")
            .tag("source", source)
            .tag("feature", feature.feature())
            .register(registry);
      }
    }
  }

  private static double psi(DriftMonitor<?, ?> monitor, String name) {
    return monitor
        .report()
        .flatMap(
            r ->
                r.features().stream()
                    .filter(f -> f.segment().isEmpty() && f.feature().equals(name))
                    .findFirst())
        .flatMap(FeatureDrift::measures)
        .map(DriftMeasures::psi)
        .orElse(Double.NaN);
  }
}
