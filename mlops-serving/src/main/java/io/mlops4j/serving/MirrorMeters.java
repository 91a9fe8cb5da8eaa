package io.mlops4j.serving;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A mirror's meters; they read its counters when they are published. */
final class MirrorMeters {
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();

  MirrorMeters(MeterRegistry registry, String name, Mirror<?, ?> mirror) {
    this.registry = registry;
    Tags tags = Tags.of("model", name);
    rows(mirror, tags, "answered", MirrorStats::answered);
    rows(mirror, tags, "failed", MirrorStats::failed);
    rows(mirror, tags, "timeout", MirrorStats::timedOut);
    rows(mirror, tags, "dropped", MirrorStats::dropped);
    rows(mirror, tags, "skipped", MirrorStats::skipped);
    rows(mirror, tags, "unusable", MirrorStats::unusable);
    meters.add(
        Gauge.builder("mlops.mirror.waiting", mirror, m -> m.stats().waiting())
            .tags(tags)
            .description("Rows that wait for the candidate")
            .register(registry));
  }

  private void rows(
      Mirror<?, ?> mirror, Tags tags, String result, ToDoubleFunction<MirrorStats> of) {
    meters.add(
        FunctionCounter.<Mirror<?, ?>>builder(
                "mlops.mirror.rows", mirror, m -> of.applyAsDouble(m.stats()))
            .tags(tags.and("result", result))
            .description("Mirrored rows, by what became of them")
            .register(registry));
  }

  void close() {
    meters.forEach(registry::remove);
  }
}
