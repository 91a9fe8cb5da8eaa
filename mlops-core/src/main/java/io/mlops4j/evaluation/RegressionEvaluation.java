package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far predicted numbers are from the truth. O(n) to build, then a few numbers. Sums are
 * compensated, so a million rows cost no digits. Immutable, thread-safe.
 */
public final class RegressionEvaluation {
  /** What {@link #values()} computes, in this order. */
  public static final List<Metric> STANDARD = List.of(Metric.RMSE, Metric.MAE, Metric.R2);

  private final long rows;
  private final MetricValue rmse;
  private final MetricValue mae;
  private final MetricValue r2;

  private RegressionEvaluation(long rows, MetricValue rmse, MetricValue mae, MetricValue r2) {
    this.rows = rows;
    this.rmse = rmse;
    this.mae = mae;
    this.r2 = r2;
  }

  /**
   * Returns the evaluation of these rows.
   *
   * @param predicted one per row, finite. Not kept
   * @param truth one per row, finite. Not kept
   * @return the evaluation; of no rows, everything is undefined
   * @throws IllegalArgumentException if the lengths differ, or a number is NaN or infinite; names
   *     the index and the value
   */
  public static RegressionEvaluation of(double[] predicted, double[] truth) {
    if (predicted.length != truth.length) {
      throw new IllegalArgumentException(
          "predicted has " + predicted.length + " rows, truth has " + truth.length + ".");
    }
    int n = predicted.length;
    if (n == 0) {
      var none = new Undefined("A regression metric needs rows; there are none.");
      return new RegressionEvaluation(0, none, none, none);
    }
    double[] errors = new double[n];
    boolean overflow = false;
    for (int i = 0; i < n; i++) {
      requireFinite("predicted", i, predicted[i]);
      requireFinite("truth", i, truth[i]);
      errors[i] = predicted[i] - truth[i];
      overflow |= !Double.isFinite(errors[i]);
    }
    if (overflow) {
      var tooLarge = new Undefined("An error is larger than a double can hold.");
      return new RegressionEvaluation(n, tooLarge, tooLarge, tooLarge);
    }
    ScaledSquares squares = ScaledSquares.of(errors);
    return new RegressionEvaluation(
        n, defined(squares.root(), n), meanAbsolute(errors), r2(squares, truth));
  }

  /**
   * Returns how many rows were evaluated.
   *
   * @return the number of rows
   */
  public long rows() {
    return rows;
  }

  /**
   * Returns one metric.
   *
   * @param metric {@link Metric#RMSE}, {@link Metric#MAE} or {@link Metric#R2}
   * @return its value, or why it has none: R² needs two rows that differ in the truth
   * @throws IllegalArgumentException if it is another metric
   */
  public MetricValue value(Metric metric) {
    MetricFamily family = metric.family();
    if (family == MetricFamily.RMSE) {
      return rmse;
    }
    if (family == MetricFamily.MAE) {
      return mae;
    }
    if (family == MetricFamily.R2) {
      return r2;
    }
    throw new IllegalArgumentException(
        "Metric '" + metric.id() + "' is not one of a regression (expected: rmse, mae, r2).");
  }

  /**
   * Returns the {@link #STANDARD} metrics.
   *
   * @return metric to value, in that order, immutable
   */
  public Map<Metric, MetricValue> values() {
    return values(STANDARD);
  }

  /**
   * Returns several metrics.
   *
   * @param metrics of {@link #STANDARD}
   * @return metric to value, in the order given, immutable
   * @throws IllegalArgumentException as {@link #value} does
   */
  public Map<Metric, MetricValue> values(Collection<Metric> metrics) {
    Map<Metric, MetricValue> values = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      values.put(metric, value(metric));
    }
    return Collections.unmodifiableMap(values);
  }

  private static MetricValue meanAbsolute(double[] errors) {
    var sum = new CompensatedSum();
    for (double error : errors) {
      sum.add(Math.abs(error));
    }
    return defined(sum.value() / errors.length, errors.length);
  }

  private static MetricValue r2(ScaledSquares errors, double[] truth) {
    if (truth.length < 2) {
      return new Undefined("R2 needs at least two rows; there is one.");
    }
    double smallest = truth[0];
    double largest = truth[0];
    var sum = new CompensatedSum();
    for (double value : truth) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
      sum.add(value);
    }
    // Compared, not by the variance: a rounded mean would leave a little of it, and divide by it.
    if (smallest == largest) {
      return new Undefined("R2 needs a truth that varies; it is the same in all rows.");
    }
    double mean = sum.value() / truth.length;
    if (!Double.isFinite(mean) || !Double.isFinite(largest - smallest)) {
      return new Undefined("The spread of the truth is larger than a double can hold.");
    }
    double[] deviations = new double[truth.length];
    for (int i = 0; i < truth.length; i++) {
      deviations[i] = truth[i] - mean;
    }
    ScaledSquares spread = ScaledSquares.of(deviations);
    return spread.mean() == 0
        ? new Undefined("R2 needs a truth that varies; its spread is below a double's resolution.")
        : defined(1 - errors.relativeTo(spread), truth.length);
  }

  private static MetricValue defined(double value, int rows) {
    return Double.isFinite(value)
        ? new Defined(value, rows)
        : new Undefined("The result is larger than a double can hold.");
  }

  private static void requireFinite(String name, int index, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          name + "[" + index + "]: " + value + " (expected: a finite number)");
    }
  }
}
