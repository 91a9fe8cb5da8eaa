package io.mlops4j.drift;

import java.time.Duration;
import java.util.Objects;

/**
 * When a feature counts as drifted: its PSI is above a threshold (effect) and chance is ruled out
 * at the price of a false-alarm budget (evidence).
 *
 * @param psiAbove the threshold in nats, more than 0; 0.1 is often called moderate, 0.2 large
 * @param falseAlarms the budget
 */
public record DriftRule(double psiAbove, FalseAlarmBudget falseAlarms) {
  /** Checks the threshold. */
  public DriftRule {
    Objects.requireNonNull(falseAlarms, "falseAlarms");
    if (!(psiAbove > 0 && psiAbove <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("psiAbove: " + psiAbove + " (expected: more than 0)");
    }
  }

  /**
   * Returns the usual rule: PSI above 0.2, at most one false alarm a year.
   *
   * @return a rule to refine with {@link #above} and {@link #withFalseAlarms}
   */
  public static DriftRule psi() {
    return new DriftRule(0.2, new FalseAlarmBudget(Duration.ofDays(365)));
  }

  /**
   * Returns this rule with another threshold.
   *
   * @param threshold PSI in nats, more than 0
   * @return a copy
   */
  public DriftRule above(double threshold) {
    return new DriftRule(threshold, falseAlarms);
  }

  /**
   * Returns this rule with another budget.
   *
   * @param budget how often it may cry wolf
   * @return a copy
   */
  public DriftRule withFalseAlarms(FalseAlarmBudget budget) {
    return new DriftRule(psiAbove, budget);
  }
}
