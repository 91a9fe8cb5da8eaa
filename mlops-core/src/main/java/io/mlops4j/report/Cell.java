package io.mlops4j.report;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A typed value in a {@link Table} or {@link KeyValues}: the type decides how it is written. */
public sealed interface Cell
    permits Cells.Words,
        Cells.Missing,
        Cells.Count,
        Cells.Decimal,
        Cells.Percent,
        Cells.Interval,
        Cells.Time,
        Cells.Took,
        Cells.Badge {
  /**
   * Returns the value as people read it, the same in every locale.
   *
   * @return one line of text
   */
  String shown();

  /**
   * Returns a cell for a plain value: a string, a whole number, a {@code double} (four significant
   * digits), a {@link Duration}, an {@link Instant} (UTC), a {@link Status}, a {@code boolean}, an
   * enum constant (its name), a cell itself, or null for a missing value.
   *
   * @param value the value
   * @return its cell
   * @throws IllegalArgumentException if the value has another type; names the type
   */
  static Cell of(@Nullable Object value) {
    return Cells.of(value);
  }

  /**
   * Returns a cell with a number in a fixed number of decimals.
   *
   * @param value the number
   * @param decimals digits after the point, 0 to 12
   * @return the cell
   */
  static Cell number(double value, int decimals) {
    return new Cells.Decimal(value, decimals);
  }

  /**
   * Returns a cell with a share: 0.123 is shown as {@code 12.3%}. A share below one is never shown
   * as {@code 100%}, nor one above zero as {@code 0%}.
   *
   * @param share the share, 1 is all
   * @return the cell
   */
  static Cell percent(double share) {
    return new Cells.Percent(share);
  }

  /**
   * Returns a cell with an estimate and its interval: {@code 0.812 [0.794, 0.829]}.
   *
   * @param value the estimate
   * @param low the lower end of the interval
   * @param high the upper end of the interval
   * @return the cell
   */
  static Cell interval(double value, double low, double high) {
    return new Cells.Interval(value, low, high);
  }

  /**
   * Returns a cell with a coloured word.
   *
   * @param status the colour
   * @param label the word, such as {@code production}
   * @return the cell
   */
  static Cell badge(Status status, String label) {
    return new Cells.Badge(status, label);
  }
}
