package io.mlops4j.pipeline.batch;

import org.jspecify.annotations.Nullable;

/** One pass over an input, from where an earlier one stopped. */
interface RecordCursor<T> extends AutoCloseable {

  /** Returns the next record, or null at the end. */
  @Nullable InputRecord<T> next();

  /** Returns where the input goes on after the last record, if the number of records is not it. */
  String position();

  /** Returns how many records there are, or {@link io.mlops4j.core.Progress#UNKNOWN_TOTAL}. */
  long total();

  @Override
  void close();
}
