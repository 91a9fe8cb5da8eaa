package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts values into the cells of a baseline as they arrive: a table lookup and an increment per
 * value, no allocation, memory fixed by the baseline. Used by one thread at a time.
 */
public final class DriftCounter {
  private final ModelVersion version;
  private final Baseline baseline;
  private final FeatureCells[] cells;
  private final boolean[] categorical;
  private final long[][] counts;
  private final int[] positions;
  private final @Nullable FeatureCells scores;
  private final long[] scoreCounts;
  private @Nullable Schema<?> schema;
  private long predictions;

  /**
   * Creates a counter with nothing counted.
   *
   * @param version whose predictions will be counted
   * @param baseline over whose cells
   */
  public DriftCounter(ModelVersion version, Baseline baseline) {
    this.version = Objects.requireNonNull(version, "version");
    this.baseline = Objects.requireNonNull(baseline, "baseline");
    List<FeatureCells> features = new ArrayList<>(baseline.features());
    this.cells = features.toArray(FeatureCells[]::new);
    this.categorical = new boolean[cells.length];
    this.counts = new long[cells.length][];
    this.positions = new int[cells.length];
    for (int i = 0; i < cells.length; i++) {
      categorical[i] = cells[i].kind() == FeatureKind.CATEGORICAL;
      counts[i] = new long[cells[i].size()];
    }
    this.scores = baseline.scores().orElse(null);
    this.scoreCounts = new long[scores == null ? 0 : scores.size()];
  }

  /**
   * Counts one row. Features are found by name: one that the row's schema lacks, or has as another
   * kind, is not counted, which is not the same as missing.
   *
   * @param row the features as the model saw them
   */
  public void observe(EncodedRow<?> row) {
    if (row.schema() != schema) {
      bind(row.schema());
    }
    predictions++;
    for (int i = 0; i < cells.length; i++) {
      int position = positions[i];
      if (position >= 0) {
        int cell =
            categorical[i]
                ? cells[i].cellOf(row.text(position))
                : cells[i].cellOf(row.number(position));
        counts[i][cell]++;
      }
    }
  }

  /**
   * Counts one score of the model. Without score cells in the baseline, does nothing.
   *
   * @param score the answer as a number; NaN counts as missing
   */
  public void observeScore(double score) {
    FeatureCells target = scores;
    if (target != null) {
      scoreCounts[target.cellOf(score)]++;
    }
  }

  private void bind(Schema<?> rows) {
    schema = rows;
    for (int i = 0; i < cells.length; i++) {
      String name = cells[i].feature();
      positions[i] =
          rows.has(name) && rows.feature(name).kind() == cells[i].kind() ? rows.indexOf(name) : -1;
    }
  }

  /**
   * Returns what was counted so far.
   *
   * @return a copy that does not change any more
   */
  public DriftCounts snapshot() {
    Map<String, long[]> copy = new LinkedHashMap<>();
    for (int i = 0; i < cells.length; i++) {
      copy.put(cells[i].feature(), counts[i].clone());
    }
    if (scores != null) {
      copy.put(Baseline.SCORE, scoreCounts.clone());
    }
    return new DriftCounts(version, baseline.fingerprint(), predictions, copy);
  }

  /** Forgets what was counted. */
  public void clear() {
    predictions = 0;
    for (long[] feature : counts) {
      Arrays.fill(feature, 0);
    }
    Arrays.fill(scoreCounts, 0);
  }
}
