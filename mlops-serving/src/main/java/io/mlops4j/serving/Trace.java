package io.mlops4j.serving;

import io.micrometer.observation.Observation;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where one answer came from, for a caller that wants to know. Written before it is completed. */
final class Trace {
  long sequence;
  long answeredAt;
  long latency;
  @Nullable ModelVersion version;
  Prediction.@Nullable Source source;

  /** How long it waited, in what run; no rows if no model has run. */
  long queued;

  int batchSize;
  Prediction.@Nullable Release release;

  /** Whose answer it is, to tell two loads of one version apart. */
  @Nullable ServedVersion<?, ?> servedBy;

  /** The call as it is observed; null if nobody observes. */
  @Nullable Observation observation;

  /** Why the selected version gave none. */
  @Nullable RuntimeException failure;

  /** The row as the cache has read it: what is kept for these values must be made of them. */
  private @Nullable RowBuffer<?> row;

  void read(RowBuffer<?> values) {
    row = values;
  }

  /** Returns the values the cache has read, if they are of those rows, else null. */
  @SuppressWarnings("unchecked") // A schema is of one row type.
  static <I> @Nullable RowBuffer<I> row(@Nullable Trace trace, @Nullable Schema<I> rows) {
    RowBuffer<?> read = trace == null ? null : trace.row;
    return read != null && read.schema() == rows ? (RowBuffer<I>) read : null;
  }

  void ranInline() {
    ran(0, 1, Prediction.Release.INLINE);
  }

  void ran(long waited, int rows, Prediction.Release why) {
    queued = waited;
    batchSize = rows;
    release = why;
  }

  void ranNot() {
    batchSize = 0;
    release = null;
  }

  Prediction.@Nullable Execution execution() {
    Prediction.Release why = release;
    return why == null || batchSize == 0
        ? null
        : new Prediction.Execution(Duration.ofNanos(Math.max(0, queued)), batchSize, why);
  }
}
