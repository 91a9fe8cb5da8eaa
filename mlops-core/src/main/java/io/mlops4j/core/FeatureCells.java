package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one feature: every value that can arrive falls into exactly one of them, a missing,
 * infinite or never seen one too. Where the cells lie is frozen at training, together with how many
 * training rows fell into each. Immutable and thread-safe.
 *
 * <p>A number's cells are intervals closed on the right, in ascending order, then one for infinite
 * values, then one for missing ones. A category's cells are the dictionary, then {@code rare} (seen
 * in training, too rare for a cell of its own), {@code unseen} (in neither list) and {@code
 * missing}.
 */
public sealed interface FeatureCells permits NumberCells, CategoryCells, ProjectionCells {

  /**
   * Returns the feature the cells are of.
   *
   * @return its name; {@link Baseline#SCORE} for the model's own output
   */
  String feature();

  /**
   * Returns the feature of the schema whose values fall into the cells.
   *
   * @return {@link #feature()}, except for a direction of a vector
   */
  default String source() {
    return feature();
  }

  /**
   * Returns what the values are.
   *
   * @return numeric, time, categorical, or vector for one direction of a vector
   */
  FeatureKind kind();

  /**
   * Returns whether values must stay out of every report: {@link #label} then names cells by
   * number.
   *
   * @return true if the schema marked the feature so
   */
  boolean sensitive();

  /**
   * Returns how many cells there are.
   *
   * @return at least 3
   */
  int size();

  /**
   * Returns how many of the cells, counted from 0, are intervals in ascending order.
   *
   * @return at least 1 for numbers and times, 0 for categories
   */
  int ordered();

  /**
   * Returns the cell of missing values.
   *
   * @return its position
   */
  int missing();

  /**
   * Returns the cell of values that training did not show: for categories those in no list, for
   * numbers the infinite ones.
   *
   * @return its position
   */
  int unseen();

  /**
   * Returns the cell of a number. About 6 ns, allocates nothing. A value equal to an edge belongs
   * to the cell that ends there; {@code -0.0} equals {@code 0.0}; NaN is missing.
   *
   * @param value any double
   * @return its cell; for a categorical feature always {@link #missing()}
   */
  int cellOf(double value);

  /**
   * Returns the cell of a category. One hash lookup, allocates nothing.
   *
   * @param value any string, or null for missing; one longer than 256 characters is unseen
   * @return its cell; for a number always {@link #missing()}
   */
  int cellOf(@Nullable String value);

  /**
   * Returns the cell of a vector along this direction. Costs its length.
   *
   * @param vector any floats, or null for missing; one of another length, or with a NaN, is unseen
   * @return its cell; for other kinds always {@link #missing()}
   */
  default int cellOf(float @Nullable [] vector) {
    return missing();
  }

  /**
   * Returns where the ordered cells end.
   *
   * @return a copy: the upper end of each ordered cell but the last, which is open; empty for
   *     categories. Of a sensitive feature these are values: show them to nobody
   */
  default double[] edges() {
    return new double[0];
  }

  /**
   * Returns how many different values training showed, as far as the dictionary remembers them.
   *
   * @return at most the options' categories and rare categories; 0 for numbers
   */
  int known();

  /**
   * Returns how many training rows fell into each cell.
   *
   * @return a copy, length {@link #size()}
   */
  long[] reference();

  /**
   * Returns what a cell holds, for people.
   *
   * @param cell 0 to {@code size() - 1}
   * @return an interval, a category made printable, or what is special about it; for a cell of a
   *     sensitive feature its number only
   */
  String label(int cell);

  /** Returns the cells without the counts, as the canonical document stores them. */
  ObjectNode definition();

  /** Appends everything that decides which cell a value falls into, independent of the JDK. */
  void identify(StringBuilder identity);

  /** Returns the same cells with other counts. */
  FeatureCells withReference(long[] counts);
}
