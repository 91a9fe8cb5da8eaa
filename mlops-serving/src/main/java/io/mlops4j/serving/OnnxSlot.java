package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import java.util.List;
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

  /** Runs the first {@code n} rows. */
  abstract void run(int n) throws OrtException;

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

  /** Returns the values of the row encoded last, or null if they were not kept. */
  @Nullable RowBuffer<I> row() {
    return null;
  }

  /** Frees what is native. */
  void close() {}
}
