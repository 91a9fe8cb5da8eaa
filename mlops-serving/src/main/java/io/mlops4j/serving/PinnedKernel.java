package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A session from one float tensor to one float tensor. The fastest way through ONNX Runtime. */
final class PinnedKernel<I> implements OnnxKernel<I> {
  static final int MOST_ROWS = 128;

  /** Wide rows make smaller batches: no slot's buffer passes this, unless one row does. */
  static final int MOST_FLOATS = 1 << 20;

  private final OnnxSession session;
  private final FloatInput input;
  private final PinnedSlot.OutputShape shape;
  private final RowEncoder<I> encoder;
  private final List<String> labels;
  private final int capacity;

  PinnedKernel(
      OnnxGraph graph,
      OnnxSession session,
      FloatInput input,
      String output,
      RowEncoder<I> encoder,
      OutputKind<?> kind) {
    this.session = session;
    this.input = input;
    this.encoder = encoder;
    this.labels = graph.labels();
    this.capacity = capacity(input.oneRow(), input.width());
    this.shape = probe(graph, output, kind, Math.min(2, capacity));
  }

  /** Returns how many rows of so many numbers a slot holds. */
  static int capacity(boolean oneRow, int width) {
    return oneRow ? 1 : Math.max(1, Math.min(MOST_ROWS, MOST_FLOATS / Math.max(1, width)));
  }

  /** Runs rows of zeros once to learn what the output really is. */
  private PinnedSlot.OutputShape probe(OnnxGraph graph, String output, OutputKind<?> kind, int n) {
    FloatBuffer zeros = PinnedSlot.direct(n * input.width());
    long[][] found = new long[1][];
    try (OnnxTensor rows = PinnedSlot.tensor(zeros, new long[] {n, input.width()})) {
      session.run(
          Map.of(input.name(), rows),
          Set.of(output),
          null,
          (name, value) -> found[0] = ((TensorInfo) value.getInfo()).getShape());
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '"
              + graph.who()
              + "' cannot run "
              + n
              + " rows of zeros: "
              + OnnxSession.because(e),
          e);
    }
    long[] shape = found[0];
    boolean flat = shape.length == 1;
    long width = flat ? 1 : shape[shape.length - 1];
    if (shape.length > 2
        || shape.length == 0
        || shape[0] != n
        || width > MOST_FLOATS
        || !kind.columns().test((int) width)) {
      throw unexpected(graph, output, kind, n, Arrays.toString(shape));
    }
    return new PinnedSlot.OutputShape(output, (int) width, flat);
  }

  static ModelLoadException unexpected(
      OnnxGraph graph, String output, OutputKind<?> kind, int rows, String shape) {
    return new ModelLoadException(
        "Model '"
            + graph.who()
            + "' answers "
            + rows
            + " rows with a tensor of shape "
            + shape
            + " in output '"
            + output
            + "'. Expected "
            + kind.wanted()
            + ".");
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public OnnxSlot<I> newSlot() {
    return new PinnedSlot<>(session, input, shape, encoder, labels, capacity);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.of(encoder.schema());
  }

  @Override
  public void close() {
    session.close();
  }
}
