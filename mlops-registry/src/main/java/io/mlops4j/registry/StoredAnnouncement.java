package io.mlops4j.registry;

import io.mlops4j.core.Json;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.registry.FleetInstance.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One session of one instance: objects with growing numbers, of which the newest counts. */
final class StoredAnnouncement implements Announcement {
  private static final Logger LOG = LoggerFactory.getLogger(StoredAnnouncement.class);

  private final String id;
  private final String session = UUID.randomUUID().toString();
  private final Supplier<ServingState> state;
  private final List<Reader> readers;
  private final FleetWatch fleet;
  private final ObjectStore store;
  private final Time time;
  private final Consumer<StoredAnnouncement> onClose;

  /** Guards what follows; the user's supplier is never called under it. */
  private final Object lock = new Object();

  private final Deque<Long> mine = new ArrayDeque<>();
  private long number;
  private long renewed;
  private boolean failing;
  private boolean closed;
  private @Nullable Subscription next;

  StoredAnnouncement(
      String id,
      Supplier<ServingState> state,
      List<Reader> readers,
      FleetWatch fleet,
      ObjectStore store,
      Time time,
      Consumer<StoredAnnouncement> onClose) {
    this.id = id;
    this.state = state;
    this.readers = readers;
    this.fleet = fleet;
    this.store = store;
    this.time = time;
    this.onClose = onClose;
  }

  /** Says it for the first time, or throws, and goes on saying it. */
  void start() {
    refresh();
    synchronized (lock) {
      renewed = number;
      schedule();
    }
  }

  @Override
  public String instance() {
    return id;
  }

  @Override
  public void refresh() {
    if (!put()) {
      throw new IllegalStateException("The announcement of " + id + " is withdrawn.");
    }
  }

  /** False if it is closed. */
  private boolean put() {
    ServingState now = state();
    synchronized (lock) {
      if (closed) {
        return false;
      }
      FleetInstance said =
          new FleetInstance(
              id,
              session,
              now.serving(),
              now.problem().map(text -> Text.printable(text, Announced.MAX_PROBLEM)),
              readers,
              time.now());
      number++;
      mine.add(number);
      store.putIfAbsent(fleet.key(session, number), Json.canonical(Announced.toJson(said)));
      return true;
    }
  }

  /** The user's code: that it fails is news, and no reason to look dead. */
  private ServingState state() {
    try {
      return state.get();
    } catch (RuntimeException e) {
      return new ServingState(
          Optional.empty(), Optional.of("What " + id + " serves is not known: " + e));
    }
  }

  private void renew() {
    try {
      if (put()) {
        removeOld();
        fleet.forgetTheDead();
        failed(null);
      }
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      synchronized (lock) {
        if (!closed) {
          schedule();
        }
      }
    }
  }

  /** Keeps the announcement before this renewal, and what came after it. */
  private void removeOld() {
    synchronized (lock) {
      long keep = renewed;
      renewed = number;
      remove(keep);
    }
  }

  private void remove(long below) {
    for (Long first = mine.peek(); first != null && first < below; first = mine.peek()) {
      store.remove(fleet.key(session, first));
      mine.remove();
    }
  }

  private void failed(@Nullable RuntimeException e) {
    synchronized (lock) {
      if (e != null && !failing) {
        LOG.warn("{}: announcing what is served failed; tried again every renewal.", id, e);
      }
      failing = e != null;
    }
  }

  private void schedule() {
    next = time.schedule(FleetWatch.RENEW, this::renew);
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      if (next != null) {
        next.close();
      }
      try {
        // The newest last: until then it is what the fleet sees.
        remove(Long.MAX_VALUE);
      } catch (RuntimeException e) {
        LOG.warn("{}: withdrawing failed; the fleet forgets it in a minute.", id, e);
      }
    }
    onClose.accept(this);
  }

  /** Returns what the instance calls itself. */
  @Override
  public String toString() {
    return id;
  }
}
