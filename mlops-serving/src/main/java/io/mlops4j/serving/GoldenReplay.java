package io.mlops4j.serving;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Asks a model rows whose answers are known, and refuses it if it gives another one. */
final class GoldenReplay {
  private GoldenReplay() {}

  /** Returns if every row is answered within the tolerance. */
  static <I, O> void require(
      String who, Model<I, O> model, GoldenRows golden, @Nullable Schema<I> rows) {
    if (rows == null) {
      throw new ModelLoadException(
          who
              + " has golden rows, and neither it nor the predictor has a schema to read them with."
              + " Build the predictor with schema(…).");
    }
    require(
        who,
        model,
        golden.tolerance(),
        golden.rows().size(),
        i -> rows.row(golden.rows().get(i).input()),
        i -> golden.rows().get(i).expected());
  }

  /** Returns if each of {@code count} rows is answered within the tolerance. */
  static <I, O> void require(
      String who,
      Model<I, O> model,
      double tolerance,
      int count,
      IntFunction<I> rows,
      IntToDoubleFunction expected) {
    for (int i = 0; i < count; i++) {
      Aside.rest();
      String which = who + ", golden row " + i + " of " + count;
      List<O> answers;
      try {
        answers = model.predict(List.of(rows.apply(i)));
      } catch (RuntimeException e) {
        throw new ModelLoadException(
            which + ", was not answered: " + PredictionFailedException.because(e), e);
      }
      double actual = number(which, answers.size() == 1 ? answers.get(0) : null);
      if (!(Math.abs(actual - expected.applyAsDouble(i)) <= tolerance)) {
        throw new ModelLoadException(
            which
                + ", is not reproduced: expected "
                + expected.applyAsDouble(i)
                + ", answered "
                + actual
                + " (tolerance "
                + tolerance
                + "). Check the order of its columns and the encoding stored with it.");
      }
    }
  }

  private static double number(String which, @Nullable Object answer) {
    if (answer instanceof Number number) {
      return number.doubleValue();
    }
    throw new ModelLoadException(
        which
            + ", holds one number, but the model answers "
            + (answer == null ? "null" : answer.getClass().getSimpleName())
            + ". Store the version without golden rows.");
  }
}
