package io.mlops4j.serving;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import org.jspecify.annotations.Nullable;

/** What every answer leaves behind: a duration, and an entry for listeners if there are any. */
final class PredictionRecorder<I, O> {
  private final Counters counters;
  private final LatencyHistogram latency;
  private final PredictionIds ids;
  private final @Nullable PredictionFeed<I, O> feed;

  /** What rows are; known at the latest when the first version is published. */
  volatile @Nullable Schema<I> schema;

  PredictionRecorder(
      Counters counters,
      PredictionIds ids,
      @Nullable PredictionFeed<I, O> feed,
      @Nullable Schema<I> schema) {
    this.counters = counters;
    this.latency = counters.latency;
    this.ids = ids;
    this.feed = feed;
    this.schema = schema;
  }

  /** Records an answer of a model, given at a time already read. */
  void answered(
      ServedVersion<I, O> version,
      I input,
      @Nullable RowBuffer<I> row,
      O output,
      long start,
      long end,
      @Nullable Trace trace) {
    if (version.outdated) {
      counters.outdated.increment();
    }
    latency.record(end - start);
    if (feed != null || trace != null) {
      observe(version.version, version.source(), input, row, output, start, end, trace);
      if (trace != null) {
        trace.servedBy = version;
      }
    }
  }

  /** Records an answer that did not come from a run of the selected version. */
  void answeredOtherwise(
      ModelVersion version,
      Prediction.Source source,
      I input,
      @Nullable RowBuffer<I> row,
      O output,
      long start,
      long end,
      @Nullable Trace trace) {
    if (source == Prediction.Source.CACHE) {
      counters.cached.increment();
    }
    latency.record(end - start);
    if (feed != null || trace != null) {
      observe(version, source, input, row, output, start, end, trace);
    }
  }

  /** Records a request that ends with an exception. */
  void failed(ModelVersion asked, FailedPrediction.Reason reason, I input, long start, long end) {
    if (feed != null) {
      // A row that did not pass the input check is not read: it may be anything.
      boolean readable = reason != FailedPrediction.Reason.INVALID_INPUT;
      feed.offerFailure(asked, reason, readable ? input : null, schema, end, end - start);
    }
  }

  /** Returns whether somebody will want to see the row of an answer. */
  boolean wantsRows() {
    return feed != null && schema != null;
  }

  /** Returns whether rows answered now would be seen by somebody: there is room for them. */
  boolean hasRoom() {
    return feed != null && !feed.isFull();
  }

  /** Records the rows of a chunk that have been answered together. */
  void answeredTogether(
      ServedVersion<I, O> version, Chunk<I, O> chunk, int rows, long start, long end) {
    if (rows == 0) {
      return;
    }
    if (version.outdated) {
      counters.outdated.add(rows);
    }
    latency.record(end - start, rows);
    if (feed != null) {
      feed.offerAll(
          ids.next(rows), rows, version.version, version.source(), chunk, schema, end, end - start);
    }
  }

  private void observe(
      ModelVersion version,
      Prediction.Source source,
      I input,
      @Nullable RowBuffer<I> row,
      O output,
      long start,
      long end,
      @Nullable Trace trace) {
    long sequence = ids.next();
    if (trace != null) {
      trace.sequence = sequence;
      trace.version = version;
      trace.source = source;
      trace.answeredAt = end;
      trace.latency = end - start;
    }
    if (feed != null) {
      feed.offer(sequence, version, source, input, row, schema, output, end, end - start);
    }
  }

  String id(Trace trace) {
    return ids.id(trace.sequence);
  }
}
