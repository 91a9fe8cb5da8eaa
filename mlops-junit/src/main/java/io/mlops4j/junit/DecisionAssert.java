package io.mlops4j.junit;

import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult.Verdict;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about a gate decision. They fail with the decision table. */
public final class DecisionAssert extends AbstractAssert<DecisionAssert, GateDecision> {

  DecisionAssert(@Nullable GateDecision actual) {
    super(actual, DecisionAssert.class);
  }

  /**
   * Asserts that every gate passed, or did not apply as the policy allows.
   *
   * @return this
   * @throws AssertionError with the decision table
   */
  public DecisionAssert passes() {
    isNotNull();
    requirePass(actual, "to pass policy " + actual.policyName());
    return this;
  }

  /**
   * Asserts that a gate failed.
   *
   * @return this
   * @throws AssertionError with the decision table
   */
  public DecisionAssert fails() {
    return says(Verdict.FAIL);
  }

  /**
   * Asserts that no gate failed, and that the evidence did not suffice for a pass.
   *
   * @return this
   * @throws AssertionError with the decision table
   */
  public DecisionAssert isInconclusive() {
    return says(Verdict.INCONCLUSIVE);
  }

  private DecisionAssert says(Verdict verdict) {
    isNotNull();
    if (actual.verdict() != verdict) {
      throw failure(actual, "to be judged " + verdict + " by policy " + actual.policyName());
    }
    return this;
  }

  /**
   * Asserts that the candidate became champion by this decision.
   *
   * @return this
   * @throws AssertionError with the decision table
   */
  public DecisionAssert promoted() {
    isNotNull();
    if (!actual.promoted()) {
      throw failure(actual, "to be promoted");
    }
    return this;
  }

  static void requirePass(GateDecision decision, String wanted) {
    if (decision.verdict() != Verdict.PASS) {
      throw failure(decision, wanted);
    }
  }

  static void requireNoPass(GateDecision decision, String wanted) {
    if (decision.verdict() == Verdict.PASS) {
      throw failure(decision, wanted);
    }
  }

  private static AssertionError failure(GateDecision decision, String wanted) {
    return new AssertionError("Expected " + decision.candidate() + " " + wanted + ".\n" + decision);
  }
}
