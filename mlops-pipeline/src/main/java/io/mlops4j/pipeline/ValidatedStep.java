package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.data.expect.ValidationResult;

/**
 * A look at data as two steps: one asks a suite of expectations and keeps what came of it, whatever
 * that is; the other lets the data pass or refuses them.
 *
 * <pre>{@code
 * ValidatedStep<DatasetSnapshot> valid =
 *     Step.named("validate").validate(loaded, (rows, step) -> expected.validate(flights(rows)));
 * }</pre>
 *
 * @param rows what was looked at, for the steps that use it
 * @param result what came of it, for {@link RegistrySteps#validated}
 * @param <A> what is looked at
 */
public record ValidatedStep<A>(Step<A> rows, Step<ValidationResult> result) {
  // A refusal holds 2,000 characters; the run's page has everything.
  private static final int LISTED = 20;

  /** Checks for null. */
  public ValidatedStep {
    requireNonNull(rows, "rows");
    requireNonNull(result, "result");
  }

  static <A> ValidatedStep<A> of(String name, Step<A> input, Step<ValidationResult> result) {
    Step<A> rows =
        Step.named(name).check(input, result, (data, said, step) -> said.evaluate(LISTED));
    return new ValidatedStep<>(rows, result);
  }

  static ValidationResult noted(ValidationResult result, StepContext step) {
    step.note(
        result.data()
            + ": "
            + result.results().size()
            + " expectations of "
            + result.rows()
            + " rows were asked.");
    return result;
  }
}
