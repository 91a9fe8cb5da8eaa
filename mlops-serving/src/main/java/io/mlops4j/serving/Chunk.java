package io.mlops4j.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows that are answered together, each with an answer or a failure of its own afterwards.
 * Used by one thread.
 */
final class Chunk<I, O> {
  private final List<I> inputs;
  private final @Nullable Object[] outputs;
  private final @Nullable RuntimeException[] failures;

  Chunk(List<I> inputs) {
    this.inputs = inputs;
    this.outputs = new @Nullable Object[inputs.size()];
    this.failures = new @Nullable RuntimeException[inputs.size()];
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

  @SuppressWarnings("unchecked")
  @Nullable O output(int i) {
    return (O) outputs[i];
  }

  @Nullable RuntimeException failure(int i) {
    return failures[i];
  }

  void answer(int i, O output) {
    outputs[i] = output;
    failures[i] = null;
  }

  void fail(int i, RuntimeException failure) {
    failures[i] = failure;
  }

  void failAll(RuntimeException failure) {
    for (int i = 0; i < failures.length; i++) {
      failures[i] = failure;
    }
  }
}
