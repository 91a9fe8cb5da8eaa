package io.mlops4j.drift.alert;

import io.mlops4j.core.Text;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One sink with its thread and its bounded queue. */
final class SinkRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SinkRunner.class);
  private static final int CAPACITY = 100;

  final AlertSink sink;
  private final String group;
  final LongAdder delivered = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder dropped = new LongAdder();
  private final AtomicInteger pending = new AtomicInteger();
  private final ThreadPoolExecutor executor;

  SinkRunner(AlertSink sink, String group) {
    this.sink = sink;
    this.group = group;
    this.executor =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(CAPACITY),
            task -> {
              Thread thread = new Thread(task, "mlops-alerts-" + group + "-" + sink.name());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Hands an event over; runs what follows once the sink is done with it, or it is dropped: but not
   * if it was not told because the alerts are closed, so that a later start tells it.
   */
  void send(AlertEvent event, Runnable done) {
    pending.incrementAndGet();
    try {
      executor.execute(
          () -> {
            try {
              if (deliver(event) || !executor.isShutdown()) {
                done.run();
              }
            } finally {
              pending.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException e) {
      pending.decrementAndGet();
      dropped.increment();
      if (!executor.isShutdown()) {
        done.run();
      }
    }
  }

  private boolean deliver(AlertEvent event) {
    try {
      sink.send(event);
      delivered.increment();
      return true;
    } catch (Throwable e) {
      // Whatever a sink throws, the next event gets its turn.
      failed.increment();
      LOG.warn(
          "Alerts '{}': sink '{}' threw {} at event {}: {}",
          event.group(),
          sink.name(),
          e.getClass().getName(),
          event.id(),
          Text.printable(String.valueOf(e.getMessage()), 500));
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return false;
    }
  }

  boolean isIdle() {
    return pending.get() == 0;
  }

  /** Ends the thread; what waits is still sent if that takes no longer than a second. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
        giveUp(executor.shutdownNow());
      }
    } catch (InterruptedException e) {
      giveUp(executor.shutdownNow());
      Thread.currentThread().interrupt();
    }
    try {
      sink.close();
    } catch (RuntimeException e) {
      // The other sinks are closed all the same.
      LOG.warn("Alerts '{}': sink '{}' could not be closed.", group, sink.name(), e);
    }
  }

  private void giveUp(List<Runnable> untold) {
    pending.addAndGet(-untold.size());
    dropped.add(untold.size());
    LOG.warn(
        "Alerts '{}' were closed while sink '{}' was busy: {} events that waited are not told. With"
            + " a durable store the newest one is told after the next start.",
        group,
        sink.name(),
        untold.size());
  }
}
