package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.pipeline.Codec;
import io.mlops4j.pipeline.Step;
import io.mlops4j.pipeline.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The steps between data and training: a suite is asked, then everything else is. */
final class LoopValidating<I, O> {
  // A refusal holds 2,000 characters; the run's page has everything.
  private static final int LISTED = 20;

  private final LoopSettings<I, O> loop;
  private final BiFunction<DataFacts, StepContext, LoopData<I>> data;

  LoopValidating(LoopSettings<I, O> loop, BiFunction<DataFacts, StepContext, LoopData<I>> data) {
    this.loop = loop;
    this.data = data;
  }

  /** The step that asks the suite and keeps what came of it, if there is a suite. */
  Optional<Step<ValidationResult>> asked(Step<DataFacts> facts) {
    return loop.suite()
        .map(
            suite ->
                Step.named("validate.result")
                    .readsInterval()
                    .everyRun()
                    .map(facts, Codec.validation(), (known, step) -> ask(suite, known, step)));
  }

  private ValidationResult ask(LoopSuite<I> suite, DataFacts facts, StepContext step) {
    ValidationResult result =
        suite.ask(loop.model(), data.apply(facts, step), step.interval().to());
    step.note(
        facts.name() + ": " + result.results().size() + " expectations of the suite were asked.");
    return result;
  }

  /** The step that refuses, if there is anything to ask. */
  Step<DataFacts> passed(Step<DataFacts> facts, Optional<Step<ValidationResult>> asked) {
    if (asked.isPresent()) {
      return Step.named("validate")
          .readsInterval()
          .check(facts, asked.get(), (known, result, step) -> outcome(result, known, step));
    }
    return loop.expectations().isEmpty()
        ? facts
        : Step.named("validate").readsInterval().check(facts, this::expectations);
  }

  private Check.Outcome outcome(ValidationResult result, DataFacts facts, StepContext step) {
    Check.Outcome said = result.evaluate(LISTED);
    if (!(said instanceof Check.Pass) || loop.expectations().isEmpty()) {
      return said;
    }
    Check.Outcome rest = expectations(facts, step);
    return rest instanceof Check.Pass
        ? new Check.Pass(said.sentence() + " " + rest.sentence())
        : rest;
  }

  private Check.Outcome expectations(DataFacts facts, StepContext step) {
    LoopData<I> rows = data.apply(facts, step);
    List<String> passed = new ArrayList<>();
    for (Map.Entry<String, LoopExpectation<I>> expected : loop.expectations().entrySet()) {
      Check.Outcome outcome = expected.getValue().look(rows);
      String sentence = expected.getKey() + ": " + outcome.sentence();
      if (outcome instanceof Check.Fail) {
        return new Check.Fail(sentence);
      }
      if (outcome instanceof Check.NoData) {
        return new Check.NoData(sentence);
      }
      passed.add(sentence);
    }
    return new Check.Pass(String.join(" ", passed));
  }
}
