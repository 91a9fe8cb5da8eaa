package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Some rows that are answered together, each with an answer or a failure of its own afterwards.
 * Used by one thread.
 */
final class Chunk<I, O> {
  private final List<I> inputs;
  private final @Nullable Object[] outputs;
  private final @Nullable RuntimeException[] failures;
  private final boolean[] asked;

  /** Where the rows have been read into, row by row; null if they are read from the inputs. */
  private final @Nullable RowBuffer<I> @Nullable [] rows;

  /** Ends the run from outside; null if nobody will. */
  final @Nullable NativeStop stop;

  final Callers callers;

  /** Who waits for the rows. */
  interface Callers {
    /** Those of rows that nobody can give up. */
    Callers PATIENT =
        new Callers() {
          @Override
          public boolean want(int i) {
            return true;
          }

          @Override
          public boolean areLate(int i) {
            return true;
          }
        };

    /** Returns whether somebody still waits: asked before a row is run again on its own. */
    boolean want(int i);

    /** Returns, of a row in a run that was stopped, whether its deadline was the reason. */
    boolean areLate(int i);
  }

  Chunk(List<I> inputs) {
    this(inputs, null, null, Callers.PATIENT);
  }

  Chunk(
      List<I> inputs,
      @Nullable RowBuffer<I> @Nullable [] rows,
      @Nullable NativeStop stop,
      Callers callers) {
    this.inputs = inputs;
    this.rows = rows;
    this.stop = stop;
    this.callers = callers;
    this.outputs = new @Nullable Object[inputs.size()];
    this.failures = new @Nullable RuntimeException[inputs.size()];
    this.asked = new boolean[inputs.size()];
  }

  int size() {
    return inputs.size();
  }

  List<I> inputs() {
    return inputs;
  }

  I input(int i) {
    return inputs.get(i);
  }

  /** Returns the values of a row as they were read, or null if they were not. */
  @Nullable RowBuffer<I> row(int i) {
    return rows == null ? null : rows[i];
  }

  @SuppressWarnings("unchecked")
  @Nullable O output(int i) {
    return (O) outputs[i];
  }

  @Nullable RuntimeException failure(int i) {
    return failures[i];
  }

  /** Returns the failure of a row that has no answer. */
  RuntimeException cause(int i) {
    return Objects.requireNonNull(failures[i], "failure");
  }

  /** Returns whether the model has seen the row, so that a failure is the model's. */
  boolean wasAsked(int i) {
    return asked[i];
  }

  boolean isStopped() {
    return stop != null && stop.isStopped();
  }

  void answer(int i, O output) {
    asked[i] = true;
    outputs[i] = output;
    failures[i] = null;
  }

  /** The model failed on the row. */
  void fail(int i, RuntimeException failure) {
    asked[i] = true;
    failures[i] = failure;
  }

  /** The row is not to be shown to the model. */
  void refuse(int i, RuntimeException failure) {
    failures[i] = failure;
  }

  void failAll(RuntimeException failure) {
    for (int i = 0; i < failures.length; i++) {
      if (outputs[i] == null && failures[i] == null) {
        fail(i, failure);
      }
    }
  }
}
