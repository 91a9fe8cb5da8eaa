package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a predictor counts. */
final class Counters {
  final LatencyHistogram latency = new LatencyHistogram(Runtime.getRuntime().availableProcessors());
  final LongAdder fallbacks = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder queueFull = new LongAdder();
  final LongAdder notReady = new LongAdder();
  final LongAdder interrupted = new LongAdder();
  final LongAdder queued = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder batchedRows = new LongAdder();
  final AtomicInteger largestBatch = new AtomicInteger();
  final AtomicLong swaps = new AtomicLong();
  final AtomicLong failedLoads = new AtomicLong();
  final AtomicInteger openVersions = new AtomicInteger();

  void batch(int rows) {
    batches.increment();
    batchedRows.add(rows);
    if (rows > largestBatch.get()) {
      largestBatch.accumulateAndGet(rows, Math::max);
    }
  }

  void rejected(PredictionRejectedException.Reason reason) {
    switch (reason) {
      case QUEUE_FULL -> queueFull.increment();
      case NOT_READY -> notReady.increment();
      case INTERRUPTED -> interrupted.increment();
    }
  }

  long rejected() {
    return queueFull.sum() + notReady.sum() + interrupted.sum();
  }
}
