package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import io.mlops4j.core.Schema;
import java.util.List;
import java.util.Optional;

/** A session with several inputs, texts among them, or with outputs that cannot be pinned. */
final class ColumnKernel<I> implements OnnxKernel<I> {
  private final OnnxSession session;
  private final ColumnInputs<I> inputs;
  private final List<String> outputs;
  private final OutputKind<?> kind;
  private final List<String> labels;
  private final int capacity;
  private final boolean runsZeros;

  /**
   * Makes a kernel.
   *
   * @param outputs what is read; the first is read as {@code kind}
   */
  ColumnKernel(
      OnnxGraph graph,
      OnnxSession session,
      ColumnInputs<I> inputs,
      List<String> outputs,
      OutputKind<?> kind) {
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
    this.kind = kind;
    this.labels = graph.labels();
    this.capacity = PinnedKernel.capacity(inputs.oneRow(), inputs.width());
    this.runsZeros = probe(graph, Math.min(2, capacity));
  }

  /**
   * Runs rows of zeros and empty texts once to learn what the output really is. A model may refuse
   * them (an encoder that rejects what it has not seen): then the first row will tell.
   */
  private boolean probe(OnnxGraph graph, int n) {
    ColumnSlot<I> slot = new ColumnSlot<>(session, inputs, outputs, kind, labels, n);
    try {
      slot.run(n);
      return true;
    } catch (OrtException e) {
      return false;
    } catch (PredictionFailedException e) {
      throw new ModelLoadException("Model '" + graph.who() + "': " + e.getMessage(), e);
    } finally {
      slot.close();
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public OnnxSlot<I> newSlot() {
    return new ColumnSlot<>(session, inputs, outputs, kind, labels, capacity);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.of(inputs.schema());
  }

  @Override
  public boolean runsZeros() {
    return runsZeros;
  }

  @Override
  public void close() {
    session.close();
  }
}
