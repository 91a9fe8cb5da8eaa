package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model and what is made of all its answers to a batch; closes what it is made of, each once. */
final class Steps<I, M, O> implements Model<I, O> {

  /** From the answers to a batch to others, one each. */
  interface Step<M, O> {
    List<O> apply(List<M> answers);
  }

  private final Model<I, M> first;
  private final Step<M, O> then;
  private final List<? extends AutoCloseable> parts;

  Steps(Model<I, M> first, Step<M, O> then, List<? extends AutoCloseable> parts) {
    this.first = first;
    this.then = then;
    this.parts = List.copyOf(parts);
  }

  @Override
  public List<O> predict(List<I> inputs) {
    return then.apply(first.predict(inputs));
  }

  @Override
  public Optional<Schema<I>> schema() {
    return first.schema();
  }

  @Override
  public void close() {
    closeAll(parts);
  }

  List<? extends AutoCloseable> parts() {
    return parts;
  }

  /** Closes all of them, whatever one of them throws; the first exception is thrown at the end. */
  static void closeAll(List<? extends AutoCloseable> parts) {
    Set<AutoCloseable> closed = Collections.newSetFromMap(new IdentityHashMap<>());
    RuntimeException first = null;
    for (AutoCloseable part : parts) {
      if (closed.add(part)) {
        first = close(part, first);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static @Nullable RuntimeException close(
      AutoCloseable part, @Nullable RuntimeException first) {
    try {
      part.close();
      return first;
    } catch (Throwable e) {
      RuntimeException failure =
          e instanceof RuntimeException known ? known : new IllegalStateException(e);
      if (first == null) {
        return failure;
      }
      first.addSuppressed(failure);
      return first;
    }
  }
}
