package io.mlops4j.serving;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How rows become the inputs of a graph.
 *
 * @param <I> one input row
 */
interface OnnxInput<I> {

  /** Returns what rows are, or empty if they have no schema. */
  default Optional<Schema<I>> schemaOfRows() {
    return Optional.empty();
  }

  /**
   * Returns what runs such rows on an open session, which it closes.
   *
   * @throws ModelLoadException if rows and graph do not fit; lists both sides
   */
  OnnxKernel<I> kernel(
      OnnxGraph graph,
      OnnxSession session,
      OutputKind<?> kind,
      @Nullable String output,
      Stored stored);

  /**
   * Returns what runs such rows in Java, if the graph is provably a linear model or a tree
   * ensemble, else null.
   *
   * @throws ModelLoadException if rows and graph do not fit; lists both sides
   */
  default @Nullable OnnxKernel<I> inJava(
      ModelVersion who, byte[] bytes, OutputKind<?> kind, @Nullable String output, Stored stored) {
    return null;
  }

  /**
   * What travels with a version and says how its rows become inputs.
   *
   * @param encoding how a row becomes floats, if that is stored
   * @param signature the fingerprint of the schema it was trained on, if that is known
   */
  record Stored(Optional<InputEncoding> encoding, Optional<String> signature) {
    static final Stored NOTHING = new Stored(Optional.empty(), Optional.empty());
  }
}
