package io.mlops4j.drift;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How good the predictions of one stretch of time were, as far as labels are in.
 *
 * @param from start of the stretch: predictions count by when they were made, not by when the label
 *     came
 * @param to its end, exclusive
 * @param predictions how many there were
 * @param labels how many of them have a label
 * @param positives how many labels are 1
 * @param auc empty unless both classes have at least two labels
 * @param logLoss empty below two labels
 * @param brier empty below two labels
 * @param calibrationError expected calibration error of the positive class over 10 bins of equal
 *     width; empty without labels
 * @param calibration the bins behind it that have labels
 */
public record Quality(
    Instant from,
    Instant to,
    long predictions,
    long labels,
    long positives,
    Optional<Estimate> auc,
    Optional<Estimate> logLoss,
    Optional<Estimate> brier,
    Optional<Double> calibrationError,
    List<CalibrationBin> calibration) {
  /** Copies the list. */
  public Quality {
    calibration = List.copyOf(calibration);
  }

  /**
   * Returns the share of predictions that have a label.
   *
   * @return 0 to 1; 0 without predictions
   */
  public double coverage() {
    return predictions == 0 ? 0 : (double) labels / predictions;
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
            "estimate: " + value + " +- " + standardError + " (expected: finite numbers)");
      }
    }
  }
}
