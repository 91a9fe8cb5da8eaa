package io.mlops4j.examples.creditrisk;

import io.mlops4j.core.Schema;

/** One loan application; {@code good} is known when the loan has ended. */
record Application(
    int id,
    double duration,
    double amount,
    double installmentRate,
    double age,
    String checking,
    String history,
    String purpose,
    String savings,
    String employment,
    String guarantors,
    String property,
    String otherPlans,
    String housing,
    String job,
    String sex,
    String status,
    double good) {

  /** Sex, age and status are sensitive: reports show the groups declared here, never a value. */
  static final Schema<Application> SCHEMA =
      Schema.of(Application.class)
          .withDomain("sex", "female", "male")
          .withSensitive("sex", "age", "status");
}
