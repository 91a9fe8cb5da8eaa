package io.mlops4j.serving;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * A predictor's meters. They read its own counters when they are published, so that a request pays
 * for one histogram only; a batch pays for one summary. The only tags are the predictor's name and,
 * for errors, one of five reasons.
 */
final class PredictorMeters {
  private final MeterRegistry registry;

  /** Micrometer refers to what it reads weakly, so somebody has to hold it. */
  private final List<Object> held;

  private final DistributionSummary batchSize;
  private final List<Meter> meters = new ArrayList<>();

  PredictorMeters(
      MeterRegistry registry,
      String name,
      Counters counters,
      IntSupplier depth,
      IntSupplier inFlight,
      LongSupplier dropped) {
    this.registry = registry;
    this.held = List.of(counters, depth, inFlight, dropped);
    Tags tags = Tags.of("model", name);
    meters.add(
        FunctionTimer.builder(
                "mlops.predict",
                counters,
                c -> c.latency.snapshot().total(),
                c -> c.latency.snapshot().sumNanos(),
                TimeUnit.NANOSECONDS)
            .tags(tags)
            .description("Requests answered, and how long they took")
            .register(registry));
    quantile("mlops.predict.p50", 0.5, tags, counters);
    quantile("mlops.predict.p99", 0.99, tags, counters);
    errors("model", tags, counters, c -> c.failed.sum());
    errors("queue_full", tags, counters, c -> c.queueFull.sum());
    errors("not_ready", tags, counters, c -> c.notReady.sum());
    errors("interrupted", tags, counters, c -> c.interrupted.sum());
    count(
        "mlops.predict.fallbacks",
        "Answers by the fallback",
        tags,
        counters,
        c -> c.fallbacks.sum());
    count("mlops.swaps", "Versions that replaced another", tags, counters, c -> c.swaps.get());
    count("mlops.swaps.failed", "Versions not published", tags, counters, c -> c.failedLoads.get());
    meters.add(
        FunctionCounter.builder("mlops.listener.dropped", dropped, LongSupplier::getAsLong)
            .tags(tags)
            .description("Predictions listeners did not see")
            .register(registry));
    meters.add(
        Gauge.builder("mlops.queue.depth", depth, IntSupplier::getAsInt)
            .tags(tags)
            .description("Requests waiting")
            .register(registry));
    meters.add(
        Gauge.builder("mlops.predict.inflight", inFlight, IntSupplier::getAsInt)
            .tags(tags)
            .description("Requests inside the model or waiting for it")
            .register(registry));
    batchSize =
        DistributionSummary.builder("mlops.batch.size")
            .tags(tags)
            .description("Rows per run of a worker")
            .register(registry);
    meters.add(batchSize);
  }

  void batch(int rows) {
    batchSize.record(rows);
  }

  private void quantile(String meter, double share, Tags tags, Counters counters) {
    meters.add(
        TimeGauge.builder(
                meter, counters, TimeUnit.NANOSECONDS, c -> c.latency.snapshot().quantile(share))
            .tags(tags)
            .description("Since the predictor was built")
            .register(registry));
  }

  private void errors(String reason, Tags tags, Counters counters, ToDoubleFunction<Counters> of) {
    count(
        "mlops.predict.errors",
        "Requests that ended with an exception",
        tags.and(Tag.of("reason", reason)),
        counters,
        of);
  }

  private void count(
      String meter, String what, Tags tags, Counters counters, ToDoubleFunction<Counters> of) {
    meters.add(
        FunctionCounter.builder(meter, counters, of)
            .tags(tags)
            .description(what)
            .register(registry));
  }

  /** Takes the meters out of the registry. */
  void close() {
    if (!held.isEmpty()) {
      meters.forEach(registry::remove);
    }
  }
}
