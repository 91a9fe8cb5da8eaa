package io.mlops4j.registry;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What one gate said.
 *
 * @param metric what the gate looked at: the metric's id, or {@code fleet}
 * @param verdict the outcome
 * @param candidate the candidate's value, empty if undefined
 * @param champion the champion's value, empty if not asked for or undefined
 * @param observed what was seen, in words and numbers
 * @param required what was asked for
 * @param sentence the whole story
 */
public record GateResult(
    String metric,
    Verdict verdict,
    OptionalDouble candidate,
    OptionalDouble champion,
    String observed,
    String required,
    String sentence) {
  /** Checks for null. */
  public GateResult {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(observed, "observed");
    Objects.requireNonNull(required, "required");
    Objects.requireNonNull(sentence, "sentence");
  }

  /** What a gate can say. Only PASS is a pass. */
  public enum Verdict {
    /** The condition holds. */
    PASS,
    /** The condition does not hold. */
    FAIL,
    /** The evidence does not tell. */
    INCONCLUSIVE,
    /** The evidence could not be made, or the gate could not be asked. */
    ERROR,
    /** The condition makes no sense here, as the policy allows. */
    NOT_APPLICABLE
  }
}
