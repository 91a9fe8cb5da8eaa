package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything about one randomisation unit that is finished: its arm and its totals. A builder that
 * {@link ExperimentSums#add} reads; not thread-safe.
 *
 * <pre>{@code
 * sums.add(UnitRow.of("treatment").in("country", "DE")
 *     .value("bought", 1).ratio("revenue per order", 130, 3).before("bought", 0));
 * }</pre>
 */
public final class UnitRow {
  final String arm;
  @Nullable WeightVector shares;
  final Map<String, String> segments = new LinkedHashMap<>();
  final Map<String, double[]> values = new LinkedHashMap<>();
  final Map<String, double[]> before = new LinkedHashMap<>();

  private UnitRow(String arm) {
    this.arm = Objects.requireNonNull(arm, "arm");
  }

  /**
   * Returns a row without values: a unit that was exposed and did nothing.
   *
   * @param arm the arm's name
   * @return the row
   */
  public static UnitRow of(String arm) {
    return new UnitRow(arm);
  }

  /**
   * Sets the probabilities that were in force when the unit was assigned; the analysis's own unless
   * set. Units are compared within their epoch only.
   *
   * @param vector the exposure's probabilities
   * @return this
   */
  public UnitRow shares(WeightVector vector) {
    if (shares != null) {
      throw new IllegalStateException("shares are set already: epoch " + shares.epoch());
    }
    shares = Objects.requireNonNull(vector, "vector");
    return this;
  }

  /**
   * Puts the unit into a segment.
   *
   * @param dimension one that the analysis divides by
   * @param value the unit's value
   * @return this
   */
  public UnitRow in(String dimension, String value) {
    Objects.requireNonNull(dimension, "dimension");
    if (segments.putIfAbsent(dimension, Objects.requireNonNull(value, "value")) != null) {
      throw new IllegalStateException("segment '" + dimension + "' is set already");
    }
    return this;
  }

  /**
   * Sets the unit's total of a binary (0 or 1) or continuous metric.
   *
   * @param metric its name
   * @param total finite
   * @return this
   */
  public UnitRow value(String metric, double total) {
    Objects.requireNonNull(metric, "metric");
    return put(values, metric, total);
  }

  /**
   * Sets the unit's totals of a ratio metric.
   *
   * @param metric its name
   * @param numerator finite
   * @param denominator finite, at least 0
   * @return this
   */
  public UnitRow ratio(String metric, double numerator, double denominator) {
    Objects.requireNonNull(metric, "metric");
    return put(values, metric, numerator, denominator);
  }

  /**
   * Sets all of the unit's values of a quantile metric.
   *
   * @param metric its name
   * @param each finite values in any order
   * @return this
   */
  public UnitRow values(String metric, double... each) {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(each, "each");
    return put(values, metric, each.clone());
  }

  /**
   * Sets the unit's total of a metric before the experiment.
   *
   * @param metric the name of a metric with CUPED
   * @param total finite
   * @return this
   */
  public UnitRow before(String metric, double total) {
    Objects.requireNonNull(metric, "metric");
    return put(before, metric, total);
  }

  /**
   * Sets the unit's totals of a ratio metric before the experiment.
   *
   * @param metric the name of a metric with CUPED
   * @param numerator finite
   * @param denominator finite, at least 0
   * @return this
   */
  public UnitRow before(String metric, double numerator, double denominator) {
    Objects.requireNonNull(metric, "metric");
    return put(before, metric, numerator, denominator);
  }

  private UnitRow put(Map<String, double[]> map, String metric, double... numbers) {
    for (double number : numbers) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException(
            "metric '" + metric + "': " + number + " (expected: a finite number)");
      }
    }
    if (map.putIfAbsent(metric, numbers) != null) {
      throw new IllegalStateException("metric '" + metric + "' is set already for this unit");
    }
    return this;
  }
}
