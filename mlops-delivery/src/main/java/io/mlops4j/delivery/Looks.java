package io.mlops4j.delivery;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a rollout looks: at every interval, and soon after a request of the candidate has failed,
 * until it is closed. A look that throws is logged, and the next one goes on. Thread-safe.
 */
final class Looks {
  private static final Logger LOG = LoggerFactory.getLogger(Looks.class);

  /** After a failed request of the candidate somebody looks within this time. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final String model;
  private final Time time;
  private final Duration interval;
  private final Runnable look;
  private @Nullable Subscription next; // guarded by this
  private volatile boolean soon;
  private volatile boolean closed;

  /** Creates one that has scheduled nothing. */
  Looks(String model, Time time, Duration interval, Runnable look) {
    this.model = model;
    this.time = time;
    this.interval = interval;
    this.look = look;
  }

  /** Looks after an interval, and after that again. */
  synchronized void schedule() {
    if (!closed) {
      next =
          time.schedule(
              interval,
              () -> {
                lookSafely();
                schedule();
              });
    }
  }

  /** Looks before the interval is over, once however often this is called. */
  void lookSoon() {
    if (!soon && interval.compareTo(SOON) > 0) {
      soon = true;
      Subscription unused =
          time.schedule(
              SOON,
              () -> {
                soon = false;
                lookSafely();
              });
    }
  }

  private void lookSafely() {
    if (closed) {
      return;
    }
    try {
      look.run();
    } catch (RuntimeException e) {
      if (closed) {
        return; // while it looked
      }
      LOG.warn("Rollout of {}: a look was broken off; the next one goes on", model, e);
    }
  }

  boolean closed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    if (next != null) {
      next.close();
    }
  }
}
