package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.serving.ModelHostException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Design note. Two locks, always taken in this order:
 *
 *   opening   held while a model is opened, so that one is opened at a time and what the process
 *             grows by belongs to it
 *   entries   held for moments: who is inside, what is open, the order of use, the sum
 *
 * A caller of an open model takes only the second. An entry is evicted only while nobody is inside
 * and it is not pinned; its predictor is taken out under the lock and closed outside of it, by the
 * thread that opens the next one: closing an idle predictor is quick.
 */

/** A table of models in the order of their use. */
final class LoadedModels implements ModelHost {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedModels.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final long memory;
  private final int callsPerCaller;
  private final LongSupplier resident;
  private final Object opening = new Object();

  /** In the order of their use. Guards itself, its entries, the callers and the sum. */
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();

  private final Map<String, Integer> callers = new HashMap<>();
  private long used;
  private boolean closed;

  /** A model and what is known of it. */
  private static final class Entry {
    final String name;
    final Supplier<? extends Predictor<?, ?>> open;
    @Nullable Predictor<?, ?> predictor;
    long bytes;
    int calls;
    boolean pinned;
    long loads;
    long evictions;

    Entry(String name, long bytes, Supplier<? extends Predictor<?, ?>> open) {
      this.name = name;
      this.bytes = bytes;
      this.open = open;
    }
  }

  LoadedModels(long memory, int callsPerCaller, LongSupplier resident) {
    this.memory = memory;
    this.callsPerCaller = callsPerCaller;
    this.resident = resident;
  }

  @Override
  public <I, O> void add(String name, long fileBytes, Supplier<Predictor<I, O>> open) {
    ModelVersion.requireName(name);
    Objects.requireNonNull(open, "open");
    if (fileBytes < 0) {
      throw new IllegalArgumentException("fileBytes: " + fileBytes + " (expected: 0 or more)");
    }
    synchronized (entries) {
      requireOpen();
      if (entries.containsKey(name)) {
        throw new IllegalArgumentException(
            "model '" + name + "' is known already (expected: a name of its own)");
      }
      entries.put(name, new Entry(name, fileBytes, open));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // Whoever added the model said what its rows and answers are.
  public <I, O, R> R use(
      String name, String caller, Function<? super Predictor<I, O>, ? extends R> call) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(caller, "caller");
    Objects.requireNonNull(call, "call");
    Entry entry = begin(name, caller);
    try {
      return call.apply((Predictor<I, O>) opened(entry));
    } finally {
      end(entry, caller);
    }
  }

  /** Counts a call in; from now on the model is not evicted. */
  private Entry begin(String name, String caller) {
    synchronized (entries) {
      Entry entry = known(name);
      int inside = callers.getOrDefault(caller, 0);
      if (inside >= callsPerCaller) {
        throw new ModelHostException(
            Reason.QUOTA,
            "Model '"
                + name
                + "' was not asked: its caller has "
                + inside
                + " calls inside (callsPerCaller="
                + callsPerCaller
                + "). Try again later.");
      }
      callers.put(caller, inside + 1);
      enter(entry);
      return entry;
    }
  }

  private void enter(Entry entry) {
    entry.calls++;
    entries.remove(entry.name);
    entries.put(entry.name, entry);
  }

  private void end(Entry entry, String caller) {
    synchronized (entries) {
      callers.computeIfPresent(caller, (c, inside) -> inside == 1 ? null : inside - 1);
    }
    leave(entry);
  }

  private void leave(Entry entry) {
    Predictor<?, ?> last = null;
    synchronized (entries) {
      entry.calls--;
      if (closed && entry.calls == 0) {
        last = takeOut(entry);
      }
      entries.notifyAll();
    }
    if (last != null) {
      last.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new ModelHostException(Reason.CLOSED, "The model host is closed.");
    }
  }

  private Entry known(String name) {
    requireOpen();
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new ModelHostException(
          Reason.UNKNOWN,
          "Model '"
              + Text.printable(name, 64)
              + "' is not in this host. Known models: "
              + Text.printable(String.join(", ", entries.keySet()), 400)
              + ".");
    }
    return entry;
  }

  private Predictor<?, ?> opened(Entry entry) {
    Predictor<?, ?> open = current(entry);
    if (open != null) {
      return open;
    }
    synchronized (opening) {
      open = current(entry);
      return open == null ? open(entry) : open;
    }
  }

  private @Nullable Predictor<?, ?> current(Entry entry) {
    synchronized (entries) {
      return entry.predictor;
    }
  }

