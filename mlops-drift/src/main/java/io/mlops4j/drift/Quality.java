package io.mlops4j.drift;

import io.mlops4j.core.Elements;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How good the predictions of one stretch of time were, as far as labels are in.
 *
 * @param from start of the stretch: predictions count by when they were made, not by when the label
 *     came
 * @param to its end, exclusive
 * @param predictions how many there were
 * @param excluded how many answers are not among them because they came from a fallback, a cache or
 *     a version that is no longer selected
 * @param labels how many of the predictions have a label
 * @param binary the numbers of a binary model's probabilities; empty for other models
 * @param regression the numbers of a regression; empty for other models
 * @param classes the numbers of a model that names one of several classes; empty for other models
 * @param value the mean worth of a labelled prediction; empty unless a worth was given, and below
 *     two labels
 */
public record Quality(
    Instant from,
    Instant to,
    long predictions,
    long excluded,
    long labels,
    Optional<Binary> binary,
    Optional<Regression> regression,
    Optional<Classes> classes,
    Optional<Estimate> value) {
  /** Refuses null. */
  public Quality {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(binary, "binary");
    Objects.requireNonNull(regression, "regression");
    Objects.requireNonNull(classes, "classes");
    Objects.requireNonNull(value, "value");
  }

  /**
   * Returns the share of predictions that have a label.
   *
   * @return 0 to 1; 0 without predictions
   */
  public double coverage() {
    return predictions == 0 ? 0 : Math.min(1, (double) labels / predictions);
  }

  /**
   * Returns how many labels are 1.
   *
   * @return 0 for models that are not binary
   */
  public long positives() {
    return binary.map(Binary::positives).orElse(0L);
  }

  /**
   * Returns the area under the ROC curve.
   *
   * @return empty unless the model is binary and both classes have at least two labels
   */
  public Optional<Estimate> auc() {
    return binary.flatMap(Binary::auc);
  }

  /**
   * Returns the mean negative log likelihood.
   *
   * @return empty unless the model is binary and there are at least two labels
   */
  public Optional<Estimate> logLoss() {
    return binary.flatMap(Binary::logLoss);
  }

  /**
   * Returns the mean squared difference of probability and outcome.
   *
   * @return empty unless the model is binary and there are at least two labels
   */
  public Optional<Estimate> brier() {
    return binary.flatMap(Binary::brier);
  }

  /**
   * Returns the expected calibration error.
   *
   * @return empty unless the model is binary and there are labels
   */
  public Optional<Double> calibrationError() {
    return binary.flatMap(Binary::calibrationError);
  }

  /**
   * Returns the calibration curve.
   *
   * @return the bins that have labels; empty unless the model is binary
   */
  public List<CalibrationBin> calibration() {
    return binary.map(Binary::calibration).orElse(List.of());
  }

  /**
   * How good probabilities of a binary outcome were.
   *
   * @param positives how many labels are 1
   * @param auc empty unless both classes have at least two labels
   * @param logLoss empty below two labels
   * @param brier empty below two labels
   * @param calibrationError expected calibration error of the positive class over 10 bins of equal
   *     width; empty without labels
   * @param calibration the bins behind it that have labels
   * @param curve what any threshold would have done
   */
  public record Binary(
      long positives,
      Optional<Estimate> auc,
      Optional<Estimate> logLoss,
      Optional<Estimate> brier,
      Optional<Double> calibrationError,
      List<CalibrationBin> calibration,
      ScoreCurve curve) {
    /** Copies the list. */
    public Binary {
      Objects.requireNonNull(auc, "auc");
      Objects.requireNonNull(logLoss, "logLoss");
      Objects.requireNonNull(brier, "brier");
      Objects.requireNonNull(calibrationError, "calibrationError");
      Objects.requireNonNull(curve, "curve");
      calibration = Elements.list("calibration", calibration);
    }
  }

  /**
   * How far a regression was off. An error is the answer less the truth.
   *
   * @param meanAbsoluteError empty below two labels
   * @param rootMeanSquaredError empty below two labels
   * @param meanError the bias; empty below two labels
   * @param medianAbsoluteError up to 6.25 % more than the truth; empty without labels
   * @param p95AbsoluteError what 95 % of the errors do not exceed; up to 6.25 % more than the
   *     truth; empty without labels
   */
  public record Regression(
      Optional<Estimate> meanAbsoluteError,
      Optional<Estimate> rootMeanSquaredError,
      Optional<Estimate> meanError,
      OptionalDouble medianAbsoluteError,
      OptionalDouble p95AbsoluteError) {
    /** Refuses null. */
    public Regression {
      Objects.requireNonNull(meanAbsoluteError, "meanAbsoluteError");
      Objects.requireNonNull(rootMeanSquaredError, "rootMeanSquaredError");
      Objects.requireNonNull(meanError, "meanError");
      Objects.requireNonNull(medianAbsoluteError, "medianAbsoluteError");
      Objects.requireNonNull(p95AbsoluteError, "p95AbsoluteError");
    }
  }

  /**
   * How often the right one of several classes was named.
   *
   * @param accuracy empty below two labels
   * @param confusion labelled predictions by true class (rows) and named class (columns)
   */
  public record Classes(Optional<Estimate> accuracy, List<List<Long>> confusion) {
    /** Copies the lists. */
    public Classes {
      Objects.requireNonNull(accuracy, "accuracy");
      confusion =
          Elements.list("confusion", confusion).stream()
              .map(row -> Elements.list("confusion", row))
              .toList();
    }
  }

  /**
   * One point of a calibration curve: predictions whose scores lie in one stretch of 0 to 1.
   *
   * @param meanScore what the model said, on average
   * @param observedRate how often the outcome was 1
   * @param n labelled predictions in it, at least 1
   */
  public record CalibrationBin(double meanScore, double observedRate, long n) {}

  /**
   * A measured number and how sure it is.
   *
   * @param value the estimate
   * @param standardError its standard error from sampling
   * @param roundingError how far it can be off because scores were put into bins: certain, 0 if
   *     none
   */
  public record Estimate(double value, double standardError, double roundingError) {
    /** Refuses what is not a number. */
    public Estimate {
      if (!Double.isFinite(value) || !(standardError >= 0) || !(roundingError >= 0)) {
        throw new IllegalArgumentException(
            "estimate: "
                + value
                + " +- "
                + standardError
                + ", rounding "
                + roundingError
                + " (expected: a finite value, errors of 0 or more)");
      }
    }
  }
}
