package io.mlops4j.registry;

import io.mlops4j.evaluation.Churn;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.registry.GateResult.Verdict;

/** No more decisions may change than a share. */
record ChurnGate(double share) implements PairedGate {
  ChurnGate {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0..1)");
    }
  }

  @Override
  public String subject() {
    return "churn";
  }

  @Override
  public String requirement() {
    return "churn " + ValueGate.Comparison.AT_MOST.shown(share);
  }

  @Override
  public GateResult judge(PairedComparison comparison, Bench.Found found) {
    if (comparison.churn().isEmpty()) {
      return found.inconclusive("No decisions were compared with " + comparison.champion() + ".");
    }
    Churn churn = comparison.churn().get();
    boolean holds = ValueGate.Comparison.AT_MOST.holds(churn.rate(), share);
    String observed = ValueGate.Comparison.AT_MOST.observed(churn.rate(), share);
    return found.says(
        holds ? Verdict.PASS : Verdict.FAIL,
        churn.rate(),
        observed,
        found.about()
            + " changes "
            + (churn.toPositive() + churn.toNegative())
            + " of "
            + churn.rows()
            + " decisions of "
            + comparison.champion()
            + ", a share of "
            + observed
            + (holds ? "; allowed is " : ", not ")
            + ValueGate.Comparison.AT_MOST.shown(share)
            + ".");
  }
}
