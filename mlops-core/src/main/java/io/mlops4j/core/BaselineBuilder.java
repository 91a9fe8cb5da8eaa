package io.mlops4j.core;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Configures how a baseline is learned. Used by one thread.
 *
 * @param <T> the row type
 */
public final class BaselineBuilder<T> {
  static final int MAX_SEGMENTS = 200;

  final Schema<T> schema;
  final Map<String, Integer> segmentedBy = new LinkedHashMap<>();
  final Map<String, Predicate<? super EncodedRow<T>>> conditions = new LinkedHashMap<>();
  private Baseline.@Nullable Options options;
  @Nullable Season season;
  @Nullable Function<? super T, @Nullable Instant> at;

  BaselineBuilder(Schema<T> schema) {
    this.schema = Objects.requireNonNull(schema, "schema");
  }

  /**
   * Sets how many cells there are.
   *
   * @param cells default {@link Baseline.Options#withDefaults()}
   * @return this
   */
  public BaselineBuilder<T> options(Baseline.Options cells) {
    if (options != null) {
      throw new IllegalStateException("options are set already: " + options);
    }
    options = Objects.requireNonNull(cells, "cells");
    return this;
  }

  Baseline.Options options() {
    return options == null ? Baseline.Options.withDefaults() : options;
  }

  /**
   * Counts each slot of a cycle on its own, so that half a week is later compared with the same
   * half of the training weeks. Costs a count per slot, feature and cell: some 100 KB for five
   * features and 168 slots.
   *
   * @param cycle for example {@link Season#hourOfWeek()}
   * @param time when a training row was asked for; rows without one belong to no slot
   * @return this
   */
  public BaselineBuilder<T> season(Season cycle, Function<? super T, @Nullable Instant> time) {
    if (season != null) {
      throw new IllegalStateException("season is set already: " + season);
    }
    season = Objects.requireNonNull(cycle, "cycle");
    at = Objects.requireNonNull(time, "time");
    return this;
  }

  /**
   * Makes segments of the values of a feature: one per cell for the cells with the most training
   * rows, and one for everything else. Monitors apply them without being told.
   *
   * @param feature its name; a number's cells are its intervals
   * @param most how many segments of their own, 1 to 100
   * @return this
   * @throws IllegalArgumentException if there is no such feature, or it has no cells
   */
  public BaselineBuilder<T> segmentBy(String feature, int most) {
    FeatureKind kind = schema.feature(feature).kind();
    if (kind == FeatureKind.TEXT || kind == FeatureKind.VECTOR) {
      throw new IllegalArgumentException(
          "segmentBy " + schema.feature(feature) + " (expected: a number, time or category)");
    }
    if (most < 1 || most > 100) {
      throw new IllegalArgumentException("most: " + most + " (expected: 1..100)");
    }
    if (segmentedBy.putIfAbsent(feature, most) != null) {
      throw new IllegalStateException("segmentBy " + feature + " is set already");
    }
    return this;
  }

  /**
   * Makes a segment of the rows that satisfy a condition. A monitor must be given the same
   * condition under the same name: only the name is stored.
   *
   * @param name such as {@code long-haul}, 1 to 128 printable characters
   * @param condition must not depend on anything but the row
   * @return this
   */
  public BaselineBuilder<T> segment(String name, Predicate<? super EncodedRow<T>> condition) {
    Objects.requireNonNull(condition, "condition");
    if (name.isBlank() || !name.equals(Text.printable(name, 128))) {
      throw new IllegalArgumentException(
          "segment: \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 128 printable characters)");
    }
    if (conditions.putIfAbsent(name, condition) != null) {
      throw new IllegalStateException("segment " + name + " is set already");
    }
    return this;
  }

  /**
   * Returns the baseline of some rows: a first pass learns where the cells lie, a second one counts
   * exactly. Same rows in the same order, same result.
   *
   * @param rows the training rows, asked for twice; each stream is closed
   * @return cells and exact counts
   * @throws MlopsException if the two streams differ in length
   */
  public Baseline fit(Supplier<? extends Stream<? extends T>> rows) {
    return new BaselineFit<>(this).fit(rows);
  }
}
