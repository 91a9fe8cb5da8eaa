package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a mirror counts. */
final class MirrorCounts {
  final LongAdder seen = new LongAdder();
  final LongAdder notSampled = new LongAdder();
  final LongAdder unusable = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder liveFailures = new LongAdder();
  final LongAdder backOffs = new LongAdder();
  final LongAdder listenerErrors = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder timedOut = new LongAdder();

  /** Only grow: what entered the queue, and what the worker has dealt with. */
  final AtomicLong accepted = new AtomicLong();

  final AtomicLong done = new AtomicLong();

  /** Something that entered the queue will never be dealt with. */
  void lost() {
    dropped.increment();
    done.incrementAndGet();
  }

  void told(MirroredRow<?, ?> row) {
    MirroredRow.Failure failure = row.failure();
    if (failure == null) {
      answered.increment();
    } else if (failure == MirroredRow.Failure.TIMEOUT) {
      timedOut.increment();
    } else {
      failed.increment();
    }
  }

  MirrorStats stats() {
    long gone = done.get();
    return new MirrorStats(
        seen.sum(),
        notSampled.sum(),
        unusable.sum(),
        dropped.sum(),
        Math.max(0, accepted.get() - gone),
        answered.sum(),
        failed.sum(),
        timedOut.sum(),
        skipped.sum(),
        liveFailures.sum(),
        backOffs.sum(),
        listenerErrors.sum());
  }
}
