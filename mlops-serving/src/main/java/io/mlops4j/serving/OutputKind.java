package io.mlops4j.serving;

import java.nio.FloatBuffer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What an output tensor must look like and how one row of it becomes an answer.
 *
 * @param wanted for messages
 * @param columns which widths fit; a flat output {@code [n]} counts as one column
 * @param reader from floats to an answer
 * @param <O> the answer
 */
record OutputKind<O>(String wanted, IntPredicate columns, Reader<O> reader) {

  /** Rounding may carry a probability this far beyond 0 or 1; a raw score is soon further away. */
  private static final float SLACK = 1e-3f;

  static final OutputKind<Double> PROBABILITY =
      new OutputKind<>(
          "probability of the positive class: a float output [n, 2], [n, 1] or [n]",
          columns -> columns == 1 || columns == 2,
          (out, at, columns) -> {
            float p = out.get(at + columns - 1);
            return isProbability(p) ? Double.valueOf(clip(p)) : null;
          });

  static final OutputKind<ClassProbabilities> PROBABILITIES =
      new OutputKind<>(
          "one probability per class: a float output [n, c] with c >= 2",
          columns -> columns >= 2,
          OutputKind::distribution);

  static final OutputKind<Double> REGRESSION =
      new OutputKind<>(
          "one number a row: a float output [n, 1] or [n]",
          columns -> columns == 1,
          (out, at, columns) -> {
            float y = out.get(at);
            return Float.isNaN(y) ? null : Double.valueOf(y);
          });

  private static @Nullable ClassProbabilities distribution(FloatBuffer out, int at, int columns) {
    double[] values = new double[columns];
    for (int i = 0; i < columns; i++) {
      float p = out.get(at + i);
      if (!isProbability(p)) {
        return null;
      }
      values[i] = clip(p);
    }
    return new ClassProbabilities(values);
  }

  /** False for NaN. */
  private static boolean isProbability(float p) {
    return p >= -SLACK && p <= 1 + SLACK;
  }

  private static double clip(float p) {
    return Math.min(1, Math.max(0, p));
  }

  /**
   * From floats to an answer.
   *
   * @param <O> the answer
   */
  @FunctionalInterface
  interface Reader<O> {

    /** Returns the answer, or null if the floats are none (NaN, or no probability). */
    @Nullable O read(FloatBuffer out, int at, int columns);
  }
}
