package io.mlops4j.evaluation;

import io.mlops4j.evaluation.Metric.Direction;

/**
 * How differently groups are treated. Selected means the favourable decision.
 *
 * @see <a href="https://fairlearn.org/main/user_guide/assessment/common_fairness_metrics.html">the
 *     same definitions in fairlearn</a>
 */
public enum FairnessMeasure {
  /** Largest less smallest selection rate. */
  DEMOGRAPHIC_PARITY_DIFFERENCE("demographic-parity-difference", Direction.LOWER_IS_BETTER),
  /** Smallest divided by largest selection rate. */
  DEMOGRAPHIC_PARITY_RATIO("demographic-parity-ratio", Direction.HIGHER_IS_BETTER),
  /**
   * Smallest selection rate of a group divided by that of the reference group; without one, by the
   * largest. The four-fifths rule asks for at least 0.8.
   */
  DISPARATE_IMPACT("disparate-impact", Direction.HIGHER_IS_BETTER),
  /** Largest less smallest true positive rate. */
  EQUAL_OPPORTUNITY_DIFFERENCE("equal-opportunity-difference", Direction.LOWER_IS_BETTER),
  /** The larger of the differences in true and in false positive rate. */
  EQUALIZED_ODDS_DIFFERENCE("equalized-odds-difference", Direction.LOWER_IS_BETTER),
  /** Largest less smallest calibration gap, outcome rate less mean score. */
  CALIBRATION_DIFFERENCE("calibration-difference", Direction.LOWER_IS_BETTER);

  private final String id;
  private final Direction direction;

  FairnessMeasure(String id, Direction direction) {
    this.id = id;
    this.direction = direction;
  }

  /**
   * Returns the stable name for storage and display.
   *
   * @return such as {@code disparate-impact}
   */
  public String id() {
    return id;
  }

  /**
   * Returns which way is fairer.
   *
   * @return the direction
   */
  public Direction direction() {
    return direction;
  }

  /**
   * Returns the measure with this id.
   *
   * @param id such as {@code disparate-impact}
   * @return the measure
   * @throws IllegalArgumentException if there is none
   */
  public static FairnessMeasure named(String id) {
    for (FairnessMeasure measure : values()) {
      if (measure.id.equals(id)) {
        return measure;
      }
    }
    throw new IllegalArgumentException("Fairness measure '" + id + "' is not known.");
  }
}
