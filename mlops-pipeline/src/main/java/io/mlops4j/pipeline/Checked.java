package io.mlops4j.pipeline;

import io.mlops4j.core.Check;

/** What a check's answer means for a run. */
final class Checked {
  private Checked() {}

  static <A> A pass(A value, Check.Outcome outcome, StepContext step) {
    if (outcome instanceof Check.Pass) {
      step.note(outcome.sentence());
      return value;
    }
    String why = outcome instanceof Check.NoData ? "No data: " : "";
    throw new StepRefusedException(why + outcome.sentence());
  }
}
