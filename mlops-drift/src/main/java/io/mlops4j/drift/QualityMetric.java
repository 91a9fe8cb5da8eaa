package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.Optional;

/** A measure of how good probabilities of a binary outcome are. */
public enum QualityMetric {
  /** Area under the ROC curve: the chance that a positive scores above a negative. */
  AUC(true),
  /** Mean negative log likelihood in nats, probabilities cut at 2.2e-16 as in scikit-learn. */
  LOG_LOSS(false),
  /** Mean squared difference of probability and outcome. */
  BRIER(false);

  private final boolean higherIsBetter;

  QualityMetric(boolean higherIsBetter) {
    this.higherIsBetter = higherIsBetter;
  }

  /**
   * Returns which direction is good.
   *
   * @return true for AUC
   */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** Returns this metric of a window. */
  Optional<Estimate> of(Quality quality) {
    return switch (this) {
      case AUC -> quality.auc();
      case LOG_LOSS -> quality.logLoss();
      case BRIER -> quality.brier();
    };
  }
}
