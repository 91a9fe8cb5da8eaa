package io.mlops4j.drift.alert;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The meters of alerts. Tags are names of rules and sinks. */
final class AlertMeters {
  private AlertMeters() {}

  private static int number(AlertState state) {
    return switch (state) {
      case INACTIVE -> 0;
      case PENDING -> 1;
      case FIRING -> 2;
    };
  }

  static void register(
      MeterRegistry registry, String group, Collection<Signal> signals, List<SinkRunner> sinks) {
    for (Signal signal : signals) {
      Gauge.builder("mlops.alert.state", signal, s -> number(s.state()))
          .description("0 inactive, 1 pending, 2 firing on this instance")
          .tag("group", group)
          .tag("alert", signal.name())
          .register(registry);
    }
    Map<String, ToLongFunction<SinkRunner>> results = new LinkedHashMap<>();
    results.put("delivered", sink -> sink.delivered.sum());
    results.put("failed", sink -> sink.failed.sum());
    results.put("dropped", sink -> sink.dropped.sum());
    results.forEach(
        (result, count) -> {
          FunctionCounter.builder(
                  "mlops.alert.notifications", sinks, all -> all.stream().mapToLong(count).sum())
              .description("Events handed to sinks")
              .tag("group", group)
              .tag("result", result)
              .register(registry);
        });
  }
}
