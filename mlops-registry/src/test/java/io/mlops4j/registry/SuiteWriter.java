package io.mlops4j.registry;

import static io.mlops4j.data.expect.Expectation.feature;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.evaluation.CheckEvidence;
import java.nio.file.Path;
import java.util.List;

/**
 * A child process that validates the training data of version 1 again and again, by the older or
 * the newer suite, and records what came out. Arguments: directory, {@code old} or {@code new}, how
 * often.
 */
final class SuiteWriter {
  record Row(double amount, double age) {}

  static final Schema<Row> SCHEMA = Schema.of(Row.class);
  static final Dataset<Row> TRAINING =
      Dataset.of(SCHEMA, List.of(new Row(1, 30), new Row(2, 200), new Row(3, 40)));

  private SuiteWriter() {}

  /** The newer suite asks one thing more, which the training data does not have. */
  static Expectations<Row> suite(String which) {
    return which.equals("old")
        ? Expectations.of(SCHEMA, feature("amount").isAtMost(9))
        : Expectations.of(SCHEMA, feature("amount").isAtMost(9), feature("age").isAtMost(120));
  }

  static CheckEvidence evidence(String which) {
    return suite(which).validate(TRAINING).evidence(CrashWriter.MODEL + ":1");
  }

  public static void main(String[] arguments) {
    try (ModelRegistry registry =
        ModelRegistry.open(
            Path.of(arguments[0]), RegistryOptions.withDefaults().withActor(arguments[1]))) {
      RegisteredModel<String, String> model = registry.model(CrashWriter.MODEL, Models.LOADER);
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        model.recordCheck(1, evidence(arguments[1]));
      }
    }
  }
}
