package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Elements;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Season;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts values into the cells of a baseline as they arrive: a table lookup and an increment per
 * value, no allocation (but a copy of each vector), memory fixed by the baseline. Used by one
 * thread at a time.
 */
public final class DriftCounter {
  private static final int NONE = -1;

  private final ModelVersion version;
  private final Baseline baseline;
  private final FeatureCells[] cells;
  private final FeatureKind[] kinds;
  private final long[][] counts;
  private final int[] positions;
  private final int[] current;
  private final @Nullable Cardinality[] distinct;
  private final SegmentCounter segments;
  private final @Nullable Season season;
  private final long[] slots;
  private final @Nullable FeatureCells scores;
  private final long[] scoreCounts;
  private final @Nullable FeatureCells classes;
  private final long[] classCounts;
  private @Nullable Schema<?> schema;
  private long predictions;
  private long observed;

  /**
   * Creates a counter with nothing counted.
   *
   * @param version whose predictions will be counted
   * @param baseline over whose cells
   */
  public DriftCounter(ModelVersion version, Baseline baseline) {
    this(version, baseline, Map.of());
  }

  /**
   * Creates a counter with nothing counted.
   *
   * @param version whose predictions will be counted
   * @param baseline over whose cells
   * @param conditions of the baseline's segments that have one, by name; a segment whose condition
   *     is not here gets no rows
   */
  public DriftCounter(
      ModelVersion version,
      Baseline baseline,
      Map<String, ? extends Predicate<? super EncodedRow<?>>> conditions) {
    Elements.requireNoNulls("conditions", conditions);
    this.version = Objects.requireNonNull(version, "version");
    this.baseline = Objects.requireNonNull(baseline, "baseline");
    this.cells = baseline.features().toArray(FeatureCells[]::new);
    this.kinds = Arrays.stream(cells).map(FeatureCells::kind).toArray(FeatureKind[]::new);
    this.counts = new long[cells.length][];
    this.positions = new int[cells.length];
    this.current = new int[cells.length];
    this.distinct = new @Nullable Cardinality[cells.length];
    for (int i = 0; i < cells.length; i++) {
      counts[i] = new long[cells[i].size()];
      distinct[i] = kinds[i] == FeatureKind.CATEGORICAL ? new Cardinality() : null;
    }
    this.segments = new SegmentCounter(baseline, conditions);
    this.season = baseline.season().orElse(null);
    this.slots = new long[season == null ? 0 : season.slots()];
    this.scores = baseline.scores().orElse(null);
    this.scoreCounts = new long[scores == null ? 0 : scores.size()];
    this.classes = baseline.classes().orElse(null);
    this.classCounts = new long[classes == null ? 0 : classes.size()];
  }

  /**
   * Counts one row that came at some time.
   *
   * @param row the features as the model saw them
   * @param at decides the slot, if the baseline has a season
   */
  public void observe(EncodedRow<?> row, Instant at) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(at, "at");
    if (season != null) {
      slots[season.slotOf(at)]++;
    }
    observe(row);
  }

  /**
   * Counts one row. Features are found by name: one that the row's schema lacks, or has as another
   * kind, is not counted, which is not the same as missing.
   *
   * @param row the features as the model saw them
   */
  public void observe(EncodedRow<?> row) {
    Objects.requireNonNull(row, "row");
    if (row.schema() != schema) {
      bind(row.schema());
    }
    predictions++;
    observed++;
    for (int i = 0; i < cells.length; i++) {
      int position = positions[i];
      if (position >= 0) {
        int cell =
            switch (kinds[i]) {
              case CATEGORICAL -> category(i, row.text(position));
              case VECTOR -> cells[i].cellOf(row.vector(position));
              default -> cells[i].cellOf(row.number(position));
            };
        counts[i][cell]++;
        current[i] = cell;
      }
    }
    if (segments.size() > 0) {
      segments.count(row, positions, current);
    }
  }

  private int category(int feature, @Nullable String value) {
    Cardinality sketch = distinct[feature];
    if (value != null && sketch != null) {
      sketch.add(value);
    }
    return cells[feature].cellOf(value);
  }

  /**
   * Counts one score of the model. Without score cells in the baseline, does nothing.
   *
   * @param score the answer as a number; NaN counts as missing
   */
  public void observeScore(double score) {
    FeatureCells target = scores;
    if (target != null) {
      observed++;
      scoreCounts[target.cellOf(score)]++;
    }
  }

  /**
   * Counts one class the model answered with. Without classes in the baseline, does nothing.
   *
   * @param label its name; null counts as missing
   */
  public void observeClass(@Nullable String label) {
    FeatureCells target = classes;
    if (target != null) {
      observed++;
      classCounts[target.cellOf(label)]++;
    }
  }

  private void bind(Schema<?> rows) {
    schema = rows;
    for (int i = 0; i < cells.length; i++) {
      String name = cells[i].source();
      boolean there = rows.has(name) && rows.feature(name).kind() == cells[i].kind();
      positions[i] = there ? rows.indexOf(name) : NONE;
    }
  }

  /**
   * Returns what was counted so far.
   *
   * @return a copy that does not change any more
   */
  public DriftCounts snapshot() {
    Map<String, long[]> copy = new LinkedHashMap<>();
    Map<String, Cardinality> sketches = new LinkedHashMap<>();
    for (int i = 0; i < cells.length; i++) {
      copy.put(cells[i].feature(), counts[i].clone());
      Cardinality sketch = distinct[i];
      if (sketch != null) {
        sketches.put(cells[i].feature(), sketch.copy());
      }
    }
    if (scores != null) {
      copy.put(Baseline.SCORE, scoreCounts.clone());
    }
    if (classes != null) {
      copy.put(Baseline.CLASS, classCounts.clone());
    }
    return new DriftCounts(
        version,
        baseline.fingerprint(),
        predictions,
        copy,
        sketches,
        slots.clone(),
        segments.snapshot());
  }

  /** Returns how many rows, scores and classes were counted: whether anything is new. */
  long observed() {
    return observed;
  }

  /** Forgets what was counted. */
  public void clear() {
    predictions = 0;
    observed = 0;
    for (int i = 0; i < cells.length; i++) {
      Arrays.fill(counts[i], 0);
      Cardinality sketch = distinct[i];
      if (sketch != null) {
        sketch.clear();
      }
    }
    segments.clear();
    Arrays.fill(slots, 0);
    Arrays.fill(scoreCounts, 0);
    Arrays.fill(classCounts, 0);
  }
}
