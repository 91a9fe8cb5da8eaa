package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the first rows of a version that came without a baseline, to learn one from them.
 * Guarded by its monitor's lock, except {@link #fit}.
 */
final class LiveBaseline<I> {
  private final ModelVersion version;
  private final int wanted;
  private final List<EncodedRow<I>> rows = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private final double[] scores;
  private boolean scored;

  LiveBaseline(ModelVersion version, int wanted) {
    this.version = version;
    this.wanted = wanted;
    this.scores = new double[wanted];
  }

  /** Returns whether that was the last row needed. Rows after it are not taken. */
  boolean add(@Nullable EncodedRow<I> row, double score, @Nullable String label) {
    if (row == null || rows.size() == wanted || mixes(row)) {
      return false;
    }
    scores[rows.size()] = score;
    scored |= !Double.isNaN(score);
    rows.add(row);
    if (label != null) {
      labels.add(label);
    }
    return rows.size() == wanted;
  }

  private boolean mixes(EncodedRow<I> row) {
    return !rows.isEmpty() && rows.get(0).schema() != row.schema();
  }

  /** Fits the baseline: some 100 ms for 10,000 rows. Only after {@link #add} returned true. */
  Baseline fit() {
    Baseline baseline = Baseline.fit(rows.get(0).schema().encoded(), rows::stream);
    if (scored) {
      baseline = baseline.withScores(scores);
    }
    return labels.isEmpty() ? baseline : baseline.withClasses(labels);
  }

  String progress() {
    return String.format(
        java.util.Locale.ROOT,
        "it came without a baseline; one is being learned from live rows: %,d of %,d.",
        rows.size(),
        wanted);
  }

  ModelVersion version() {
    return version;
  }
}
