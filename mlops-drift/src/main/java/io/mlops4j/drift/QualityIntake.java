package io.mlops4j.drift;

import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the events of a quality monitor go: into its ledger at once, or to a durable log by a
 * queue. Closed, it counts predictions as unlogged and refuses labels. Thread-safe.
 */
final class QualityIntake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QualityIntake.class);

  private final String name;
  private final QualityLedger ledger;
  private final @Nullable EventQueue queue;
  private final LongAdder afterClose = new LongAdder();
  private volatile boolean closed;

  QualityIntake(String name, QualityLedger ledger, @Nullable EventQueue queue) {
    this.name = name;
    this.ledger = ledger;
    this.queue = queue;
  }

  void take(LoggedPrediction prediction) {
    if (closed) {
      if (afterClose.sum() == 0) {
        LOG.warn(
            "Quality monitor of {} is closed and takes no more predictions. Close it after the"
                + " predictors that it listens to.",
            name);
      }
      afterClose.increment();
    } else if (queue == null) {
      ledger.apply(List.of(prediction), List.of());
    } else {
      queue.offer(prediction);
    }
  }

  void take(ReportedLabel label) {
    if (closed) {
      throw closed(name);
    }
    if (queue == null) {
      ledger.apply(List.of(), List.of(label));
    } else {
      queue.put(label);
    }
  }

  static IllegalStateException closed(String name) {
    return new IllegalStateException(
        "Quality monitor of "
            + name
            + " is closed: it took no label. Report labels before it is closed.");
  }

  boolean isDurable() {
    return queue != null;
  }

  boolean flush(Duration limit) {
    return queue == null || queue.flush(limit);
  }

  long unlogged() {
    return afterClose.sum() + (queue == null ? 0 : queue.unlogged());
  }

  @Override
  public void close() {
    closed = true;
    if (queue != null) {
      queue.close();
    }
  }
}
