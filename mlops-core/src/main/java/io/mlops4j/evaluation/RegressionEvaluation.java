package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How far predicted numbers are from the truth. O(n) to build, 16 bytes a row. Sums are
 * compensated, so a million rows cost no digits. Immutable, thread-safe.
 */
public final class RegressionEvaluation implements Evaluation {
  /** What {@link #values()} computes, in this order. */
  public static final List<Metric> STANDARD = List.of(Metric.RMSE, Metric.MAE, Metric.R2);

  private static final Undefined NO_ROWS =
      new Undefined("A regression metric needs rows; there are none.");

  private final double[] predicted;
  private final double[] truth;
  private final MetricValue rmse;
  private final MetricValue mae;
  private final MetricValue r2;

  /** Takes over the arrays. */
  private RegressionEvaluation(
      double[] predicted, double[] truth, MetricValue rmse, MetricValue mae, MetricValue r2) {
    this.predicted = predicted;
    this.truth = truth;
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
    for (int i = 0; i < predicted.length; i++) {
      requireFinite("predicted", i, predicted[i]);
      requireFinite("truth", i, truth[i]);
    }
    return measured(predicted.clone(), truth.clone());
  }

  /** Of finite numbers; takes over the arrays. */
  static RegressionEvaluation measured(double[] predicted, double[] truth) {
    int n = predicted.length;
    if (n == 0) {
      return new RegressionEvaluation(predicted, truth, NO_ROWS, NO_ROWS, NO_ROWS);
    }
    double[] errors = new double[n];
    boolean overflow = false;
    for (int i = 0; i < n; i++) {
      errors[i] = predicted[i] - truth[i];
      overflow |= !Double.isFinite(errors[i]);
    }
    if (overflow) {
      var tooLarge = new Undefined("An error is larger than a double can hold.");
      return new RegressionEvaluation(predicted, truth, tooLarge, tooLarge, tooLarge);
    }
    ScaledSquares squares = ScaledSquares.of(errors);
    return new RegressionEvaluation(
        predicted, truth, defined(squares.root(), n), meanAbsolute(errors), r2(squares, truth));
  }

  /**
   * Returns how many rows were evaluated.
   *
   * @return the number of rows
   */
  @Override
  public long rows() {
    return predicted.length;
  }

  /**
   * Returns one metric.
   *
   * @param metric {@link Metric#RMSE}, {@link Metric#MAE}, {@link Metric#R2}, {@link
   *     Metric#pinballAt} or {@link Metric#POISSON_DEVIANCE}
   * @return its value, or why it has none: R² needs two rows that differ in the truth, the deviance
   *     predictions above 0 and a truth of at least 0
   * @throws IllegalArgumentException if it is another metric
   */
  @Override
  public MetricValue value(Metric metric) {
    return switch (checked(metric)) {
      case RMSE -> rmse;
      case MAE -> mae;
      case R2 -> r2;
      case PINBALL -> RegressionLosses.mean(predicted, truth, RegressionLosses.pinball(metric));
      case POISSON_DEVIANCE ->
          RegressionLosses.notCounts(predicted, truth)
              .<MetricValue>map(Undefined::new)
              .orElseGet(() -> RegressionLosses.mean(predicted, truth, RegressionLosses::deviance));
      default -> throw new AssertionError(metric);
    };
  }

  private static MetricFamily checked(Metric metric) {
    MetricFamily family = metric.family();
    if (family == null || family.needs != MetricFamily.Needs.NUMBERS) {
      throw new IllegalArgumentException(
          "Metric '"
              + metric.id()
              + "' is not one of a regression (expected: rmse, mae, r2, pinball@q,"
              + " poisson-deviance).");
    }
    return family;
  }

  @Override
  public Map<Metric, MetricInterval> intervals(Collection<Metric> metrics, Confidence confidence) {
    return RegressionLosses.intervals(this, predicted, truth, metrics, confidence);
  }

  /**
   * Returns the {@link #STANDARD} metrics.
   *
   * @return metric to value, in that order, immutable
   */
  public Map<Metric, MetricValue> values() {
    return values(STANDARD);
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
