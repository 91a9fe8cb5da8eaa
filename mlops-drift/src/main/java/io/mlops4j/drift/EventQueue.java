package io.mlops4j.drift;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries events to a durable log on one thread, in batches. While the log fails, a batch is tried
 * again every second; what does not fit meanwhile is dropped (predictions, counted) or refused
 * (labels, with an exception).
 *
 * <p>Whoever adds is counted in {@code entering} before it looks whether the queue is closed, and
 * the thread ends only when nobody is in there: what was taken is written, or counted as unlogged.
 */
final class EventQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
  private static final int CAPACITY = 10_000;
  private static final int BATCH = 2_000;
  private static final Duration LABEL_WAITS = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofDays(366);
  private static final long RETRY_MILLIS = 1_000;

  /** What a batch goes to. Throws if nothing of it was kept. */
  interface Destination {
    void apply(List<LoggedPrediction> predictions, List<ReportedLabel> labels);
  }

  private sealed interface Event {}

  private record Made(LoggedPrediction prediction) implements Event {}

  private record Known(ReportedLabel label) implements Event {}

  private record Mark(CountDownLatch passed) implements Event {}

  private final String name;
  private final Destination destination;
  private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>(CAPACITY);
  private final LongAdder unlogged = new LongAdder();
  private final AtomicInteger entering = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  EventQueue(String name, Destination destination) {
    this.name = name;
    this.destination = destination;
    Thread thread = new Thread(this::run, "mlops-quality-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  void offer(LoggedPrediction prediction) {
    entering.incrementAndGet();
    try {
      if (isClosed() || !queue.offer(new Made(prediction))) {
        unlogged.increment();
      }
    } finally {
      entering.decrementAndGet();
    }
  }

  void put(ReportedLabel label) {
    boolean taken = false;
    entering.incrementAndGet();
    try {
      taken =
          !isClosed()
              && queue.offer(new Known(label), LABEL_WAITS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      entering.decrementAndGet();
    }
    if (!taken) {
      requireOpen();
      throw new MlopsException(
          "Quality monitor of "
              + name
              + " took no label: its log keeps up no more (queued="
              + queue.size()
              + ", capacity="
              + CAPACITY
              + "). Look at the log's database or store, and report the label again.");
    }
  }

  private void requireOpen() {
    if (isClosed()) {
      throw QualityIntake.closed(name);
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  long unlogged() {
    return unlogged.sum();
  }

  /** Waits until what came before has been kept; false if that takes longer. */
  boolean flush(Duration limit) {
    CountDownLatch passed = new CountDownLatch(1);
    // Longer is for ever, and shorter is not at all: nanoseconds could not say so.
    long nanos = (limit.compareTo(LONGEST_WAIT) < 0 ? limit : LONGEST_WAIT).toNanos();
    long deadline = System.nanoTime() + nanos;
    try {
      boolean marked = mark(passed, nanos);
      long left = Math.max(0, deadline - System.nanoTime());
      return isClosed()
          ? ended.await(left, TimeUnit.NANOSECONDS)
          : marked && passed.await(left, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean mark(CountDownLatch passed, long nanos) throws InterruptedException {
    entering.incrementAndGet();
    try {
      return !isClosed() && queue.offer(new Mark(passed), nanos, TimeUnit.NANOSECONDS);
    } finally {
      entering.decrementAndGet();
    }
  }

  private void run() {
    List<Event> batch = new ArrayList<>();
    try {
      // In this order: whoever entered while it was open has added once nobody is in there.
      while (!(isClosed() && entering.get() == 0 && queue.isEmpty())) {
        Event first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
          write(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("Quality monitor of {}: its thread was interrupted and ends.", name);
    } finally {
      closing.countDown(); // also when an Error ends the thread: nothing is taken any more
      lose(batch);
      while (entering.get() > 0 || !queue.isEmpty()) {
        Event left = queue.poll();
        if (left == null) {
          Thread.onSpinWait();
        } else {
          lose(List.of(left));
        }
      }
      ended.countDown();
    }
  }

  private void lose(List<Event> events) {
    for (Event event : events) {
      if (event instanceof Mark mark) {
        mark.passed().countDown();
      } else {
        unlogged.increment();
      }
    }
  }

  private void write(List<Event> batch) throws InterruptedException {
    List<LoggedPrediction> predictions = new ArrayList<>();
    List<ReportedLabel> labels = new ArrayList<>();
    List<CountDownLatch> marks = new ArrayList<>();
    for (Event event : batch) {
      if (event instanceof Made made) {
        predictions.add(made.prediction());
      } else if (event instanceof Known known) {
        labels.add(known.label());
      } else if (event instanceof Mark mark) {
        marks.add(mark.passed());
      }
    }
    if (!predictions.isEmpty() || !labels.isEmpty()) {
      persist(predictions, labels);
    }
    marks.forEach(CountDownLatch::countDown);
  }

  private void persist(List<LoggedPrediction> predictions, List<ReportedLabel> labels)
      throws InterruptedException {
    boolean told = false;
    while (true) {
      try {
        destination.apply(predictions, labels);
        if (told) {
          LOG.info("Quality monitor of {}: its log takes events again.", name);
        }
        return;
      } catch (RuntimeException e) {
        if (!told) {
          LOG.warn(
              "Quality monitor of {} cannot write to its log and tries again every second: {}",
              name,
              e instanceof MlopsException || e instanceof IllegalStateException
                  ? Text.printable(String.valueOf(e.getMessage()), 500)
                  : e.getClass().getName());
          told = true;
        }
      }
      if (closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
        unlogged.add(predictions.size() + labels.size());
        LOG.warn(
            "Quality monitor of {} was closed before its log took {} predictions and {} labels.",
            name,
            predictions.size(),
            labels.size());
        return;
      }
    }
  }

  /** Writes what waits, trying each batch once, and ends the thread. */
  @Override
  public void close() {
    closing.countDown();
    queue.offer(new Mark(new CountDownLatch(1))); // wakes the thread; a full queue needs no waking
    try {
      if (!ended.await(10, TimeUnit.SECONDS)) {
        LOG.warn(
            "Quality monitor of {} is closed, and its log still hangs: {} events wait behind the"
                + " call, and are written or counted as unlogged if it returns.",
            name,
            queue.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
