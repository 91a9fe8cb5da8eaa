package io.mlops4j.data.expect;

import java.util.List;

/** What can be expected of the rows as a whole: each method returns an {@link Expectation}. */
public final class ExpectedRows {
  ExpectedRows() {}

  /**
   * Expects a number of rows. Those that cannot be read are not counted.
   *
   * @param min the least
   * @param max the most
   * @return the expectation
   */
  public Expectation countBetween(long min, long max) {
    return Expectation.of(new TableRules.RowCount(min, max));
  }

  /**
   * Expects a number of rows at least.
   *
   * @param min the least
   * @return the expectation
   */
  public Expectation countAtLeast(long min) {
    return countBetween(min, Long.MAX_VALUE);
  }

  /**
   * Expects a number of rows in proportion to that of the snapshot before. The validation must be
   * told of it, or that this is the first.
   *
   * @param min the least share, such as 0.5
   * @param max the largest, such as 2
   * @return the expectation
   */
  public Expectation countAgainstPrevious(double min, double max) {
    return Expectation.of(new TableRules.RowCountRatio(min, max));
  }

  /**
   * Expects that rows can be read at all: all types fit, as many values as columns. A suite that
   * does not say so expects it of every row; {@code areReadable().mostly(0.999)} allows for a few.
   *
   * @return the expectation; it takes no filter
   */
  public Expectation areReadable() {
    return Expectation.of(new ReadableRule(""));
  }

  /**
   * Expects that a file has a column for every field. A suite that does not say so expects it in
   * every environment: {@code haveAllColumns().onlyIn(TRAINING)} allows for a label that serving
   * does not have.
   *
   * @return the expectation; a pass for rows that come from memory
   */
  public Expectation haveAllColumns() {
    return Expectation.of(new ColumnRules.AllColumns());
  }

  /**
   * Expects that a file has no column but those of the row type: a new one is noticed.
   *
   * @return the expectation; {@code NO_DATA} of rows that come from memory
   */
  public Expectation haveNoOtherColumns() {
    return Expectation.of(new ColumnRules.NoOtherColumns());
  }

  /**
   * Expects that the columns of a file are in a given order; others may lie between them.
   *
   * @param columns their names, as the file has them
   * @return the expectation; {@code NO_DATA} of rows that come from memory
   */
  public Expectation haveColumnsInOrder(String... columns) {
    return Expectation.of(new ColumnRules.ColumnOrder(List.of(columns)));
  }

  /**
   * Expects that no row is also in another data set, such as the one a model was trained on. The
   * validation must be given its fingerprint. Exact up to 4,096 different rows; above, of a random
   * sample: {@link io.mlops4j.data.RowFingerprint} has the probabilities.
   *
   * @param other what {@link Validation#disjointFrom} calls it
   * @return the expectation
   */
  public Expectation areNotIn(String other) {
    return Expectation.of(new DisjointRule(other));
  }
}
