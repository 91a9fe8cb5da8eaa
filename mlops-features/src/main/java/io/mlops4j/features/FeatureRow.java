package io.mlops4j.features;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * A row with the features of all views of a {@link FeatureSet}: what a model is trained on and
 * asked about. Immutable and thread-safe.
 *
 * @param <R> the type of the row
 */
public final class FeatureRow<R> {
  private final FeatureSet<R> set;
  private final R row;
  private final Instant at;
  private final FeatureValues[] values;

  FeatureRow(FeatureSet<R> set, R row, Instant at, FeatureValues[] values) {
    this.set = set;
    this.row = row;
    this.at = at;
    this.values = values;
  }

  /**
   * Returns the row itself.
   *
   * @return the row given
   */
  public R row() {
    return row;
  }

  /**
   * Returns the time the features are of.
   *
   * @return the time asked for
   */
  public Instant at() {
    return at;
  }

  /**
   * Returns the features of one view.
   *
   * @param view its name
   * @return its values for this row's entity; of a view that is used twice, the first
   * @throws IllegalArgumentException if the set has no such view; lists those it has
   */
  public FeatureValues of(String view) {
    Objects.requireNonNull(view, "view");
    for (int i = 0; i < values.length; i++) {
      if (set.views().get(i).view().name().equals(view)) {
        return values[i];
      }
    }
    throw new IllegalArgumentException(
        "view: no "
            + io.mlops4j.core.Text.printable(view, 64)
            + " (expected: one of "
            + set.views().stream().map(v -> v.view().name()).toList()
            + ")");
  }

  /**
   * Returns a number by the name it has in the set.
   *
   * @param feature of the row, of a view or computed
   * @return the number; NaN if it is missing or a text
   * @throws IllegalArgumentException if there is no such feature; lists those that exist
   */
  public double number(String feature) {
    Objects.requireNonNull(feature, "feature");
    return set.schema().feature(feature).number(this);
  }

  FeatureValues values(int view) {
    return values[view];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureRow<?> that
        && row.equals(that.row)
        && at.equals(that.at)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * row.hashCode() + Arrays.hashCode(values);
  }

  /** Returns the features of the views, without the row; sensitive ones by name only. */
  @Override
  public String toString() {
    return "FeatureRow at " + at + " " + Arrays.toString(values);
  }
}
