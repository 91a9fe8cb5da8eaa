package io.mlops4j.examples.frompython;

import io.mlops4j.core.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A loan application as the data frame in {@code python/examples/german_credit.py} has it: same
 * names, same order. Any category may be missing, a missing number is NaN.
 */
public record Applicant(
    @Nullable String checkingAccount,
    @Nullable String creditHistory,
    @Nullable String purpose,
    @Nullable String savings,
    @Nullable String employment,
    @Nullable String personal,
    @Nullable String guarantors,
    @Nullable String property,
    @Nullable String otherPlans,
    @Nullable String housing,
    @Nullable String job,
    double duration,
    double amount,
    double installmentRate,
    double residence,
    double age,
    double existingCredits,
    double dependants) {

  /** The features the export marks as sensitive are marked here, too. */
  static final Schema<Applicant> SCHEMA =
      Schema.of(Applicant.class).withSensitive("age", "personal");

  /** The truth about one: 1 is a bad credit. */
  record Truth(int bad) {}

  /** What the model answers in Python. */
  record Answer(double probability) {}
}
