package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one run at a time works in: direct buffers, and tensors over their first {@code n} rows that
 * are made once per {@code n} and reused, input and pinned output alike. Used by one thread at a
 * time.
 *
 * @param <I> one input row
 */
final class OnnxSlot<I> {
  private final OnnxSession session;
  private final OnnxGraph graph;
  private final OutputShape shape;
  private final RowEncoder<I> encoder;
  private final FloatBuffer in;
  private final FloatBuffer out;
  private final RowBuffer<I> row;
  private final @Nullable PlainNumbers<I> plain;
  private final @Nullable Tensors[] tensors;

  OnnxSlot(
      OnnxSession session,
      OnnxGraph graph,
      OutputShape shape,
      RowEncoder<I> encoder,
      int capacity) {
    this.session = session;
    this.graph = graph;
    this.shape = shape;
    this.encoder = encoder;
    this.in = direct(capacity * graph.width());
    this.out = direct(capacity * shape.columns());
    this.tensors = new @Nullable Tensors[capacity + 1];
    this.row = encoder.schema().newBuffer();
    this.plain = PlainNumbers.of(encoder);
  }

  static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Returns the values of the row encoded last, or null if they were not kept. */
  @Nullable RowBuffer<I> row() {
    return plain == null ? row : null;
  }

  /** Writes a row into its place of the input. */
  void encode(int place, I input) {
    int at = place * graph.width();
    if (plain != null) {
      plain.encode(input, in, at);
    } else {
      row.set(input);
      encoder.encode(row, in, at);
    }
  }

  /** Writes a row and keeps its values, read once, for {@link #row}. */
  RowBuffer<I> encodeAndKeep(int place, I input) {
    row.set(input);
    encode(place, row);
    return row;
  }

  /** Writes a row that has been read already. */
  void encode(int place, RowBuffer<I> values) {
    encoder.encode(values, in, place * graph.width());
  }

  /** Writes numbers without meaning in place of a row. */
  void fill(int place, RandomGenerator numbers) {
    for (int i = 0; i < graph.width(); i++) {
      in.put(place * graph.width() + i, (float) numbers.nextGaussian());
    }
  }

  /** Runs the first rows. Where they are read afterwards: {@link #out()}. */
  void run(int n) throws OrtException {
    run(n, null);
  }

  /** Runs the first rows, unless or until it is stopped. */
  void run(int n, @Nullable NativeStop stop) throws OrtException {
    Tensors ready = tensors[n];
    if (ready == null) {
      ready = newTensors(n);
      tensors[n] = ready;
    }
    if (stop == null) {
      session.run(ready.inputs, ready.outputs);
    } else {
      session.run(ready.inputs, ready.outputs, stop);
    }
  }

  FloatBuffer out() {
    return out;
  }

  private Tensors newTensors(int n) throws OrtException {
    OnnxTensor input = tensor(in, new long[] {n, graph.width()});
    try {
      OnnxTensor output = tensor(out, shape.of(n));
      return new Tensors(Map.of(graph.input(), input), Map.of(graph.output(), output));
    } catch (OrtException e) {
      input.close();
      throw e;
    }
  }

  static OnnxTensor tensor(FloatBuffer buffer, long[] shape) throws OrtException {
    long floats = 1;
    for (long dimension : shape) {
      floats *= dimension;
    }
    return OnnxTensor.createTensor(
        OnnxSession.environment(), buffer.duplicate().position(0).limit((int) floats), shape);
  }

  /** Frees the tensors. The buffers are the garbage collector's. */
  void close() {
    for (int n = 0; n < tensors.length; n++) {
      Tensors made = tensors[n];
      if (made != null) {
        made.inputs.values().forEach(OnnxTensor::close);
        made.outputs.values().forEach(OnnxTensor::close);
        tensors[n] = null;
      }
    }
  }

  private record Tensors(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

  /**
   * What the output is for {@code n} rows.
   *
   * @param columns floats per row
   * @param flat whether it is {@code [n]} instead of {@code [n, columns]}
   */
  record OutputShape(int columns, boolean flat) {
    long[] of(int n) {
      return flat ? new long[] {n} : new long[] {n, columns};
    }
  }
}
