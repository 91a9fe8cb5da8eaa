package io.mlops4j.serving;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries predictions to listeners after the request. The request thread copies into the ring; the
 * drain thread looks every millisecond (less and less often while nothing comes), builds {@link
 * Prediction}s and calls the listeners one by one. Waking it would cost a request more than the
 * model does, so nobody does until the ring is half full.
 */
final class PredictionFeed<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionFeed.class);
  private static final long SHORTEST_NAP = 1_000_000;
  private static final long LONGEST_NAP = 32_000_000;
  private static final int SWEEP = 64;

  private final String name;
  private final PredictionIds ids;
  private final Time time;
  private final List<PredictionListener<I, O>> listeners;
  private final @Nullable Function<? super I, String> keyOf;
  private final @Nullable Function<? super I, String> unitOf;
  private final PredictionRing<I, O> ring;
  private final LongAdder errors = new LongAdder();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread drain;
  private volatile boolean closing;
  private boolean logged;

  PredictionFeed(
      String name,
      PredictionIds ids,
      Time time,
      List<PredictionListener<I, O>> listeners,
      @Nullable Function<? super I, String> keyOf,
      @Nullable Function<? super I, String> unitOf,
      int capacity) {
    this.name = name;
    this.ids = ids;
    this.time = time;
    this.listeners = List.copyOf(listeners);
    this.keyOf = keyOf;
    this.unitOf = unitOf;
    this.ring = new PredictionRing<>(capacity);
    this.drain = Threads.named(name, "listeners").newThread(this::drain);
  }

  /** Begins to deliver: when nothing can fail any more that would leave the thread behind. */
  void start() {
    drain.start();
  }

  /**
   * Copies one answered request. Never throws and never waits.
   *
   * @param row the values as the model read them, or null to read them from the input
   */
  void offer(
      long sequence,
      ModelVersion version,
      Prediction.Source source,
      I input,
      @Nullable RowBuffer<I> row,
      @Nullable Schema<I> schema,
      O output,
      long answeredAt,
      long latency) {
    long position = ring.claim();
    if (position >= 0) {
      fill(position, sequence, version, source, input, row, schema, output, answeredAt, latency);
      wakeIfHalfFull(position);
    }
  }

  /**
   * Copies the answered rows of a chunk, as many as there is room for. Never throws, never waits.
   *
   * @param firstSequence of the first answered row; each has the next one
   */
  void offerAll(
      long firstSequence,
      int answered,
      ModelVersion version,
      Prediction.Source source,
      Chunk<I, O> chunk,
      @Nullable Schema<I> schema,
      long answeredAt,
      long latency) {
    PredictionRing.Claim claim = ring.claim(answered);
    int filled = 0;
    for (int i = 0; i < chunk.size() && filled < claim.cells(); i++) {
      O output = chunk.output(i);
      if (output != null) {
        fill(
            claim.first() + filled,
            firstSequence + filled,
            version,
            source,
            chunk.input(i),
            chunk.row(i),
            schema,
            output,
            answeredAt,
            latency);
        filled++;
      }
    }
    wakeIfHalfFull(claim.first() + filled);
  }

  /** Returns whether what is offered now would be dropped. */
  boolean isFull() {
    return ring.isFull();
  }

  private void fill(
      long position,
      long sequence,
      ModelVersion version,
      Prediction.Source source,
      I input,
      @Nullable RowBuffer<I> row,
      @Nullable Schema<I> schema,
      O output,
      long answeredAt,
      long latency) {
    PredictionRing.Cell<I, O> cell = ring.cell(position);
    cell.answer(version, source, output);
    cell.sequence = sequence;
    cell.answeredAt = answeredAt;
    cell.latency = latency;
    try {
      if (row != null) {
        cell.row(row);
      } else if (schema != null) {
        cell.row(input, schema);
      }
      if (keyOf != null) {
        cell.key = keyOf.apply(input);
      }
      if (unitOf != null) {
        cell.unit = unitOf.apply(input);
      }
    } catch (Throwable e) {
      // A user's accessor failed on this row: the prediction goes on without what it had to give.
      error(e);
    } finally {
      ring.publish(position);
    }
  }

  private void wakeIfHalfFull(long position) {
    if (ring.isHalfFull(position)) {
      LockSupport.unpark(drain);
    }
  }

  /**
   * Copies one request that ended with an exception. Never throws and never waits: what cannot be
   * read of the input is left out.
   *
   * @param input null to read nothing of it
   */
  void offerFailure(
      ModelVersion version,
      FailedPrediction.Reason reason,
      @Nullable I input,
      @Nullable Schema<I> schema,
      long endedAt,
      long latency) {
    long position = ring.claim();
    if (position < 0) {
      return;
    }
    PredictionRing.Cell<I, O> cell = ring.cell(position);
    cell.fail(version, reason);
    cell.answeredAt = endedAt;
    cell.latency = latency;
    try {
      if (input != null) {
        describe(cell, input, schema);
      }
    } finally {
      ring.publish(position);
    }
    wakeIfHalfFull(position);
  }

  /** Reads what a failure says of its request; each part by itself, as any may fail again. */
  private void describe(PredictionRing.Cell<I, O> cell, I input, @Nullable Schema<I> schema) {
    try {
      if (unitOf != null) {
        cell.unit = unitOf.apply(input);
      }
    } catch (Throwable e) {
      // The caller is to get the exception it waits for, not this one.
      error(e);
    }
    try {
      if (schema != null) {
        cell.row(input, schema);
      }
    } catch (Throwable e) {
      error(e);
    }
  }

  private void drain() {
    long nap = SHORTEST_NAP;
    while (true) {
      boolean last = closing;
      if (drainAll()) {
        nap = SHORTEST_NAP;
      } else {
        if (last) {
          ended.countDown();
          return;
        }
        LockSupport.parkNanos(this, nap);
        nap = Math.min(LONGEST_NAP, nap * 2);
      }
    }
  }

  private boolean drainAll() {
    long first = ring.consumed();
    if (!ring.isReady(first)) {
      return false;
    }
    // One pair of clocks for all: requests keep only the monotonic one.
    Instant now = time.now();
    long nanos = time.nanos();
    long position = first;
    for (; position - first < SWEEP && ring.isReady(position); position++) {
      PredictionRing.Cell<I, O> cell = ring.cell(position);
      deliver(cell, now.minusNanos(nanos - cell.answeredAt));
      cell.clear();
    }
    ring.free(position);
    return true;
  }

  private void deliver(PredictionRing.Cell<I, O> cell, Instant at) {
    ModelVersion version = cell.version;
    FailedPrediction.Reason failure = cell.failure;
    if (version != null && failure != null) {
      Duration latency = Duration.ofNanos(Math.max(0, cell.latency));
      RowBuffer<I> asked = cell.row();
      FailedPrediction failed =
          new FailedPrediction(
              version, failure, at, latency, cell.unit, asked == null ? null : asked.toRow());
      tell(listener -> listener.onFailure(failed));
      return;
    }
    Prediction.Source source = cell.source;
    O output = cell.answer();
    if (version == null || source == null || output == null) {
      return;
    }
    RowBuffer<I> row = cell.row();
    EncodedRow<I> values = row == null ? null : row.toRow();
    Prediction<I, O> prediction =
        new Prediction<>(
            ids.id(cell.sequence),
            cell.key,
            cell.unit,
            version,
            source,
            values,
            output,
            at,
            Duration.ofNanos(Math.max(0, cell.latency)));
    tell(listener -> listener.onPrediction(prediction));
  }

  private void tell(Consumer<PredictionListener<I, O>> what) {
    for (PredictionListener<I, O> listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        // Whatever a listener throws, the thread lives on.
        error(e);
      }
    }
  }

  private void error(Throwable e) {
    errors.increment();
    boolean first;
    synchronized (errors) {
      first = !logged;
      logged = true;
    }
    if (first) {
      // The class only: a listener's message may hold values of a row.
      LOG.warn(
          "Predictor '{}': a listener or accessor threw {} at {}; further ones are only counted.",
          name,
          e.getClass().getName(),
          e.getStackTrace().length == 0 ? "an unknown place" : e.getStackTrace()[0]);
    }
  }

  long dropped() {
    return ring.dropped();
  }

  long errors() {
    return errors.sum();
  }

  /** Waits until everything offered before has been seen; false if that takes longer. */
  boolean await(Duration limit) throws InterruptedException {
    long nanos = Deadline.nanos(limit);
    long target = ring.claimed();
    long deadline = System.nanoTime() + nanos;
    while (ring.consumed() < target) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.unpark(drain);
      if (ended.await(100, TimeUnit.MICROSECONDS)) {
        return ring.consumed() >= target;
      }
    }
    return true;
  }

  /** Delivers what is there, then ends; false if that takes longer. */
  boolean close(long nanos) throws InterruptedException {
    closing = true;
    LockSupport.unpark(drain);
    return Thread.currentThread() == drain || ended.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }
}
