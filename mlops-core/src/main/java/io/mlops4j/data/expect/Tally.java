package io.mlops4j.data.expect;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.data.RowVisitor.Fault;
import java.util.List;

/** What one expectation counts in one pass. Used by one thread; memory is bounded. */
interface Tally<T> {
  /** Takes a row that the expectation is about. */
  void add(long line, RowBuffer<T> values, T row);

  /** Takes note of a row that could not be read; no filter can be asked about it. */
  default void unreadable(long line, List<Fault> faults) {}

  /** Takes note of the columns, before the first row. */
  default void columns(List<String> columns, List<String> absent) {}

  /** Returns what came out, after the last row. */
  ExpectationResult finish();

  /** Frees what is held outside memory. Idempotent. */
  default void close() {}
}
