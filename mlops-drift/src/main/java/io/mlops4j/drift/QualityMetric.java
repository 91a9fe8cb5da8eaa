package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A measure of how good answers were. Immutable; equal if it measures the same. */
public final class QualityMetric {
  /** Area under the ROC curve: the chance that a positive scores above a negative. */
  public static final QualityMetric AUC = new QualityMetric(Kind.AUC, 0);

  /** Mean negative log likelihood in nats, probabilities cut at 2.2e-16 as in scikit-learn. */
  public static final QualityMetric LOG_LOSS = new QualityMetric(Kind.LOG_LOSS, 0);

  /** Mean squared difference of probability and outcome. */
  public static final QualityMetric BRIER = new QualityMetric(Kind.BRIER, 0);

  /** The share of labels that the named class, or a probability from 0.5 on, gets right. */
  public static final QualityMetric ACCURACY = new QualityMetric(Kind.ACCURACY, 0.5);

  /** Mean absolute error of a regression. */
  public static final QualityMetric MAE = new QualityMetric(Kind.MAE, 0);

  /** Root of the mean squared error of a regression. */
  public static final QualityMetric RMSE = new QualityMetric(Kind.RMSE, 0);

  /** The mean worth of a labelled prediction, as the monitor was told to count it. */
  public static final QualityMetric VALUE = new QualityMetric(Kind.VALUE, 0);

  private enum Kind {
    AUC,
    LOG_LOSS,
    BRIER,
    ACCURACY,
    PRECISION_AT_RECALL,
    MAE,
    RMSE,
    VALUE
  }

  private final Kind kind;
  private final double at;

  private QualityMetric(Kind kind, double at) {
    this.kind = kind;
    this.at = at;
  }

  /**
   * Returns the accuracy of "1 from this score on".
   *
   * @param threshold 0 to 1
   * @return the metric
   */
  public static QualityMetric accuracyAt(double threshold) {
    return new QualityMetric(Kind.ACCURACY, share("threshold", threshold));
  }

  /**
   * Returns the precision at the highest threshold that finds this share of the positives.
   *
   * @param recall above 0, at most 1
   * @return the metric
   */
  public static QualityMetric precisionAtRecall(double recall) {
    return new QualityMetric(Kind.PRECISION_AT_RECALL, share("recall", recall));
  }

  private static double share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 1)");
    }
    return value;
  }

  /**
   * Returns which direction is good.
   *
   * @return false for losses and errors
   */
  public boolean higherIsBetter() {
    return switch (kind) {
      case AUC, ACCURACY, PRECISION_AT_RECALL, VALUE -> true;
      case LOG_LOSS, BRIER, MAE, RMSE -> false;
    };
  }

  /**
   * Returns this metric of a stretch.
   *
   * @param quality the stretch
   * @return empty if there are too few labels, or the model's answers have no such metric
   */
  public Optional<Estimate> of(Quality quality) {
    Objects.requireNonNull(quality, "quality");
    return switch (kind) {
      case AUC -> quality.auc();
      case LOG_LOSS -> quality.logLoss();
      case BRIER -> quality.brier();
      case ACCURACY ->
          quality.classes().isPresent()
              ? quality.classes().get().accuracy()
              : quality.binary().flatMap(b -> b.curve().accuracyAt(at));
      case PRECISION_AT_RECALL -> quality.binary().flatMap(b -> b.curve().precisionAtRecall(at));
      case MAE -> quality.regression().flatMap(Quality.Regression::meanAbsoluteError);
      case RMSE -> quality.regression().flatMap(Quality.Regression::rootMeanSquaredError);
      case VALUE -> quality.value();
    };
  }

  /** Returns what can be estimated before labels come. */
  Optional<Estimate> of(ExpectedOutcomes expected) {
    return switch (kind) {
      case AUC -> expected.auc();
      case LOG_LOSS -> expected.logLoss();
      case BRIER -> expected.brier();
      case ACCURACY -> expected.accuracyAt(at);
      case PRECISION_AT_RECALL, MAE, RMSE, VALUE -> Optional.empty();
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QualityMetric that
        && kind == that.kind
        && Double.doubleToLongBits(at) == Double.doubleToLongBits(that.at);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, at);
  }

  /** Returns the name, with the threshold or recall if it has one. */
  @Override
  public String toString() {
    return switch (kind) {
      case ACCURACY -> at == 0.5 ? "ACCURACY" : "ACCURACY at " + number(at);
      case PRECISION_AT_RECALL -> "PRECISION at recall " + number(at);
      default -> kind.name();
    };
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%s", (float) value);
  }
}
