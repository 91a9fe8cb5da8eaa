package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves a sign of life of one run in the store at an interval, and takes away the ones before the
 * last: a listing that runs meanwhile may miss one, but not both.
 */
final class Heartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final ObjectStore store;
  private final Time time;
  private final Duration interval;
  private final String prefix;
  private final Deque<String> mine = new ArrayDeque<>();
  private long number;
  private boolean failing;
  private boolean stopped;
  private @Nullable Subscription next;

  Heartbeat(ObjectStore store, Time time, Duration interval, String prefix) {
    this.store = store;
    this.time = time;
    this.interval = interval;
    this.prefix = prefix;
  }

  /** Begins; the first sign comes after one interval, because a run starts with a chunk. */
  synchronized void start() {
    if (!stopped) {
      next = time.schedule(interval, this::beat);
    }
  }

  private void beat() {
    try {
      put();
      failed(null);
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      start();
    }
  }

  private synchronized void put() {
    if (stopped) {
      return;
    }
    String key = prefix + "-" + ++number;
    store.putIfAbsent(key, time.now().toString().getBytes(US_ASCII));
    mine.add(key);
    removeBut(2);
  }

  private void removeBut(int kept) {
    try {
      while (mine.size() > kept) {
        store.remove(mine.element());
        mine.remove();
      }
    } catch (UnsupportedOperationException e) {
      mine.clear(); // a store that keeps everything: it works, and grows
    }
  }

  private synchronized void failed(@Nullable RuntimeException e) {
    if (e != null && !failing) {
      LOG.warn("{}: no sign of life could be left; tried again every interval.", prefix, e);
    }
    failing = e != null;
  }

  synchronized void stop() {
    stopped = true;
    if (next != null) {
      next.close();
    }
    try {
      removeBut(0);
    } catch (RuntimeException e) {
      LOG.debug("{}: a sign of life stays behind.", prefix, e);
    }
  }
}
