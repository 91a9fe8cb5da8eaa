package io.mlops4j.serving;

import io.mlops4j.core.Prediction.Release;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a predictor counts. */
final class Counters {
  final LatencyHistogram latency = new LatencyHistogram(Runtime.getRuntime().availableProcessors());
  final LongAdder fallbacks = new LongAdder();
  final LongAdder previous = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder timedOut = new LongAdder();
  final LongAdder cancelled = new LongAdder();
  final LongAdder queued = new LongAdder();
  final LongAdder queuedNanos = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder batchedRows = new LongAdder();
  final LongAdder offlineRows = new LongAdder();
  final AtomicInteger largestBatch = new AtomicInteger();
  final AtomicLong swaps = new AtomicLong();
  final AtomicLong failedLoads = new AtomicLong();
  final AtomicLong nativeBytes = new AtomicLong();
  final LongAdder cached = new LongAdder();
  final LongAdder outdated = new LongAdder();
  final LongAdder batchComputeNanos = new LongAdder();
  final LongAdder batchComputes = new LongAdder();
  final LongAdder inlineComputeNanos = new LongAdder();
  final LongAdder inlineComputes = new LongAdder();
  final AtomicInteger openVersions = new AtomicInteger();
  final LongAdder overdueSteps = new LongAdder();
  private final Map<SwapStep.Kind, LongAdder> steps = new EnumMap<>(SwapStep.Kind.class);
  private final Map<SwapStep.Kind, LongAdder> stepNanos = new EnumMap<>(SwapStep.Kind.class);
  private final Map<Reason, LongAdder> rejected = new EnumMap<>(Reason.class);
  private final Map<Release, LongAdder> released = new EnumMap<>(Release.class);

  Counters() {
    for (SwapStep.Kind kind : SwapStep.Kind.values()) {
      steps.put(kind, new LongAdder());
      stepNanos.put(kind, new LongAdder());
    }
    for (Reason reason : Reason.values()) {
      rejected.put(reason, new LongAdder());
    }
    for (Release release : Release.values()) {
      released.put(release, new LongAdder());
    }
  }

  void batch(int rows, Release release) {
    batches.increment();
    batchedRows.add(rows);
    of(released, release).increment();
    if (rows > largestBatch.get()) {
      largestBatch.accumulateAndGet(rows, Math::max);
    }
  }

  /** A run of several rows, or of a worker. */
  void computed(long nanos) {
    batchComputes.increment();
    batchComputeNanos.add(Math.max(0, nanos));
  }

  /** One of the inline runs that are measured. */
  void computedInline(long nanos) {
    inlineComputes.increment();
    inlineComputeNanos.add(Math.max(0, nanos));
  }

  /** A step of a version has ended, well or not. */
  void step(SwapStep.Kind kind, long nanos) {
    of(steps, kind).increment();
    of(stepNanos, kind).add(Math.max(0, nanos));
  }

  long stepsOf(SwapStep.Kind kind) {
    return of(steps, kind).sum();
  }

  long stepNanosOf(SwapStep.Kind kind) {
    return of(stepNanos, kind).sum();
  }

  void rejected(Reason reason) {
    of(rejected, reason).increment();
  }

  long rejectedFor(Reason reason) {
    return of(rejected, reason).sum();
  }

  long releasedFor(Release release) {
    return of(released, release).sum();
  }

  long rejected() {
    long sum = 0;
    for (LongAdder reason : rejected.values()) {
      sum += reason.sum();
    }
    return sum;
  }

  private static <K extends Enum<K>> LongAdder of(Map<K, LongAdder> adders, K key) {
    return Objects.requireNonNull(adders.get(key));
  }

  /** Returns everything counted here, and what others count. */
  PredictorStats stats(
      int depth, @Nullable CachedAnswers<?, ?> cache, long dropped, long listenerErrors) {
    LatencyHistogram.Snapshot answers = latency.snapshot();
    return new PredictorStats(
        answers.total(),
        fallbacks.sum(),
        previous.sum(),
        failed.sum(),
        timedOut.sum(),
        rejected(),
        cancelled.sum(),
        queued.sum(),
        depth,
        batches.sum(),
        batchedRows.sum(),
        largestBatch.get(),
        offlineRows.sum(),
        cache == null ? 0 : cache.hits.sum(),
        cache == null ? 0 : cache.misses.sum(),
        cache == null ? 0 : cache.coalesced.sum(),
        cache == null ? 0 : cache.evictions(),
        cache == null ? 0 : cache.entries(),
        swaps.get(),
        failedLoads.get(),
        openVersions.get(),
        dropped,
        listenerErrors,
        Duration.ofNanos(answers.quantile(0.5)),
        Duration.ofNanos(answers.quantile(0.99)));
  }
}
