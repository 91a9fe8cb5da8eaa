package io.mlops4j.features;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.data.Dataset;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * What is stored for an entity is its timeline: the events its windows can still need, not values.
 * A value is computed when it is read, by the code that computes training rows, so that it is right
 * at every moment and not only when a job has run.
 *
 * Writing reads the state, takes the events in, drops what no read at or after the horizon can need,
 * and replaces the state if nobody else has: then again. A timeline is a set, so the order of writes
 * and their repetition do not matter. Whoever loses has been overtaken by somebody who won.
 *
 * The horizon is the time for which a read is answered at the earliest: the clock's time, or that of
 * the newest event if it is earlier (a clock that is ahead must not drop what is still needed), less
 * the history.
 */
/**
 * One view, written to and read from an {@link OnlineStore}. Each definition has a table of its
 * own: instances of an old and a new application version can share the store. Thread-safe, as far
 * as the store is.
 *
 * @param <E> the type of the events
 * @param <K> the type of the entity's key
 */
public final class OnlineView<E, K> {
  private static final int MAX_ATTEMPTS = 1_000;
  private static final int BATCH = 10_000;
  private static final int MOST_TOLD = 10;

  private final FeatureView<E, K> view;
  private final OnlineStore store;
  private final Time time;
  private final Duration history;
  private final String table;
  private final OnlineMeters meters;

  OnlineView(
      FeatureView<E, K> view,
      OnlineStore store,
      Time time,
      Duration history,
      @Nullable MeterRegistry registry) {
    this.view = Objects.requireNonNull(view, "view");
    this.store = Objects.requireNonNull(store, "store");
    this.time = Objects.requireNonNull(time, "time");
    if (history.isNegative() || history.compareTo(Duration.ofDays(36_525)) > 0) {
      throw new IllegalArgumentException(
          "history: " + history + " (expected: 0 or more, at most 36525 days)");
    }
    this.history = history;
    this.table = view.name() + "." + view.fingerprint().substring(0, 16);
    this.meters = new OnlineMeters(registry, view.name(), time, store);
  }

  /**
   * Returns a view in a store, that answers for times up to an hour ago.
   *
   * @param view computes the features
   * @param store keeps the events
   * @param time the clock
   * @param <E> the type of the events
   * @param <K> the type of the entity's key
   * @return reads and writes, without meters
   */
  public static <E, K> OnlineView<E, K> of(FeatureView<E, K> view, OnlineStore store, Time time) {
    return new OnlineView<>(view, store, time, Duration.ofHours(1), null);
  }

  /**
   * Returns a copy that answers for times longer ago, or not so long; what is stored grows with it.
   * All that write to one store should agree.
   *
   * @param back how long before now a read may ask, 0 to 36525 days
   * @return a copy
   */
  public OnlineView<E, K> withHistory(Duration back) {
    Objects.requireNonNull(back, "back");
    return new OnlineView<>(view, store, time, back, meters.registry());
  }

  /**
   * Returns a copy with meters; docs/features.md lists them.
   *
   * @param registry where they are kept
   * @return a copy
   */
  public OnlineView<E, K> withMeters(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    return new OnlineView<>(view, store, time, history, Objects.requireNonNull(registry));
  }

  /**
   * Returns the view.
   *
   * @return what computes the features
   */
  public FeatureView<E, K> view() {
    return view;
  }

  /**
   * Returns the store's table of this view: of this definition of it.
   *
   * @return a name for {@link OnlineStore#clear}
   */
  public String table() {
    return table;
  }

  /**
   * Takes events in, each once however often and in whatever order they are given. An event counts
   * from its own knowledge time on, not from now on: write it as soon as it is known.
   *
   * @param events any number
   * @return what became of them
   * @throws FeatureException if the store cannot be reached: write them all again; if the state of
   *     an entity cannot be read or has become too large: those of the others are written
   */
  public Materialized write(List<? extends E> events) {
    Objects.requireNonNull(events, "events");
    Map<String, List<Event>> byKey = new LinkedHashMap<>();
    long withoutKey = 0;
    long notKnown = 0;
    int at = 0;
    for (E element : events) {
      String key = view.reader().key(Elements.required("events", at++, element));
      if (key.isEmpty()) {
        withoutKey++;
        continue;
      }
      Event event = view.reader().read(element);
      if (event.known() == Event.NEVER) {
        notKnown++;
        continue;
      }
      byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(event);
    }
    long[] seen = new long[3];
    long newest = Long.MIN_VALUE;
    List<StateException> refused = new ArrayList<>();
    for (Map.Entry<String, List<Event>> entry : byKey.entrySet()) {
      try {
        newest = Math.max(newest, merge(entry.getKey(), entry.getValue(), seen));
      } catch (StateException e) {
        // It is this entity's own: the others are written first.
        refused.add(e);
      }
    }
    if (!refused.isEmpty()) {
      throw refused(refused, byKey.size());
    }
    Materialized result =
        new Materialized(
            events.size(),
            seen[0],
            seen[1],
            seen[2],
            withoutKey,
            notKnown,
            byKey.size(),
            newest == Long.MIN_VALUE ? Optional.empty() : Optional.of(Nanos.instant(newest)));
    meters.wrote(result);
    return result;
  }

  private FeatureException refused(List<StateException> refused, int entities) {
    FeatureException first =
        new FeatureException(
            String.valueOf(refused.get(0).getMessage())
                + (entities == 1
                    ? ""
                    : " The events of "
                        + (entities - refused.size())
                        + " of "
                        + entities
                        + " entities were written."));
    refused.subList(1, Math.min(refused.size(), MOST_TOLD)).forEach(first::addSuppressed);
    return first;
  }

