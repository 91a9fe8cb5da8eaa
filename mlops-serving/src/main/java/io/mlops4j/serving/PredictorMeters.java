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
import io.mlops4j.core.Prediction.Release;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * A predictor's meters. They read its own counters when they are published, so that a request pays
 * for one histogram only; a batch pays for one summary. The only tags are the predictor's name and
 * one of a few reasons, sources or results.
 */
final class PredictorMeters {
  private final MeterRegistry registry;

  /** Micrometer refers to what it reads weakly, so somebody has to hold it. */
  private final List<Object> held;

  private final DistributionSummary batchSize;
  private final List<Meter> meters = new ArrayList<>();

  PredictorMeters(
      MeterRegistry registry,
      String predictor,
      Counters counters,
      IntSupplier depth,
      IntSupplier inFlight,
      LongSupplier dropped) {
    this.registry = registry;
    this.held = List.of(counters, depth, inFlight, dropped);
    Tags tags = Tags.of("model", predictor);
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
    errors("timeout", tags, counters, c -> c.timedOut.sum());
    errors("cancelled", tags, counters, c -> c.cancelled.sum());
    for (Reason reason : Reason.values()) {
      String name = reason.name().toLowerCase(Locale.ROOT);
      errors(name, tags, counters, c -> c.rejectedFor(reason));
    }
    for (Release release : Release.values()) {
      if (release != Release.INLINE) {
        count(
            "mlops.batch.releases",
            "Runs of a worker, by why they were no larger",
            tags.and(Tag.of("reason", release.name().toLowerCase(Locale.ROOT))),
            counters,
            c -> c.releasedFor(release));
      }
    }
    meters.add(
        FunctionTimer.builder(
                "mlops.queue.time",
                counters,
                c -> c.batchedRows.sum(),
                c -> c.queuedNanos.sum(),
                TimeUnit.NANOSECONDS)
            .tags(tags)
            .description("How long requests waited for a worker")
            .register(registry));
    count(
        "mlops.predict.previous",
        "Answers by the previous version",
        tags,
        counters,
        c -> c.previous.sum());
    count("mlops.offline.rows", "Rows of scoreAll", tags, counters, c -> c.offlineRows.sum());
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

  /** Adds the meters of a cache. */
  void cache(String predictor, CachedAnswers<?, ?> cache) {
    Tags tags = Tags.of("model", predictor);
    cacheRequests("hit", tags, cache, c -> c.hits.sum());
    cacheRequests("miss", tags, cache, c -> c.misses.sum());
    cacheRequests("coalesced", tags, cache, c -> c.coalesced.sum());
    meters.add(
        FunctionCounter.builder("mlops.cache.evictions", cache, CachedAnswers::evictions)
            .tags(tags)
            .description("Answers dropped for room or age")
            .register(registry));
    meters.add(
        Gauge.builder("mlops.cache.bytes", cache, CachedAnswers::bytes)
            .tags(tags)
            .description("About what rows and answers take")
            .register(registry));
  }

  private void cacheRequests(
      String result,
      Tags tags,
      CachedAnswers<?, ?> cache,
      ToDoubleFunction<CachedAnswers<?, ?>> of) {
    meters.add(
        FunctionCounter.<CachedAnswers<?, ?>>builder("mlops.cache.requests", cache, of)
            .tags(tags.and(Tag.of("result", result)))
            .description("Requests that looked into the cache")
            .register(registry));
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
