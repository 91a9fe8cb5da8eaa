package io.mlops4j.features;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the rows a model is asked about, from an {@link OnlineStore}: the serving side of a {@link
 * FeatureSet}. Thread-safe, as far as the store is.
 *
 * @param <R> the type of the rows
 */
public final class OnlineFeatures<R> {
  private final FeatureSet<R> set;
  private final OnlineStore store;
  private final Time time;
  private final Duration history;
  private final @Nullable MeterRegistry registry;
  private final List<Reading<R, ?>> readings = new ArrayList<>();

  private record Reading<R, K>(FeatureSet.Attached<R, K> attached, OnlineView<?, K> online) {
    FeatureValues of(R row, Instant at) {
      return online.read(attached.key().apply(row), at);
    }
  }

  private OnlineFeatures(
      FeatureSet<R> set,
      OnlineStore store,
      Time time,
      Duration history,
      @Nullable MeterRegistry registry) {
    this.set = Objects.requireNonNull(set, "set");
    this.store = Objects.requireNonNull(store, "store");
    this.time = Objects.requireNonNull(time, "time");
    this.history = history;
    this.registry = registry;
    set.views().forEach(attached -> readings.add(reading(attached)));
  }

  private <K> Reading<R, K> reading(FeatureSet.Attached<R, K> attached) {
    return new Reading<>(attached, online(attached.view()));
  }

  private <E, K> OnlineView<E, K> online(FeatureView<E, K> view) {
    return new OnlineView<>(view, store, time, history, registry);
  }

  /**
   * Returns the features of rows out of a store.
   *
   * @param set what rows need
   * @param store where the views are kept
   * @param time the clock
   * @param <R> the type of the rows
   * @return reads and writes, without meters, with an hour of history
   */
  public static <R> OnlineFeatures<R> of(FeatureSet<R> set, OnlineStore store, Time time) {
    return new OnlineFeatures<>(set, store, time, Duration.ofHours(1), null);
  }

  /**
   * Returns a copy that answers for times longer ago, or not so long.
   *
   * @param back {@link OnlineView#withHistory}
   * @return a copy
   */
  public OnlineFeatures<R> withHistory(Duration back) {
    Objects.requireNonNull(back, "back");
    return new OnlineFeatures<>(set, store, time, back, registry);
  }

  /**
   * Returns a copy with meters; docs/features.md lists them.
   *
   * @param meters where they are kept
   * @return a copy
   */
  public OnlineFeatures<R> withMeters(MeterRegistry meters) {
    Objects.requireNonNull(meters, "meters");
    return new OnlineFeatures<>(set, store, time, history, Objects.requireNonNull(meters));
  }

  /**
   * Returns one view of the set, to write its events.
   *
   * @param view one of the set
   * @param <E> the type of its events
   * @param <K> the type of its keys
   * @return the view in the same store, with the same history and meters
   * @throws IllegalArgumentException if it is not in the set
   */
  public <E, K> OnlineView<E, K> view(FeatureView<E, K> view) {
    Objects.requireNonNull(view, "view");
    for (Reading<R, ?> reading : readings) {
      if (reading.attached().view() == view) {
        // The same object, so that it has the same types.
        @SuppressWarnings("unchecked")
        OnlineView<E, K> same = (OnlineView<E, K>) reading.online();
        return same;
      }
    }
    throw new IllegalArgumentException("view: " + view.name() + " is not in the set");
  }

  /**
   * Returns a row with its features as of the row's own time: what a join gives for it, if the
   * events known by then have been written.
   *
   * @param row a row that says its time
   * @return what the model is asked about
   * @throws IllegalArgumentException if the row does not say its time
   * @throws FeatureException if the store cannot be reached
   */
  public FeatureRow<R> row(R row) {
    Objects.requireNonNull(row, "row");
    Instant at = set.timeOf(row);
    if (at == null) {
      throw new IllegalArgumentException(
          "row: does not say its time (expected: " + set.rows().name() + " with one)");
    }
    return row(row, at);
  }

  /**
   * Returns a row with its features as of a time.
   *
   * @param row a row
   * @param at now, or within the history
   * @return what the model is asked about
   * @throws FeatureException if the store cannot be reached
   */
  public FeatureRow<R> row(R row, Instant at) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(at, "at");
    FeatureValues[] values = new FeatureValues[readings.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = readings.get(i).of(row, at);
    }
    return new FeatureRow<>(set, row, at, values);
  }
}