  /** What keeps one entity from being written, and no other. */
  private static final class StateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Takes all events of a data set in: the first filling of a store, the filling for a new
   * definition, or a repetition after an outage. Can be repeated.
   *
   * @param events all of them, or those of a period, in any order
   * @param progress is told after each ten thousand
   * @return what became of them
   */
  public Materialized materialize(Dataset<? extends E> events, Progress progress) {
    Objects.requireNonNull(events, "events");
    Objects.requireNonNull(progress, "progress");
    Materialized total = new Materialized(0, 0, 0, 0, 0, 0, 0, Optional.empty());
    try (Stream<? extends E> all = events.stream()) {
      Iterator<? extends E> each = all.iterator();
      while (each.hasNext()) {
        List<E> batch = new ArrayList<>();
        while (each.hasNext() && batch.size() < BATCH) {
          batch.add(each.next());
        }
        total = total.and(write(batch));
        progress.report("events of " + view.name(), total.events(), Progress.UNKNOWN_TOTAL);
      }
    }
    progress.report("events of " + view.name(), total.events(), total.events());
    return total;
  }

  private long merge(String key, List<Event> events, long[] seen) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      byte[] before = got(key);
      Timeline timeline = before == null ? new Timeline(true) : stored(key, before);
      int duplicates = 0;
      for (Event event : events) {
        duplicates += timeline.add(event) ? 0 : 1;
      }
      long newest = newest(timeline);
      timeline.prune(horizon(newest), view.reach());
      int tooOld = 0;
      for (Event event : events) {
        tooOld += timeline.isTooOld(event, view.reach()) ? 1 : 0;
      }
      byte[] after = StateForm.write(timeline, view.reader().columns());
      if (after.length > StoreKeys.MAX_STATE) {
        throw new StateException(
            "View "
                + view.name()
                + ": the windows of one entity hold "
                + timeline.size()
                + " events, which are "
                + after.length
                + " bytes (at most "
                + StoreKeys.MAX_STATE
                + "). Shorten the windows or the history.");
      }
      if (java.util.Arrays.equals(before, after)
          || store.replace(table, key, before, after, expires(newest))) {
        seen[0] += events.size() - duplicates - tooOld;
        seen[1] += duplicates;
        seen[2] += tooOld;
        return newest;
      }
    }
    throw new FeatureException(
        "View "
            + view.name()
            + ": the state of an entity was changed by others "
            + MAX_ATTEMPTS
            + " times while it was to be written. Write fewer times with more events each.");
  }

  private static long newest(Timeline timeline) {
    long newest = Long.MIN_VALUE;
    for (Event event : timeline.events()) {
      newest = Math.max(newest, event.visibleFrom());
    }
    return newest;
  }

  private long horizon(long newest) {
    return Nanos.minus(Math.min(newest, Nanos.of(time.now())), history.toNanos());
  }

  /** When nothing of the state can be seen any more, or null if that never comes. */
  private @Nullable Instant expires(long newest) {
    long reach = view.reach().events() > 0 ? view.reach().ttl() : view.reach().span();
    long end = Nanos.plus(Nanos.plus(newest, Math.min(reach, view.reach().ttl())), 1);
    end = Nanos.plus(end, history.toNanos());
    return reach == Long.MAX_VALUE || end == Long.MAX_VALUE ? null : Nanos.instant(end);
  }

  private Timeline stored(String key, byte[] state) {
    try {
      return read(key, state);
    } catch (FeatureException e) {
      throw new StateException(String.valueOf(e.getMessage()));
    }
  }

  private Timeline read(String key, byte[] state) {
    return StateForm.read("entity " + key + " in table " + table, state, view.reader().columns());
  }

  /**
   * Returns the features of an entity as of now.
   *
   * @param key whose
   * @return its values; of an entity without events the counts are 0 and all else is missing
   * @throws FeatureException if the store cannot be reached or what it holds cannot be read
   */
  public FeatureValues read(@Nullable K key) {
    return read(key, time.now());
  }

  /**
   * Returns the features of an entity as of a time: the very values a point-in-time join gives for
   * it, if the events known by then have been written.
   *
   * @param key whose
   * @param at now, or within the history; what lies ahead is answered from what is known now
   * @return its values
   * @throws FeatureException if the time is before what the store still can answer for
   */
  public FeatureValues read(@Nullable K key, Instant at) {
    Objects.requireNonNull(at, "at");
    long t = Nanos.of(at);
    String text = view.entity().text(key);
    byte[] state = text.isEmpty() ? null : state(text);
    Timeline timeline = state == null ? new Timeline(true) : read(text, state);
    requireHistory(t, state == null ? horizon(Long.MAX_VALUE) : timeline.horizon());
    FeatureValues values = view.values(text, t, view.evaluator(true).at(timeline, t));
    meters.read(values);
    return values;
  }

  /** What was never there and what is there no more look the same: neither is guessed at. */
  private void requireHistory(long t, long horizon) {
    if (t < horizon) {
      throw new FeatureException(
          "View "
              + view.name()
              + " was asked for "
              + Nanos.instant(t)
              + ", and its store answers for times from "
              + Nanos.instant(horizon)
              + " on. Give withHistory(…) a longer time.");
    }
  }

  private byte @Nullable [] state(String key) {
    return store instanceof CaffeineStore memory ? memory.peek(table, key) : got(key);
  }

  private byte @Nullable [] got(String key) {
    Optional<byte[]> state = store.get(table, key);
    if (state == null) {
      throw new FeatureException(
          "View "
              + view.name()
              + ": its store answered null (expected: a state, or Optional.empty()).");
    }
    return state.orElse(null);
  }
}
