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
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Prediction.Release;
import io.mlops4j.core.Time;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A predictor's meters. They read its own counters when they are published, so that a request pays
 * for one histogram only; a batch pays for one summary. The only tags are the predictor's name and
 * one of a few reasons, sources, paths or results: a version is a value, not a tag.
 *
 * <p>Every name is in the table of docs/serving.md; a test compares the two.
 */
final class PredictorMeters {
  private static final Logger LOG = LoggerFactory.getLogger(PredictorMeters.class);

  private final MeterRegistry registry;
  private final String name;
  private final Tags tags;
  private final Counters counters;

  /** Micrometer refers to what it reads weakly, so somebody has to hold it. */
  private final List<Object> held = new ArrayList<>();

  private final DistributionSummary batchSize;
  private final List<Meter> meters = new ArrayList<>();
  private volatile boolean failed;

  PredictorMeters(
      MeterRegistry registry,
      String predictor,
      Time time,
      Counters counters,
      AdmissionQueue<?, ?> queue,
      IntSupplier inFlight,
      LongSupplier dropped) {
    this.registry = registry;
    this.name = predictor;
    this.tags = Tags.of("model", predictor);
    this.counters = counters;
    held.addAll(List.of(counters, queue, inFlight, dropped));
    try {
      times(time);
      answers();
      failures();
      runs();
      versions();
      count("mlops.offline.rows", "Rows of scoreAll", tags, c -> c.offlineRows.sum());
      meters.add(
          FunctionCounter.builder("mlops.listener.dropped", dropped, LongSupplier::getAsLong)
              .tags(tags)
              .description("Predictions listeners did not see")
              .register(registry));
      gauge("mlops.queue.depth", "Requests waiting", queue, AdmissionQueue::waiting);
      gauge("mlops.queue.capacity", "Places per priority", queue, AdmissionQueue::capacity);
      gauge(
          "mlops.predict.inflight",
          "Requests inside the model or waiting for it",
          inFlight,
          IntSupplier::getAsInt);
      batchSize =
          DistributionSummary.builder("mlops.batch.size")
              .tags(tags)
              .description("Rows per run of a worker")
              .register(registry);
      meters.add(batchSize);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private void times(Time time) {
    timer(
        "mlops.predict",
        "Requests answered, and how long they took",
        tags,
        c -> c.latency.snapshot().total(),
        c -> c.latency.snapshot().sumNanos());
    RecentLatency recent = new RecentLatency(counters.latency, time);
    held.add(recent);
    quantile("mlops.predict.p50", 0.5, recent);
    quantile("mlops.predict.p95", 0.95, recent);
    quantile("mlops.predict.p99", 0.99, recent);
    timer(
        "mlops.queue.time",
        "How long requests waited for a worker",
        tags,
        c -> c.batchedRows.sum(),
        c -> c.queuedNanos.sum());
    computes("inline", c -> c.inlineComputes, c -> c.inlineComputeNanos);
    computes("batch", c -> c.batchComputes, c -> c.batchComputeNanos);
  }

  private void computes(
      String path, Function<Counters, LongAdder> count, Function<Counters, LongAdder> nanos) {
    timer(
        "mlops.compute.time",
        "How long runs of the model took; inline, one in 64 is measured",
        tags.and(Tag.of("path", path)),
        c -> count.apply(c).sum(),
        c -> nanos.apply(c).sum());
  }

  private void failures() {
    errors("model", c -> c.failed.sum());
    errors("timeout", c -> c.timedOut.sum());
    errors("cancelled", c -> c.cancelled.sum());
    for (Reason reason : Reason.values()) {
      errors(lower(reason), c -> c.rejectedFor(reason));
    }
  }

  private void runs() {
    for (Release release : Release.values()) {
      if (release != Release.INLINE) {
        count(
            "mlops.batch.releases",
            "Runs of a worker, by why they were no larger",
            tags.and(Tag.of("reason", lower(release))),
            c -> c.releasedFor(release));
      }
    }
  }

  private void versions() {
    count("mlops.swaps", "Versions that replaced another", tags, c -> c.swaps.get());
    count("mlops.swaps.failed", "Versions not published", tags, c -> c.failedLoads.get());
    for (SwapStep.Kind kind : SwapStep.Kind.values()) {
      timer(
          "mlops.swap.steps",
          "Steps of versions that ended",
          tags.and(Tag.of("step", lower(kind))),
          c -> c.stepsOf(kind),
          c -> c.stepNanosOf(kind));
    }
    count(
        "mlops.swap.overdue",
        "Steps that took longer than their limit",
        tags,
        c -> c.overdueSteps.sum());
    gauge(
        "mlops.versions.open",
        "Models loaded and not yet closed",
        counters,
        c -> c.openVersions.get());
    meters.add(
        Gauge.builder("mlops.native.bytes", counters, c -> c.nativeBytes.get())
            .tags(tags)
            .baseUnit("bytes")
            .description("Graphs and weights given to ONNX Runtime by open versions")
            .register(registry));
  }

  private void version(Supplier<Optional<ModelVersion>> served) {
    held.add(served);
    gauge(
        "mlops.version",
        "Number of the version that is served; 0 if it has none; no value without a version",
        served,
        s -> s.get().map(version -> (double) version.number()).orElse(Double.NaN));
  }

  private void answers() {
    ToLongFunction<Counters> cached = c -> c.cached.sum();
    ToLongFunction<Counters> previous = c -> c.previous.sum() + c.outdated.sum();
    AtomicLong most = new AtomicLong();
    source(Prediction.Source.CACHE, cached);
    source(Prediction.Source.FALLBACK, c -> c.fallbacks.sum());
    source(Prediction.Source.PREVIOUS_VERSION, previous);
    source(
        Prediction.Source.MODEL,
        c -> {
          long all = c.latency.snapshot().total();
          long others = cached.applyAsLong(c) + c.fallbacks.sum() + previous.applyAsLong(c);
          // Others may be a request ahead of all; a counter must not go back.
          return most.accumulateAndGet(all - others, Math::max);
        });
  }

  private void source(Prediction.Source source, ToLongFunction<Counters> of) {
    count(
        "mlops.predict.answers",
        "Answers by where they came from",
        tags.and(Tag.of("source", lower(source))),
        of::applyAsLong);
  }

  /** Adds what a predictor has only when it is made: its cache, if any, and its version. */
  void more(@Nullable CachedAnswers<?, ?> cache, Supplier<Optional<ModelVersion>> served) {
    try {
      if (cache != null) {
        cache(cache);
      }
      version(served);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private void cache(CachedAnswers<?, ?> cache) {
    cacheRequests("hit", cache, c -> c.hits.sum());
    cacheRequests("miss", cache, c -> c.misses.sum());
    cacheRequests("coalesced", cache, c -> c.coalesced.sum());
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
      String result, CachedAnswers<?, ?> cache, ToDoubleFunction<CachedAnswers<?, ?>> of) {
    meters.add(
        FunctionCounter.<CachedAnswers<?, ?>>builder("mlops.cache.requests", cache, of)
            .tags(tags.and(Tag.of("result", result)))
            .description("Requests that looked into the cache")
            .register(registry));
  }

  void batch(int rows) {
    try {
      batchSize.record(rows);
    } catch (RuntimeException e) {
      // A registry is somebody else's code: no request fails because of it.
      if (!failed) {
        failed = true;
        LOG.warn("Predictor '{}': a meter threw; further ones are not reported", name, e);
      }
    }
  }

  private void quantile(String meter, double share, RecentLatency recent) {
    meters.add(
        TimeGauge.builder(meter, recent, TimeUnit.NANOSECONDS, r -> r.quantile(share))
            .tags(tags)
            .description("Of the last one to two minutes")
            .register(registry));
  }

  private void errors(String reason, ToDoubleFunction<Counters> of) {
    count(
        "mlops.predict.errors",
        "Requests that ended with an exception",
        tags.and(Tag.of("reason", reason)),
        of);
  }

  private void timer(
      String meter,
      String what,
      Tags tagged,
      ToLongFunction<Counters> count,
      ToDoubleFunction<Counters> nanos) {
    meters.add(
        FunctionTimer.builder(meter, counters, count, nanos, TimeUnit.NANOSECONDS)
            .tags(tagged)
            .description(what)
            .register(registry));
  }

  private <T> void gauge(String meter, String what, T of, ToDoubleFunction<T> value) {
    meters.add(Gauge.builder(meter, of, value).tags(tags).description(what).register(registry));
  }

  private void count(String meter, String what, Tags tagged, ToDoubleFunction<Counters> of) {
    meters.add(
        FunctionCounter.builder(meter, counters, of)
            .tags(tagged)
            .description(what)
            .register(registry));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Takes the meters out of the registry. */
  void close() {
    for (Meter meter : meters) {
      try {
        registry.remove(meter);
      } catch (RuntimeException e) {
        LOG.warn("Predictor '{}': the meter {} stays", name, meter.getId(), e);
      }
    }
    held.clear();
  }
}
