package io.mlops4j.serving;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.stats.Bucketing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. Three threads, and what each may cost the next:
 *
 *   caller       copies into the predictor's ring, as for any listener
 *   drain thread samples and offers to the queue; never waits: a full queue drops
 *   worker       takes one item at a time, stands back, asks the candidate, tells listeners
 *
 * accepted counts what entered the queue, done what the worker has dealt with; both only grow, and
 * accepted - done is what waits. Offers after the worker's end are taken out again by whoever made
 * them (see offer), so that every item is counted exactly once.
 */

/** A queue and a worker. */
final class QueuedMirror<I, O> implements Mirror<I, O>, PredictionListener<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(QueuedMirror.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Shorter rests are saved up: a timer costs some microseconds itself. */
  private static final long SHORTEST_REST = 1_000_000;

  /** A day: what it is multiplied by stays a number of nanoseconds. */
  private static final long LONGEST_WORK = TimeUnit.DAYS.toNanos(1);

  /** A service that is always busy still gets ten rows a second. */
  private static final int MOST_BACK_OFFS = 7;

  private static final long FIRST_BACK_OFF = 1_000_000;

  private final String name;
  private final Time time;
  private final Bucketing sample;
  private final int sampledSlots;
  private final double restPerWork;
  private final ArrayBlockingQueue<Item<I, O>> queue;
  private final List<BooleanSupplier> busy = new CopyOnWriteArrayList<>();
  private final List<MirrorListener<I, O>> listeners;
  private final MirroredCall<I, O> call;
  private final @Nullable MirrorMeters meters;
  private final MirrorCounts counts = new MirrorCounts();
  private final AtomicLong failureNumbers = new AtomicLong();
  private final AtomicBoolean parked = new AtomicBoolean();
  private final AtomicBoolean resting = new AtomicBoolean();
  private final AtomicBoolean logged = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread worker;
  private volatile boolean closing;
  private volatile boolean givingUp;
  private long owedRest;

  /** One of the two. */
  private record Item<I, O>(
      @Nullable Prediction<I, O> prediction, @Nullable FailedPrediction failure) {}

  QueuedMirror(MirrorBuilder<I, O> builder) {
    name = builder.effectiveName();
    time = builder.effectiveTime();
    sample = Bucketing.salted(name).derive("mirror");
    sampledSlots = (int) Math.max(1, Math.round(builder.effectiveShare() * Bucketing.SLOTS));
    restPerWork = 1 / builder.effectiveLoad() - 1;
    queue = new ArrayBlockingQueue<>(builder.effectiveCapacity());
    listeners = List.copyOf(builder.listeners);
    call = new MirroredCall<>(builder, time);
    meters = builder.meters == null ? null : new MirrorMeters(builder.meters, name, this);
    worker = Threads.inBackground(name, "mirror").newThread(this::work);
    worker.start();
  }

  /** Stands back while this says so; the drain thread of the predictor it belongs to never asks. */
  Subscription watch(BooleanSupplier liveIsBusy) {
    busy.add(liveIsBusy);
    return () -> busy.remove(liveIsBusy);
  }

  // The live predictor's drain thread.

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    counts.seen.increment();
    if (sample.slot(prediction.id()) >= sampledSlots) {
      counts.notSampled.increment();
      return;
    }
    switch (prediction.source()) {
      case FALLBACK ->
          offer(
              new Item<>(
                  null,
                  new FailedPrediction(
                      prediction.version(),
                      FailedPrediction.Reason.MODEL,
                      prediction.at(),
                      prediction.latency())));
      case PREVIOUS_VERSION -> counts.unusable.increment();
      case MODEL, CACHE -> {
        if (prediction.row() == null) {
          counts.unusable.increment();
          warnOnce("its live predictor gives no features: set schema(…) there");
        } else {
          offer(new Item<>(prediction, null));
        }
      }
    }
  }

  @Override
  public void onFailure(FailedPrediction failure) {
    counts.seen.increment();
    if (failure.reason() == FailedPrediction.Reason.INVALID_INPUT) {
      counts.unusable.increment();
    } else if (sample.slot(failureNumbers.incrementAndGet()) >= sampledSlots) {
      counts.notSampled.increment();
    } else {
      offer(new Item<>(null, failure));
    }
  }

  private void offer(Item<I, O> item) {
    if (closing || !queue.offer(item)) {
      counts.dropped.increment();
      return;
    }
    counts.accepted.incrementAndGet();
    if (ended.getCount() == 0 && queue.remove(item)) {
      counts.lost();
    }
    if (parked.get() && parked.compareAndSet(true, false)) {
      LockSupport.unpark(worker);
    }
  }

  // The worker.

  private void work() {
    try {
      while (true) {
        if (!closing) {
          Thread.interrupted(); // left behind by a candidate: nobody but close() means us
        }
        Item<I, O> item = queue.poll();
        if (item != null) {
          deal(item);
        } else if (closing) {
          return;
        } else {
          park();
        }
      }
    } finally {
      ended.countDown();
      while (queue.poll() != null) {
        counts.lost();
      }
    }
  }

  private void park() {
    parked.set(true);
    if (closing || !queue.isEmpty()) {
      parked.set(false);
      return;
    }
    while (parked.get() && !closing) {
      LockSupport.park(this);
    }
    parked.set(false);
  }

  private void deal(Item<I, O> item) {
    if (givingUp) {
      counts.lost();
      return;
    }
    Prediction<I, O> prediction = item.prediction();
    FailedPrediction failure = item.failure();
    if (failure != null) {
      counts.liveFailures.increment();
      call.candidate().ifPresent(asked -> tell(l -> l.onLiveFailure(failure, asked)));
    } else if (prediction != null) {
      standBack();
      ask(prediction);
    }
    counts.done.incrementAndGet();
  }

  private void ask(Prediction<I, O> live) {
    EncodedRow<I> features = live.row();
    I row = features == null ? null : rebuilt(features);
    if (row == null) {
      counts.unusable.increment();
      return;
    }
    long start = time.nanos();
    MirroredRow<I, O> result = call.ask(live, row);
    rest(time.nanos() - start);
    if (result == null) {
      counts.skipped.increment();
      return;
    }
    counts.told(result);
    tell(listener -> listener.onMirrored(result));
  }

  private @Nullable I rebuilt(EncodedRow<I> features) {
    try {
      return call.rows.row(features);
    } catch (Throwable e) {
      warnOnce("rows cannot be made of their features: " + PredictionFailedException.because(e));
      return null;
    }
  }

  private void tell(Consumer<MirrorListener<I, O>> what) {
    for (MirrorListener<I, O> listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        // Whatever a listener throws, the thread lives on.
        counts.listenerErrors.increment();
        warnOnce("a listener threw " + e.getClass().getName());
      }
    }
  }

  private void warnOnce(String what) {
    if (logged.compareAndSet(false, true)) {
      LOG.warn("Mirror '{}': {}; further problems are only counted.", name, what);
    }
  }

  /** Leaves the processor to live requests that queue, for at most about 0.1 s a row. */
  private void standBack() {
    long pause = FIRST_BACK_OFF;
    for (int i = 0; i < MOST_BACK_OFFS && !closing && isLiveBusy(); i++) {
      counts.backOffs.increment();
      pause(pause);
      pause *= 2;
    }
  }

  private boolean isLiveBusy() {
    for (BooleanSupplier live : busy) {
      if (live.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  private void rest(long worked) {
    owedRest += (long) (Math.min(LONGEST_WORK, Math.max(0, worked)) * restPerWork);
    if (owedRest >= SHORTEST_REST && !closing) {
      pause(owedRest);
      owedRest = 0;
    }
  }

  boolean isResting() {
    return resting.get();
  }

  private void pause(long nanos) {
    resting.set(true);
    try (Subscription timer =
        time.schedule(
            Duration.ofNanos(nanos),
            () -> {
              resting.set(false);
              LockSupport.unpark(worker);
            })) {
      while (resting.get() && !closing) {
        LockSupport.park(timer);
      }
    }
  }

  // Looking at it, and its end.

  @Override
  public MirrorStats stats() {
    return counts.stats();
  }

  @Override
  public boolean await(Duration limit) {
    long nanos = Deadline.nanos(limit);
    long target = counts.accepted.get();
    long deadline = System.nanoTime() + nanos;
    try {
      while (counts.done.get() < target) {
        if (System.nanoTime() - deadline >= 0) {
          return false;
        }
        TimeUnit.MICROSECONDS.sleep(200);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    close(PATIENCE);
  }

  @Override
  public boolean close(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    long before = counts.dropped.sum();
    closing = true;
    LockSupport.unpark(worker);
    if (Thread.currentThread() != worker && !joined(limit)) {
      givingUp = true;
      worker.interrupt();
      joined(PATIENCE);
    }
    if (meters != null) {
      meters.close();
    }
    return counts.dropped.sum() == before;
  }

  private boolean joined(Duration limit) {
    try {
      return ended.await(Deadline.nanos(limit), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
