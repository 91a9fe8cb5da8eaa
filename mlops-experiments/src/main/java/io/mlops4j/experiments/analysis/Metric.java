package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Text;
import java.util.Objects;

/**
 * What is measured per randomisation unit. Every kind counts units, never events, as independent:
 * an event-level metric is a ratio or a quantile, whose variance is clustered by unit.
 *
 * @param name unique in an analysis, 1 to 200 characters
 * @param kind how the unit's numbers are combined
 * @param quantile which one, for {@link Kind#QUANTILE}; 0 otherwise
 * @param lowerIsBetter whether a decrease is an improvement
 * @param cuped whether the unit's value before the experiment reduces the variance
 */
public record Metric(
    String name, Kind kind, double quantile, boolean lowerIsBetter, boolean cuped) {
  private static final int MAX_NAME = 200;

  /** How the numbers of units are combined to one of an arm. */
  public enum Kind {
    /** The share of units that did it, at least once. */
    BINARY,
    /** The mean over units of each unit's total; a unit without a value counts as 0. */
    CONTINUOUS,
    /** The sum of numerators over the sum of denominators. */
    RATIO,
    /** A quantile of all values of all units. */
    QUANTILE
  }

  /** Checks the ranges. */
  public Metric {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "metric: '%s' (expected: 1 to %d characters, not blank)"
              .formatted(Text.printable(name, 80), MAX_NAME));
    }
    if (kind == Kind.QUANTILE ? !(quantile > 0 && quantile < 1) : quantile != 0) {
      throw new IllegalArgumentException(
          "quantile of '%s': %s (expected: above 0, below 1, for a quantile metric only)"
              .formatted(Text.printable(name, 80), quantile));
    }
    if (kind == Kind.QUANTILE && cuped) {
      throw new IllegalArgumentException(
          "Metric '%s' is a quantile: a value from before cannot reduce its variance."
              .formatted(Text.printable(name, 80)));
    }
  }

  /**
   * Returns the share of units that did something at least once.
   *
   * @param name unique in an analysis
   * @return the metric; higher is better
   */
  public static Metric binary(String name) {
    Objects.requireNonNull(name, "name");
    return new Metric(name, Kind.BINARY, 0, false, false);
  }

  /**
   * Returns the mean per unit of the unit's total: revenue per user.
   *
   * @param name unique in an analysis
   * @return the metric; higher is better
   */
  public static Metric continuous(String name) {
    Objects.requireNonNull(name, "name");
    return new Metric(name, Kind.CONTINUOUS, 0, false, false);
  }

  /**
   * Returns the sum of numerators over the sum of denominators: clicks per view, revenue per order.
   * The variance is the delta method's over units, so it is right however a unit's events
   * correlate.
   *
   * @param name unique in an analysis
   * @return the metric; higher is better
   */
  public static Metric ratio(String name) {
    Objects.requireNonNull(name, "name");
    return new Metric(name, Kind.RATIO, 0, false, false);
  }

  /**
   * Returns a quantile of all values of all units: the 95th percentile of latency. Needs the values
   * themselves, 8 bytes each.
   *
   * @param name unique in an analysis
   * @param quantile above 0 and below 1
   * @return the metric; higher is better
   */
  public static Metric quantile(String name, double quantile) {
    Objects.requireNonNull(name, "name");
    return new Metric(name, Kind.QUANTILE, quantile, false, false);
  }

  /**
   * Returns this metric with a decrease as the improvement.
   *
   * @return the changed metric
   */
  public Metric lowerBetter() {
    return new Metric(name, kind, quantile, true, cuped);
  }

  /**
   * Returns this metric with its variance reduced by the unit's own value from before the
   * experiment (CUPED). A unit without one counts as 0.
   *
   * @return the changed metric
   * @throws IllegalArgumentException for a quantile
   * @see <a href="https://doi.org/10.1145/2433396.2433413">Deng, Xu, Kohavi, Walker (2013)</a>
   */
  public Metric withCuped() {
    return new Metric(name, kind, quantile, lowerIsBetter, true);
  }

  /** How many numbers a unit has: value, denominator, and both again from before. */
  int dimensions() {
    return (kind == Kind.RATIO ? 2 : 1) * (cuped ? 2 : 1);
  }

  /** 1 if an increase is good, else -1. */
  int direction() {
    return lowerIsBetter ? -1 : 1;
  }
}