  /** Opens a model that a call or a pin holds. Under the opening lock. */
  private Predictor<?, ?> open(Entry entry) {
    makeRoom(entry);
    Predictor<?, ?> predictor;
    long grown;
    try {
      long before = resident.getAsLong();
      predictor = entry.open.get();
      if (predictor == null) {
        throw new ModelLoadException(
            "Model '"
                + entry.name
                + "' was opened as null. Its supplier returns a predictor or throws.");
      }
      grown = resident.getAsLong() - before;
    } catch (Throwable e) {
      synchronized (entries) {
        used -= entry.bytes;
      }
      throw e;
    }
    synchronized (entries) {
      grown = Math.min(grown, Long.MAX_VALUE - (used - entry.bytes)); // the sum stays a number
      if (grown > entry.bytes) {
        used += grown - entry.bytes;
        entry.bytes = grown;
      }
      entry.predictor = predictor;
      entry.loads++;
    }
    evictBeyond(entry);
    return predictor;
  }

  /** Reserves what the model is known to take, or says that there is no room for it. */
  private void makeRoom(Entry entry) {
    List<Predictor<?, ?>> evicted = new ArrayList<>();
    synchronized (entries) {
      requireOpen();
      long movable = 0;
      for (Entry other : entries.values()) {
        movable += isIdle(other) ? other.bytes : 0;
      }
      if (entry.bytes > memory - (used - movable)) {
        throw new ModelHostException(
            Reason.NO_ROOM,
            "Model '"
                + entry.name
                + "' needs "
                + entry.bytes
                + " bytes; "
                + used
                + " of "
                + memory
                + " are used, of which "
                + movable
                + " could be evicted. Raise memory(…), or unpin models.");
      }
      evictUntil(memory - entry.bytes, evicted);
      used += entry.bytes;
    }
    evicted.forEach(LoadedModels::close);
  }

  /** It turned out larger than its files: others make room as far as they can. */
  private void evictBeyond(Entry entry) {
    List<Predictor<?, ?>> evicted = new ArrayList<>();
    synchronized (entries) {
      evictUntil(memory, evicted);
      if (used > memory) {
        LOG.warn(
            "Model host: open models take {} bytes of {} after '{}' took {}; nothing is idle",
            used,
            memory,
            entry.name,
            entry.bytes);
      }
    }
    evicted.forEach(LoadedModels::close);
  }

  private void evictUntil(long most, List<Predictor<?, ?>> evicted) {
    for (Entry other : entries.values()) {
      if (used <= most) {
        return;
      }
      Predictor<?, ?> idle = isIdle(other) ? takeOut(other) : null;
      if (idle != null) {
        other.evictions++;
        evicted.add(idle);
      }
    }
  }

  /** A predictor may be anybody's: one that does not close is no reason to refuse another. */
  private static void close(Predictor<?, ?> predictor) {
    try {
      predictor.close();
    } catch (Throwable e) {
      LOG.warn("Model host: a predictor could not be closed", e);
    }
  }

  private static boolean isIdle(Entry entry) {
    return entry.predictor != null && entry.calls == 0 && !entry.pinned;
  }

  private @Nullable Predictor<?, ?> takeOut(Entry entry) {
    Predictor<?, ?> open = entry.predictor;
    if (open != null) {
      entry.predictor = null;
      used -= entry.bytes;
    }
    return open;
  }

  @Override
  public void pin(String name) {
    Objects.requireNonNull(name, "name");
    Entry entry;
    synchronized (entries) {
      entry = known(name);
      enter(entry); // held while it is opened
    }
    try {
      opened(entry);
      synchronized (entries) {
        entry.pinned = true;
      }
    } finally {
      leave(entry);
    }
  }

  @Override
  public void unpin(String name) {
    Objects.requireNonNull(name, "name");
    synchronized (entries) {
      known(name).pinned = false;
    }
  }

  @Override
  public List<HostedModel> models() {
    synchronized (entries) {
      return entries.values().stream()
          .map(
              e ->
                  new HostedModel(
                      e.name,
                      e.predictor != null,
                      e.pinned,
                      e.bytes,
                      e.calls,
                      e.loads,
                      e.evictions))
          .toList();
    }
  }

  @Override
  public void close() {
    close(PATIENCE);
  }

  @Override
  public boolean close(Duration limit) {
    long deadline = System.nanoTime() + Deadline.nanos(limit);
    List<Predictor<?, ?>> idle = new ArrayList<>();
    boolean done;
    synchronized (entries) {
      closed = true;
      done = awaitCalls(deadline);
      for (Entry entry : entries.values()) {
        Predictor<?, ?> open = entry.calls == 0 ? takeOut(entry) : null;
        if (open != null) {
          idle.add(open);
        }
      }
    }
    for (Predictor<?, ?> open : idle) {
      try {
        done &= open.close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      } catch (Throwable e) {
        LOG.warn("Model host: a predictor could not be closed", e);
        done = false;
      }
    }
    return done;
  }

  /** Waits, under the lock, until nobody is inside. */
  private boolean awaitCalls(long deadline) {
    try {
      while (entries.values().stream().anyMatch(e -> e.calls > 0)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        entries.wait(Math.max(1, left / 1_000_000));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
