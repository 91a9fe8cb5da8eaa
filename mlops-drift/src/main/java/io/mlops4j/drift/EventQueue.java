package io.mlops4j.drift;

import io.mlops4j.core.MlopsException;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries events to a durable log on one thread, in batches. While the log fails, a batch is tried
 * again every second; what does not fit meanwhile is dropped (predictions, counted) or refused
 * (labels, with an exception).
 */
final class EventQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
  private static final int CAPACITY = 10_000;
  private static final int BATCH = 2_000;
  private static final Duration LABEL_WAITS = Duration.ofSeconds(5);
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
    if (isClosed() || !queue.offer(new Made(prediction))) {
      unlogged.increment();
    }
  }

  void put(ReportedLabel label) {
    boolean taken = false;
    try {
      taken =
          !isClosed()
              && queue.offer(new Known(label), LABEL_WAITS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!taken) {
      throw new MlopsException(
          "Quality monitor of "
              + name
              + " took no label: "
              + (isClosed()
                  ? "it is closed."
                  : "its log keeps up no more (queued="
                      + queue.size()
                      + ", capacity="
                      + CAPACITY
                      + "). Look at the log's database or store, and report the label again."));
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
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      return queue.offer(new Mark(passed), limit.toMillis(), TimeUnit.MILLISECONDS)
          && passed.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    List<Event> batch = new ArrayList<>();
    try {
      while (!(isClosed() && queue.isEmpty())) {
        Event first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
          write(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException e) {
      unlogged.add(batch.size());
    } finally {
      ended.countDown();
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
              e instanceof MlopsException ? e.getMessage() : e.getClass().getName());
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
    try {
      if (!ended.await(10, TimeUnit.SECONDS)) {
        LOG.warn("Quality monitor of {}: its log still hangs; its thread is left behind.", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
