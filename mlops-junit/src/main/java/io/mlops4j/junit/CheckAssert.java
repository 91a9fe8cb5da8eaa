package io.mlops4j.junit;

import io.mlops4j.core.Check;
import io.mlops4j.core.Check.Outcome;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about what a check says now. They fail with its sentence. */
public final class CheckAssert extends AbstractAssert<CheckAssert, Check> {

  CheckAssert(@Nullable Check actual) {
    super(actual, CheckAssert.class);
  }

  /**
   * Asserts that the evidence says yes.
   *
   * @return this
   * @throws AssertionError with what the check says
   */
  public CheckAssert passes() {
    return says(Check.Pass.class);
  }

  /**
   * Asserts that the evidence says no.
   *
   * @return this
   * @throws AssertionError with what the check says
   */
  public CheckAssert fails() {
    return says(Check.Fail.class);
  }

  /**
   * Asserts that there is not enough evidence to say.
   *
   * @return this
   * @throws AssertionError with what the check says
   */
  public CheckAssert hasNoData() {
    return says(Check.NoData.class);
  }

  /**
   * Asserts that the check's sentence contains a text, such as a feature's name.
   *
   * @param part what it must contain
   * @return this
   * @throws AssertionError with what the check says
   */
  public CheckAssert saying(String part) {
    isNotNull();
    Outcome outcome = actual.evaluate();
    if (!outcome.sentence().contains(part)) {
      throw failure("a sentence with \"" + part + "\"", outcome);
    }
    return this;
  }

  private CheckAssert says(Class<? extends Outcome> wanted) {
    isNotNull();
    Outcome outcome = actual.evaluate();
    if (!wanted.isInstance(outcome)) {
      throw failure(wanted.getSimpleName(), outcome);
    }
    return this;
  }

  private AssertionError failure(String wanted, Outcome outcome) {
    return new AssertionError(
        "Expected "
            + wanted
            + " of "
            + actual.name()
            + ", but it says "
            + outcome.getClass().getSimpleName()
            + ": "
            + outcome.sentence());
  }
}
