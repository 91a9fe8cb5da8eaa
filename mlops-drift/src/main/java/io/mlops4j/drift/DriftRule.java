package io.mlops4j.drift;

import java.time.Duration;
import java.util.Objects;

/**
 * When a feature counts as drifted: the size of the change is above a threshold (effect) and chance
 * is ruled out at the price of a false-alarm budget (evidence).
 *
 * @param effect what is measured
 * @param threshold in its unit, more than 0
 * @param falseAlarms the budget
 * @param correction how the budget is shared among features and segments
 */
public record DriftRule(
    DriftEffect effect, double threshold, FalseAlarmBudget falseAlarms, Correction correction) {
  /** Checks the threshold. */
  public DriftRule {
    Objects.requireNonNull(effect, "effect");
    Objects.requireNonNull(falseAlarms, "falseAlarms");
    Objects.requireNonNull(correction, "correction");
    if (!(threshold > 0 && threshold <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: more than 0)");
    }
  }

  /** How the budget is shared among the features and segments of one window. */
  public enum Correction {
    /**
     * Equally: at most the budget's number of false alarms of any feature or segment, however they
     * depend on each other, looked at as often as one likes.
     */
    BONFERRONI,
    /**
     * By the e-values' own procedure: the more features drift at once, the less evidence each
     * needs. While nothing drifts, no more false alarms than the budget; otherwise at most that
     * share of the named features is named falsely. Holds under any dependence and any number of
     * looks.
     *
     * @see <a href="https://doi.org/10.1111/rssb.12489">Wang and Ramdas (2022)</a>
     */
    E_BENJAMINI_HOCHBERG,
    /**
     * By the one-look p-values of the chi-square test (Benjamini and Hochberg 1995): sees smaller
     * changes, but only judges windows that are over, once, and asks that features be independent
     * or positively dependent.
     */
    BENJAMINI_HOCHBERG
  }

  /**
   * Returns the usual rule: PSI above 0.2, at most one false alarm a year.
   *
   * @return a rule to refine with {@link #above} and {@link #withFalseAlarms}
   */
  public static DriftRule psi() {
    return of(DriftEffect.PSI, 0.2);
  }

  /**
   * Returns a rule about any effect, with at most one false alarm a year.
   *
   * @param effect what is measured
   * @param threshold in its unit, more than 0
   * @return a rule to refine with {@link #withFalseAlarms} and {@link #withCorrection}
   */
  public static DriftRule of(DriftEffect effect, double threshold) {
    return new DriftRule(
        effect, threshold, new FalseAlarmBudget(Duration.ofDays(365)), Correction.BONFERRONI);
  }

  /**
   * Returns this rule with another threshold.
   *
   * @param above in the unit of the effect, more than 0
   * @return a copy
   */
  public DriftRule above(double above) {
    return new DriftRule(effect, above, falseAlarms, correction);
  }

  /**
   * Returns this rule with another budget.
   *
   * @param budget how often it may cry wolf
   * @return a copy
   */
  public DriftRule withFalseAlarms(FalseAlarmBudget budget) {
    Objects.requireNonNull(budget, "budget");
    return new DriftRule(effect, threshold, budget, correction);
  }

  /**
   * Returns this rule with another way to share the budget.
   *
   * @param shared among features and segments
   * @return a copy
   */
  public DriftRule withCorrection(Correction shared) {
    Objects.requireNonNull(shared, "shared");
    return new DriftRule(effect, threshold, falseAlarms, shared);
  }
}
