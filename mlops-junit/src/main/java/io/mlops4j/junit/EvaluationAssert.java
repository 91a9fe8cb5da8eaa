package io.mlops4j.junit;

import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.GatePolicy;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about an evaluation that need no registry. */
public final class EvaluationAssert extends AbstractAssert<EvaluationAssert, EvaluationReport> {

  EvaluationAssert(@Nullable EvaluationReport actual) {
    super(actual, EvaluationAssert.class);
  }

  /**
   * Begins a comparison with another model's evaluation.
   *
   * @param champion the evaluation to beat, on the same rows by the same evaluator
   * @return say {@code on(metric)} and {@code by(margin)}
   */
  public Comparison<EvaluationAssert> beats(EvaluationReport champion) {
    isNotNull();
    return new Comparison<>(this, policy -> policy.judge(actual, champion));
  }

  /**
   * Asserts that a policy would accept this evaluation with nobody to beat.
   *
   * @param policy what it must show
   * @return this
   * @throws AssertionError with the decision table, if it fails or is inconclusive
   */
  public EvaluationAssert passes(GatePolicy policy) {
    isNotNull();
    DecisionAssert.requirePass(policy.judge(actual), "to pass policy " + policy.name());
    return this;
  }
}
