package io.mlops4j.data.expect;

import io.mlops4j.core.RowBuffer;

/** Asks one row. */
@FunctionalInterface
interface RowTest<T> {
  /** What came out. */
  enum Answer {
    HOLDS,
    FAILS,
    /** A value that the rule is about is not there; whether it has to be is another rule. */
    MISSING
  }

  Answer of(RowBuffer<T> values, T row);

  static Answer answer(boolean holds) {
    return holds ? Answer.HOLDS : Answer.FAILS;
  }
}
