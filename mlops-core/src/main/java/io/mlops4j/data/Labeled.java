package io.mlops4j.data;

import java.util.Objects;

/**
 * A row and the truth about it.
 *
 * @param row the features
 * @param label the class (0, 1, 2, …) or the target value; finite
 * @param <T> the row type
 */
public record Labeled<T>(T row, double label) {

  /** Checks that there is a row and that the label is known. */
  public Labeled {
    Objects.requireNonNull(row, "row");
    if (!Double.isFinite(label)) {
      throw new IllegalArgumentException("label: " + label + " (expected: a finite number)");
    }
  }
}
