package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sample of the live rows of one version in one window of time, and of the window before it. Only
 * answers of the model count. Windows begin with Mondays; a prediction of an earlier one counts
 * into the open one. Thread-safe.
 */
final class LiveRows<I> {
  private final Schema<I> schema;
  private final int rows;
  private final int least;
  private final Duration length;
  private final long seed;
  private @Nullable ModelVersion version;
  private long window = Long.MIN_VALUE;
  private Reservoir<EncodedRow<I>> open;
  private List<EncodedRow<I>> finished = List.of();

  LiveRows(Schema<I> schema, int rows, int least, Duration length, long seed) {
    this.schema = schema;
    this.rows = rows;
    this.least = least;
    this.length = length;
    this.seed = seed;
    this.open = new Reservoir<>(rows, seed);
  }

  void add(Prediction<I, ?> prediction) {
    EncodedRow<I> row = prediction.row();
    if (row == null
        || prediction.source() != Prediction.Source.MODEL
        || !row.schema().fingerprint().equals(schema.fingerprint())) {
      return;
    }
    synchronized (this) {
      long index = index(prediction.at());
      if (!prediction.version().equals(version)) {
        version = prediction.version();
        window = index;
        open = new Reservoir<>(rows, seed);
        finished = List.of();
      } else if (index > window) {
        finished = open.sample();
        open = new Reservoir<>(rows, seed);
        window = index;
      }
      open.add(row);
    }
  }

  private long index(Instant at) {
    long monday = 4L * 24 * 60 * 60;
    return Math.floorDiv(at.getEpochSecond() - monday, length.toSeconds());
  }

  /** Rows of the open window, or of the finished one while the open one has too few; or none. */
  synchronized List<EncodedRow<I>> enough() {
    List<EncodedRow<I>> live = open.size() >= least ? open.sample() : finished;
    return live.size() < least ? List.of() : live;
  }
}
