package io.mlops4j.junit;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a model's answers.
 *
 * @param <I> one input row
 * @param <O> one answer, a {@link Number}
 */
public final class ModelAssert<I, O> extends AbstractAssert<ModelAssert<I, O>, Model<I, O>> {
  private static final int MOST_SHOWN = 10;
  private static final String UPDATE =
      "If the model was trained anew on purpose, write the golden rows anew with it (the training"
          + " script, or GoldenRows.toJson); if not, the code between the raw values and the model"
          + " has changed what it sees.";

  ModelAssert(@Nullable Model<I, O> actual) {
    super(actual, ModelAssert.class);
  }

  /**
   * Asserts that the model gives the answers of the place where it was trained. Rows are made by
   * the model's own schema.
   *
   * @param golden rows and answers
   * @return this
   * @throws AssertionError naming each row that differs (the first ten), its features, both numbers
   *     and the tolerance; values of sensitive features are not shown
   */
  public ModelAssert<I, O> reproduces(GoldenRows golden) {
    isNotNull();
    Schema<I> schema =
        actual
            .schema()
            .orElseThrow(
                () ->
                    new AssertionError(
                        "The model does not say what its rows are. Give reproduces(goldenRows,"
                            + " preprocessing) the code that makes rows."));
    return reproduces(golden, schema, schema::row);
  }

  /**
   * Asserts that the model gives the answers of the place where it was trained, when the team's own
   * code makes its rows: the golden rows hold the raw values, as the training pipeline saw them.
   * This is where a difference between the training's preprocessing and the service's shows.
   *
   * @param golden raw values and answers
   * @param preprocessing from raw values to the model's row
   * @return this
   * @throws AssertionError as {@link #reproduces(GoldenRows)}; only values of features are shown
   *     that the model's schema has and does not mark sensitive
   */
  public ModelAssert<I, O> reproduces(
      GoldenRows golden, Function<Map<String, @Nullable Object>, ? extends I> preprocessing) {
    isNotNull();
    return reproduces(golden, actual.schema().orElse(null), preprocessing);
  }

  private ModelAssert<I, O> reproduces(
      GoldenRows golden,
      @Nullable Schema<I> schema,
      Function<Map<String, @Nullable Object>, ? extends I> preprocessing) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < golden.rows().size(); i++) {
      GoldenRows.Row row = golden.rows().get(i);
      String answered = answered(row, preprocessing, golden.tolerance());
      if (!answered.isEmpty()) {
        differences.add(
            "row " + i + " " + shown(row, schema) + ": expected " + row.expected() + answered);
      }
    }
    if (!differences.isEmpty()) {
      throw new AssertionError(
          differences.size()
              + " of "
              + golden.rows().size()
              + " golden rows are not reproduced within "
              + golden.tolerance()
              + ":\n  "
              + String.join(
                  "\n  ", differences.subList(0, Math.min(MOST_SHOWN, differences.size())))
              + (differences.size() > MOST_SHOWN ? "\n  …" : "")
              + "\n"
              + UPDATE);
    }
    return this;
  }

  /** Empty if the answer is the expected one. */
  private String answered(
      GoldenRows.Row row,
      Function<Map<String, @Nullable Object>, ? extends I> preprocessing,
      double tolerance) {
    List<O> answers;
    try {
      answers = actual.predict(List.of(preprocessing.apply(row.input())));
    } catch (RuntimeException e) {
      // Only our own messages are repeated: they never hold values of rows, others may.
      return ", failed with "
          + (e instanceof MlopsException ? e.getMessage() : e.getClass().getName());
    }
    if (answers.size() != 1) {
      return ", gave " + answers.size() + " answers to one row";
    }
    if (!(answers.get(0) instanceof Number number)) {
      return ", answered something that is not a number";
    }
    double difference = Math.abs(number.doubleValue() - row.expected());
    return difference <= tolerance ? "" : ", answered " + number + " (" + difference + " off)";
  }

  private static String shown(GoldenRows.Row row, @Nullable Schema<?> schema) {
    List<String> parts = new ArrayList<>();
    row.input()
        .forEach(
            (feature, value) -> {
              boolean open =
                  schema != null && schema.has(feature) && !schema.feature(feature).sensitive();
              String text = value == null ? "(missing)" : Text.printable(value.toString(), 64);
              parts.add(Text.printable(feature, 64) + "=" + (open ? text : "(not shown)"));
            });
    return parts.toString();
  }
}
