package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one run at a time works in: places for rows, and for what came out of the last run. Used by
 * one thread at a time.
 *
 * @param <I> one input row
 */
abstract class OnnxSlot<I> {

  /** Writes a row into its place of the input. */
  abstract void encode(int place, I input);

  /** Writes a row that has been read already, of this slot's own schema. */
  void encode(int place, RowBuffer<I> values) {
    throw new IllegalStateException("Rows of this slot have no schema.");
  }

  /** Writes a row and returns its values, read once; null if rows have no schema. */
  @Nullable RowBuffer<I> encodeAndKeep(int place, I input) {
    encode(place, input);
    return null;
  }

  /** Writes numbers without meaning in place of a row; false if the inputs are not just numbers. */
  boolean fill(int place, RandomGenerator numbers) {
    return false;
  }

  /** Runs the first {@code n} rows, unless or until it is stopped. */
  abstract void run(int n, @Nullable NativeStop stop) throws OrtException;

  /** Runs the first {@code n} rows. */
  final void run(int n) throws OrtException {
    run(n, null);
  }

  /** How many numbers the output that is read has for a row of the last run. */
  abstract int columns();

  /** One number of the output that is read, after a run. */
  abstract double number(int place, int column);

  /** The classes the columns stand for; none if the output does not name them. */
  List<String> labels() {
    return List.of();
  }

  /** Every output's part of a row, after a run. */
  OnnxOutputs outputs(int place) {
    throw new IllegalStateException("This slot reads one output.");
  }

  /** Frees what is native. */
  void close() {}
}
