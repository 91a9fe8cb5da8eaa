package io.mlops4j.serving;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelRelease;

/** A trial run as evidence: one child JVM on each evaluation. */
record TrialCheck<I, O>(TrialRun<I, O> trial, ModelRelease<I, O> release) implements Check {

  @Override
  public String name() {
    return TrialRun.CHECK;
  }

  @Override
  public Outcome evaluate() {
    try {
      TrialRun.Passed passed = trial.run(release);
      return new Pass(
          passed.version()
              + " was opened and run in a JVM of its own, with "
              + passed.goldenRows()
              + " golden rows.");
    } catch (TrialFailedException e) {
      String sentence = String.valueOf(e.getMessage());
      return switch (e.reason()) {
        case REFUSED, DIED, OUT_OF_MEMORY, TIMED_OUT -> new Fail(sentence);
        // Nothing was tried, so nothing is known.
        case NOT_STARTED, NO_FILES, CANCELLED -> new NoData(sentence);
      };
    }
  }
}
