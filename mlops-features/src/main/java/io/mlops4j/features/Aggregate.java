package io.mlops4j.features;

import java.time.Duration;
import java.util.Objects;

/**
 * What a feature makes of the events in its window. A missing value of a column is passed over; if
 * nothing is left, the feature is missing, but counts, rates and numbers of distinct values are 0.
 *
 * <p>Sums are exact and rounded once (as Python's {@code math.fsum}), so a value never depends on
 * the order in which events arrived or left the window.
 *
 * @param kind what is computed
 * @param column the column of the event it is computed from; empty for the events themselves
 * @param scale the half-life of a decayed aggregate, the unit of a rate; else zero
 */
public record Aggregate(Kind kind, String column, Duration scale) {
  /** What can be computed. */
  public enum Kind {
    /** How many events, or how many with a value. */
    COUNT,
    /** The sum of the values. */
    SUM,
    /** The mean of the values; of zeros and ones, a share. */
    MEAN,
    /** Events per unit of time. */
    RATE,
    /** How many different values. */
    DISTINCT,
    /** The value of the latest event, missing if that one has none. */
    LAST,
    /** The sum of the values, each halved for every half-life that has passed since. */
    DECAYED_SUM,
    /** The mean of the values, weighted in the same way. */
    DECAYED_MEAN
  }

  /** Checks for null. */
  public Aggregate {
    Objects.requireNonNull(scale, "scale");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(column, "column");
    boolean scaled = kind == Kind.RATE || kind == Kind.DECAYED_SUM || kind == Kind.DECAYED_MEAN;
    if (scale.isNegative() || scaled == scale.isZero()) {
      throw new IllegalArgumentException(
          "scale of " + kind + ": " + scale + " (expected: " + (scaled ? "more than 0)" : "0)"));
    }
  }

  /**
   * Returns how many events there are.
   *
   * @return a number, 0 if there are none
   */
  public static Aggregate count() {
    return new Aggregate(Kind.COUNT, "", Duration.ZERO);
  }

  /**
   * Returns how many events have a value.
   *
   * @param column any column
   * @return a number, 0 if there are none
   */
  public static Aggregate count(String column) {
    Objects.requireNonNull(column, "column");
    return new Aggregate(Kind.COUNT, named(column), Duration.ZERO);
  }

  /**
   * Returns the sum of a column.
   *
   * @param column of numbers
   * @return a number, missing if there are no values
   */
  public static Aggregate sum(String column) {
    Objects.requireNonNull(column, "column");
    return new Aggregate(Kind.SUM, named(column), Duration.ZERO);
  }

  /**
   * Returns the mean of a column; of one of zeros and ones, the share of ones.
   *
   * @param column of numbers
   * @return a number, missing if there are no values
   */
  public static Aggregate mean(String column) {
    Objects.requireNonNull(column, "column");
    return new Aggregate(Kind.MEAN, named(column), Duration.ZERO);
  }

  /**
   * Returns the number of events per unit of time over a window that has a length.
   *
   * @param per the unit, such as one hour
   * @return a number, 0 if there are no events
   */
  public static Aggregate rate(Duration per) {
    Objects.requireNonNull(per, "per");
    return new Aggregate(Kind.RATE, "", per);
  }

  /**
   * Returns how many different values a column has. NaN is missing, -0.0 is 0.0.
   *
   * @param column any column
   * @return a number, 0 if there are no values
   */
  public static Aggregate distinct(String column) {
    Objects.requireNonNull(column, "column");
    return new Aggregate(Kind.DISTINCT, named(column), Duration.ZERO);
  }

  /**
   * Returns the value of the latest event: by when it happened, then by when it was known, then by
   * its id.
   *
   * @param column any column; the feature is of its kind
   * @return the value, missing if that event has none or there is no event
   */
  public static Aggregate last(String column) {
    Objects.requireNonNull(column, "column");
    return new Aggregate(Kind.LAST, named(column), Duration.ZERO);
  }

  /**
   * Returns the sum of a column in which older values count less: by half for each half-life since
   * the event happened.
   *
   * @param column of numbers
   * @param halfLife more than zero
   * @return a number, missing if there are no values
   */
  public static Aggregate decayedSum(String column, Duration halfLife) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(halfLife, "halfLife");
    return new Aggregate(Kind.DECAYED_SUM, named(column), halfLife);
  }

  /**
   * Returns the mean of a column in which older values count less: by half for each half-life since
   * the event happened.
   *
   * @param column of numbers
   * @param halfLife more than zero
   * @return a number, missing if there are no values
   */
  public static Aggregate decayedMean(String column, Duration halfLife) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(halfLife, "halfLife");
    return new Aggregate(Kind.DECAYED_MEAN, named(column), halfLife);
  }

  private static String named(String column) {
    if (column.isBlank()) {
      throw new IllegalArgumentException("column: blank (expected: a column of the event)");
    }
    return column;
  }

  boolean needsNumbers() {
    return kind == Kind.SUM
        || kind == Kind.MEAN
        || kind == Kind.DECAYED_SUM
        || kind == Kind.DECAYED_MEAN;
  }

  String identity() {
    return kind + "(" + column + "," + scale.toNanos() + ")";
  }
}
