package io.mlops4j.drift;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * How clean the values of one feature are, from the same counts as its drift. Shares are of the
 * predictions counted.
 *
 * @param missing share of missing values
 * @param outOfRange share of numbers below or above everything training showed (infinite ones
 *     included); 0 for categories and for sensitive numbers, whose extremes are not stored
 * @param unseen share of categories that training did not show; 0 for numbers
 * @param mistyped share of rows that lack the feature or have it as another kind
 * @param distinct how many different categories there were, estimated; empty for numbers. The
 *     relative standard error is {@link #DISTINCT_ERROR}
 */
public record DataQuality(
    double missing, double outOfRange, double unseen, double mistyped, OptionalDouble distinct) {
  /** Refuses null. */
  public DataQuality {
    Objects.requireNonNull(distinct, "distinct");
  }

  /** The relative standard error of {@link #distinct()}. */
  public static final double DISTINCT_ERROR = Cardinality.STANDARD_ERROR;

  /** What can be asked of the values of a feature. */
  public enum Measure {
    /** The share of missing values. */
    MISSING,
    /** The share of numbers outside the range of training. */
    OUT_OF_RANGE,
    /** The share of categories that training did not show. */
    UNSEEN,
    /** The share of rows without the feature, or with another kind of it. */
    MISTYPED,
    /** The number of different categories. */
    DISTINCT
  }

  /**
   * Returns one of the measures.
   *
   * @param measure which
   * @return a share, or a number of categories; NaN if there is none
   */
  public double of(Measure measure) {
    Objects.requireNonNull(measure, "measure");
    return switch (measure) {
      case MISSING -> missing;
      case OUT_OF_RANGE -> outOfRange;
      case UNSEEN -> unseen;
      case MISTYPED -> mistyped;
      case DISTINCT -> distinct.orElse(Double.NaN);
    };
  }
}
