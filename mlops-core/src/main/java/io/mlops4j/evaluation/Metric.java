package io.mlops4j.evaluation;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A measure of a model: what it is called in stored evidence, which way is better, and exactly what
 * it means. Parameters are part of the metric, so precision at 0.5 and at 0.3 are two metrics.
 *
 * <p>The {@link #id} is stable for ever and reads back with {@link #named}. Immutable; equal if the
 * id (and, for a custom metric, its description) is.
 */
public final class Metric {
  /** Area under the ROC curve, ties counting one half. Id {@code auc}. */
  public static final Metric AUC = MetricFamily.AUC.with(0);

  /** Average precision, step-wise as in scikit-learn. Id {@code average-precision}. */
  public static final Metric AVERAGE_PRECISION = MetricFamily.AVERAGE_PRECISION.with(0);

  /** Mean log loss in nats, clipped as scikit-learn clips float64. Id {@code log-loss}. */
  public static final Metric LOG_LOSS = MetricFamily.LOG_LOSS.with(0);

  /** Brier score. Id {@code brier}. */
  public static final Metric BRIER = MetricFamily.BRIER.with(0);

  /** Root mean squared error. Id {@code rmse}. */
  public static final Metric RMSE = MetricFamily.RMSE.with(0);

  /** Mean absolute error. Id {@code mae}. */
  public static final Metric MAE = MetricFamily.MAE.with(0);

  /** Coefficient of determination. Id {@code r2}. */
  public static final Metric R2 = MetricFamily.R2.with(0);

  /** Mean Poisson deviance of predicted counts. Id {@code poisson-deviance}. */
  public static final Metric POISSON_DEVIANCE = MetricFamily.POISSON_DEVIANCE.with(0);

  /** Fraction of rows whose class is the predicted one. Id {@code multiclass-accuracy}. */
  public static final Metric MULTICLASS_ACCURACY = MetricFamily.MULTICLASS_ACCURACY.with(0);

  /** Mean log loss over classes, in nats. Id {@code multiclass-log-loss}. */
  public static final Metric MULTICLASS_LOG_LOSS = MetricFamily.MULTICLASS_LOG_LOSS.with(0);

  static final String CUSTOM_PREFIX = "custom:";
  private static final Pattern CUSTOM_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");

  private final @Nullable MetricFamily family;
  private final double argument;
  private final String id;
  private final Direction direction;
  private final String unit;
  private final String definition;

  Metric(
      @Nullable MetricFamily family,
      double argument,
      String id,
      Direction direction,
      String unit,
      String definition) {
    this.family = family;
    this.argument = argument;
    this.id = id;
    this.direction = direction;
    this.unit = unit;
    this.definition = definition;
  }

  /**
   * Returns the fraction of rows predicted right. Id such as {@code accuracy@0.5}.
   *
   * @param threshold predicted positive if the score is at least this; finite
   * @return the metric
   */
  public static Metric accuracyAt(double threshold) {
    return MetricFamily.ACCURACY.with(threshold);
  }

  /**
   * Returns the fraction of predicted positives that are positive. Id such as {@code
   * precision@0.5}.
   *
   * @param threshold predicted positive if the score is at least this; finite
   * @return the metric
   */
  public static Metric precisionAt(double threshold) {
    return MetricFamily.PRECISION.with(threshold);
  }

  /**
   * Returns the fraction of positives that are predicted positive. Id such as {@code recall@0.5}.
   *
   * @param threshold predicted positive if the score is at least this; finite
   * @return the metric
   */
  public static Metric recallAt(double threshold) {
    return MetricFamily.RECALL.with(threshold);
  }

  /**
   * Returns the harmonic mean of precision and recall. Id such as {@code f1@0.5}.
   *
   * @param threshold predicted positive if the score is at least this; finite
   * @return the metric
   */
  public static Metric f1At(double threshold) {
    return MetricFamily.F1.with(threshold);
  }

  /**
   * Returns the highest precision any threshold reaches with at least this recall. Id such as
   * {@code precision@recall-0.8}.
   *
   * @param recall above 0, at most 1
   * @return the metric
   */
  public static Metric precisionAtRecall(double recall) {
    return MetricFamily.PRECISION_AT_RECALL.with(recall);
  }

  /**
   * Returns the expected calibration error of the positive-class probability over equal-width bins.
   * Id such as {@code ece-positive-class-10-equal-width}. Bins are closed on the left, the last on
   * both sides. It is a biased, bin-dependent number: compare only equal ids on equal rows.
   *
   * @param bins 1 to 10,000
   * @return the metric
   * @see #topLabelCalibrationError another definition under the same usual name
   */
  public static Metric expectedCalibrationError(int bins) {
    return MetricFamily.ECE_POSITIVE_CLASS.with(bins);
  }

  /**
   * Returns the expected calibration error of the predicted class, positive from 0.5 on: accuracy
   * against max(p, 1 - p), over equal-width bins of [0, 1]. Id such as {@code
   * ece-top-label-10-equal-width}. The definition of the deep-learning literature.
   *
   * @param bins 1 to 10,000
   * @return the metric
   * @see <a href="https://proceedings.mlr.press/v70/guo17a.html">Guo et al. (2017)</a>
   */
  public static Metric topLabelCalibrationError(int bins) {
    return MetricFamily.ECE_TOP_LABEL.with(bins);
  }

  /**
   * Returns the mean quantile loss of a predicted quantile. Id such as {@code pinball@0.9}.
   *
   * @param quantile above 0 and below 1
   * @return the metric
   */
  public static Metric pinballAt(double quantile) {
    return MetricFamily.PINBALL.with(quantile);
  }

  /**
   * Returns the precision of all classes in one number. Id such as {@code
   * multiclass-precision-macro}.
   *
   * @param averaging how the classes become one number
   * @return the metric
   */
  public static Metric multiclassPrecision(Averaging averaging) {
    return MetricFamily.MULTICLASS_PRECISION.with(averaging.code());
  }

  /**
   * Returns the recall of all classes in one number. Id such as {@code multiclass-recall-macro}.
   *
   * @param averaging how the classes become one number
   * @return the metric
   */
  public static Metric multiclassRecall(Averaging averaging) {
    return MetricFamily.MULTICLASS_RECALL.with(averaging.code());
  }

  /**
   * Returns the F1 of all classes in one number. Id such as {@code multiclass-f1-macro}.
   *
   * @param averaging how the classes become one number
   * @return the metric
   */
  public static Metric multiclassF1(Averaging averaging) {
    return MetricFamily.MULTICLASS_F1.with(averaging.code());
  }

  /**
   * Returns the normalised discounted cumulative gain of the first so many. Id such as {@code
   * ndcg@10}.
   *
   * @param rank 1 to 1,000,000
   * @return the metric
   */
  public static Metric ndcgAt(int rank) {
    return MetricFamily.NDCG.with(rank);
  }

  /**
   * Returns the precision among the first so many. Id such as {@code rank-precision@10}.
   *
   * @param rank 1 to 1,000,000
   * @return the metric
   */
  public static Metric rankPrecisionAt(int rank) {
    return MetricFamily.RANK_PRECISION.with(rank);
  }

  /**
   * Returns the recall among the first so many. Id such as {@code rank-recall@10}.
   *
   * @param rank 1 to 1,000,000
   * @return the metric
   */
  public static Metric rankRecallAt(int rank) {
    return MetricFamily.RANK_RECALL.with(rank);
  }

  /**
   * Returns a measure of your own, to be put into an {@link EvaluationReport} beside the built-in
   * ones. Its id is {@code custom:} and the name, so it can never collide with a later built-in.
   *
   * @param name 1 to 100 of {@code A-Z a-z 0-9 . _ @ -}, starting with a letter or digit
   * @param direction which way is better
   * @param unit for example {@code EUR per flight}, not blank
   * @param definition one sentence that says how it is computed, not blank
   * @return the metric
   */
  public static Metric custom(String name, Direction direction, String unit, String definition) {
    if (!CUSTOM_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: '" + name + "' (expected: " + CUSTOM_NAME.pattern() + ")");
    }
    Objects.requireNonNull(direction, "direction");
    if (unit.isBlank() || definition.isBlank()) {
      throw new IllegalArgumentException(
          "Metric '" + name + "' needs a unit and a definition (one is blank).");
    }
    return new Metric(null, 0, CUSTOM_PREFIX + name, direction, unit, definition);
  }

  /**
   * Returns the built-in metric with this id. The inverse of {@link #id}.
   *
   * @param id such as {@code auc}, {@code precision@0.5} or {@code precision@recall-0.8}, spelt
   *     exactly as {@link #id} spells it
   * @return the metric
   * @throws IllegalArgumentException if there is none; the message shows every spelling
   */
  public static Metric named(String id) {
    for (MetricFamily family : MetricFamily.values()) {
      OptionalDouble argument = family.argumentOf(id);
      if (argument.isPresent()) {
        return family.with(argument.getAsDouble());
      }
    }
    throw new IllegalArgumentException(
        Arrays.stream(MetricFamily.values())
            .map(MetricFamily::example)
            .collect(
                Collectors.joining(
                    ", ",
                    "Metric '" + id + "' is not built in. Ids look like: ",
                    " (numbers in their shortest form).")));
  }

  /**
   * Returns the stable name for storage and display.
   *
   * @return such as {@code precision@0.5}
   */
  public String id() {
    return id;
  }

  /**
   * Returns which way is better.
   *
   * @return the direction
   */
  public Direction direction() {
    return direction;
  }

  /**
   * Returns what the number counts.
   *
   * @return such as {@code fraction} or {@code nats}
   */
  public String unit() {
    return unit;
  }

  /**
   * Returns how the number is computed.
   *
   * @return a sentence, parameters filled in
   */
  public String definition() {
    return definition;
  }

  /** The built-in measure, or null for a custom one. */
  @Nullable MetricFamily family() {
    return family;
  }

  /** The threshold, recall or number of bins; 0 without one. */
  double argument() {
    return argument;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Metric that
        && id.equals(that.id)
        && direction == that.direction
        && unit.equals(that.unit)
        && definition.equals(that.definition);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }

  /** Which way is better. */
  public enum Direction {
    /** A larger value is a better model. */
    HIGHER_IS_BETTER,
    /** A smaller value is a better model. */
    LOWER_IS_BETTER;

    /**
     * Returns by how much the candidate is better than the champion; negative if it is worse. The
     * same for a metric and its negation in the other direction.
     *
     * @param candidate the candidate's value
     * @param champion the champion's value
     * @return the signed gain in the metric's unit
     */
    public double gain(double candidate, double champion) {
      return this == HIGHER_IS_BETTER ? candidate - champion : champion - candidate;
    }
  }
}
