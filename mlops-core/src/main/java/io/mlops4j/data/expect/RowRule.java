package io.mlops4j.data.expect;

import io.mlops4j.core.Schema;

/** A rule that holds, or does not, of one row by itself: it can guard a prediction. */
interface RowRule extends Rule {
  /** Returns the test over rows of a schema; safe for several threads. */
  <T> RowTest<T> test(Schema<T> schema);

  @Override
  default <T> Tally<T> tally(Pass<T> pass) {
    return new RowTally<>(pass, test(pass.schema()));
  }
}
