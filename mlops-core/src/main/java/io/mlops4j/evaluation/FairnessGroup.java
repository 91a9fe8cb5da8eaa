package io.mlops4j.evaluation;

import java.util.Objects;
import java.util.Optional;

/**
 * How one group fares.
 *
 * @param name which group, as the code declares it
 * @param rows how many rows
 * @param positives rows whose true outcome is favourable
 * @param selected rows with the favourable decision
 * @param truePositives selected rows whose outcome is favourable
 * @param calibrationGap outcome rate less mean score; undefined if scores are no probabilities
 * @param calibrationInterval how sure the gap is
 * @param calibration the group's reliability diagram; empty if scores are no probabilities
 */
public record FairnessGroup(
    String name,
    long rows,
    long positives,
    long selected,
    long truePositives,
    MetricValue calibrationGap,
    Optional<MetricInterval> calibrationInterval,
    CalibrationCurve calibration) {
  /** Checks the counts. */
  public FairnessGroup {
    if (name.isBlank()
        || truePositives < 0
        || truePositives > Math.min(positives, selected)
        || selected > rows
        || positives > rows
        || selected - truePositives > rows - positives) {
      throw new IllegalArgumentException(
          "group '"
              + name
              + "': rows="
              + rows
              + ", positives="
              + positives
              + ", selected="
              + selected
              + ", truePositives="
              + truePositives
              + " (expected: a name, counts that fit)");
    }
    Objects.requireNonNull(calibrationGap, "calibrationGap");
    Objects.requireNonNull(calibrationInterval, "calibrationInterval");
    Objects.requireNonNull(calibration, "calibration");
  }

  /**
   * Returns selected rows whose outcome is not favourable.
   *
   * @return at least 0
   */
  public long falsePositives() {
    return selected - truePositives;
  }

  /**
   * Returns the share that is selected.
   *
   * @return in [0, 1], or undefined without rows
   */
  public MetricValue selectionRate() {
    return rate(selected, rows, "rows");
  }

  /**
   * Returns the share of the favourable outcomes that is selected.
   *
   * @return in [0, 1], or undefined without one
   */
  public MetricValue truePositiveRate() {
    return rate(truePositives, positives, "favourable outcomes");
  }

  /**
   * Returns the share of the other outcomes that is selected.
   *
   * @return in [0, 1], or undefined without one
   */
  public MetricValue falsePositiveRate() {
    return rate(falsePositives(), rows - positives, "unfavourable outcomes");
  }

  /**
   * Returns Wilson's interval of the selection rate.
   *
   * @param level above 0 and below 1
   * @return the interval, or empty without rows
   */
  public Optional<MetricInterval> selectionInterval(double level) {
    return Formulas.ofRatio(selected, rows, level);
  }

  private MetricValue rate(long part, long whole, String of) {
    return whole == 0
        ? new MetricValue.Undefined("Group '" + name + "' has no " + of + ".")
        : new MetricValue.Defined(part / (double) whole, whole);
  }
}
