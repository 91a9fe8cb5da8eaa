package io.mlops4j.core;

import java.util.List;
import java.util.Optional;

/**
 * Something that answers: one method, batch first. A lambda is a model.
 *
 * <p>Implementations must be safe for concurrent calls and must not keep or change the input list.
 * Whoever creates a model closes it, after the last call has returned; a {@code Predictor} does
 * both for the models it loads.
 *
 * @param <I> what goes in, one row
 * @param <O> what comes out, one answer
 */
@FunctionalInterface
public interface Model<I, O> extends AutoCloseable {

  /**
   * Returns one answer per input, in the order of the inputs.
   *
   * @param inputs the rows, shape {@code [n]}, {@code n >= 0}, no null
   * @return the answers, shape {@code [n]}
   * @throws MlopsException if the model cannot answer; the message names the model
   */
  List<O> predict(List<I> inputs);

  /**
   * Returns the description of the input rows, where the model knows it. Monitors and logs need it
   * to see features instead of objects.
   *
   * @return the schema, or empty for a model that is just a function
   */
  default Optional<Schema<I>> schema() {
    return Optional.empty();
  }

  /** Frees what the model holds. Idempotent. Never called while a call is running. */
  @Override
  default void close() {}
}
