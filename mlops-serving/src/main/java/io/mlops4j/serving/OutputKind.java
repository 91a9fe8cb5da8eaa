package io.mlops4j.serving;

import io.mlops4j.core.ClassProbabilities;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What an output must look like and how one row of it becomes an answer.
 *
 * @param wanted for messages
 * @param columns which widths fit; a flat output {@code [n]} counts as one column
 * @param maps whether a map from class to number is read too
 * @param reader from numbers to an answer
 * @param <O> the answer
 */
record OutputKind<O>(String wanted, IntPredicate columns, boolean maps, Reader<O> reader) {

  /** Rounding may carry a probability this far beyond 0 or 1; a raw score is soon further away. */
  private static final double SLACK = 1e-3;

  static final OutputKind<Double> PROBABILITY =
      new OutputKind<>(
          "probability of the positive class: a float output [n, 2], [n, 1] or [n], or a map of"
              + " two classes",
          columns -> columns == 1 || columns == 2,
          true,
          (slot, place) -> {
            double p = slot.number(place, slot.columns() - 1);
            return isProbability(p) ? Double.valueOf(clip(p)) : null;
          });

  static final OutputKind<ClassProbabilities> PROBABILITIES =
      new OutputKind<>(
          "one probability per class: a float output [n, c] with c >= 2, or a map of classes",
          columns -> columns >= 2,
          true,
          OutputKind::distribution);

  static final OutputKind<Double> REGRESSION =
      new OutputKind<>(
          "one number a row: a float output [n, 1] or [n]",
          columns -> columns == 1,
          false,
          (slot, place) -> {
            double y = slot.number(place, 0);
            return Double.isNaN(y) ? null : Double.valueOf(y);
          });

  static final OutputKind<float[]> EMBEDDING =
      new OutputKind<>(
          "a vector: a float output [n, length, d] or [n, d]",
          columns -> columns >= 1,
          false,
          (slot, place) -> {
            float[] vector = new float[slot.columns()];
            for (int i = 0; i < vector.length; i++) {
              vector[i] = (float) slot.number(place, i);
              if (Float.isNaN(vector[i])) {
                return null;
              }
            }
            return vector;
          });

  /** All outputs there are: not read as one matrix of numbers. */
  static final OutputKind<OnnxOutputs> ALL =
      new OutputKind<>("outputs", columns -> true, true, OnnxSlot::outputs);

  /** Whether every output is read, not one. */
  boolean isAll() {
    return equals(ALL);
  }

  private static @Nullable ClassProbabilities distribution(OnnxSlot<?> slot, int place) {
    double[] values = new double[slot.columns()];
    for (int i = 0; i < values.length; i++) {
      double p = slot.number(place, i);
      if (!isProbability(p)) {
        return null;
      }
      values[i] = clip(p);
    }
    return ClassProbabilities.named(slot.labels(), values);
  }

  /** False for NaN. */
  private static boolean isProbability(double p) {
    return p >= -SLACK && p <= 1 + SLACK;
  }

  private static double clip(double p) {
    return Math.min(1, Math.max(0, p));
  }

  /**
   * From numbers to an answer.
   *
   * @param <O> the answer
   */
  @FunctionalInterface
  interface Reader<O> {

    /** Returns the answer, or null if the numbers are none (NaN, or no probability). */
    @Nullable O read(OnnxSlot<?> slot, int place);
  }
}
