package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.Interval;
import java.util.Objects;

/**
 * What to believe about a treatment after the data: probabilities about the effect itself. Not
 * corrected for looking or for other questions; a report, not the decision.
 *
 * @param probabilityBetter that the treatment is better than control
 * @param riskOfShipping how much the metric loses on average if the treatment is shipped and was
 *     worse, in the metric's unit, at least 0
 * @param riskOfStaying how much it loses on average if control is kept and the treatment was better
 * @param credible holds the effect (treatment less control) with its level's probability
 * @param method the model: "Beta(1, 1) prior" or the normal prior's width
 */
public record Posterior(
    double probabilityBetter,
    double riskOfShipping,
    double riskOfStaying,
    Interval credible,
    String method) {
  /** Checks the ranges. */
  public Posterior {
    Objects.requireNonNull(credible, "credible");
    Objects.requireNonNull(method, "method");
    if (!(probabilityBetter >= 0 && probabilityBetter <= 1)
        || !(riskOfShipping >= 0)
        || !(riskOfStaying >= 0)) {
      throw new IllegalArgumentException(
          "posterior: P(better) %s, risks %s and %s (expected: 0..1, at least 0)"
              .formatted(probabilityBetter, riskOfShipping, riskOfStaying));
    }
  }
}
