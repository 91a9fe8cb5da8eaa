package io.mlops4j.data;

import java.util.Objects;

/**
 * The two parts of a data set: every row is in exactly one.
 *
 * @param first the rows before the point in time, or the share asked for
 * @param second all other rows
 * @param <T> the row type
 */
public record Split<T>(Dataset<T> first, Dataset<T> second) {

  /** Checks for nulls. */
  public Split {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
  }
}
