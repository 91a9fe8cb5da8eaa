package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One float tensor in, one float tensor out: direct buffers, and tensors over their first {@code n}
 * rows that are made once per {@code n} and reused, input and pinned output alike.
 *
 * @param <I> one input row
 */
final class PinnedSlot<I> extends OnnxSlot<I> {
  private final OnnxSession session;
  private final FloatInput input;
  private final OutputShape shape;
  private final RowEncoder<I> encoder;
  private final List<String> labels;
  private final FloatBuffer in;
  private final FloatBuffer out;
  private final RowBuffer<I> row;
  private final @Nullable PlainNumbers<I> plain;
  private final @Nullable Tensors[] tensors;

  PinnedSlot(
      OnnxSession session,
      FloatInput input,
      OutputShape shape,
      RowEncoder<I> encoder,
      List<String> labels,
      int capacity) {
    this.session = session;
    this.input = input;
    this.shape = shape;
    this.encoder = encoder;
    this.labels = labels;
    this.in = direct(capacity * input.width());
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

  @Override
  void encode(int place, I input) {
    int at = place * this.input.width();
    if (plain != null) {
      plain.encode(input, in, at);
    } else {
      row.set(input);
      encoder.encode(row, in, at);
    }
  }

  @Override
  void encode(int place, RowBuffer<I> values) {
    encoder.encode(values, in, place * input.width());
  }

  @Override
  RowBuffer<I> encodeAndKeep(int place, I input) {
    row.set(input);
    encode(place, row);
    return row;
  }

  @Override
  boolean fill(int place, RandomGenerator numbers) {
    for (int i = 0; i < input.width(); i++) {
      in.put(place * input.width() + i, (float) numbers.nextGaussian());
    }
    return true;
  }

  @Override
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

  @Override
  int columns() {
    return shape.columns();
  }

  @Override
  double number(int place, int column) {
    return out.get(place * shape.columns() + column);
  }

  @Override
  List<String> labels() {
    return labels;
  }

  private Tensors newTensors(int n) throws OrtException {
    OnnxTensor from = tensor(in, new long[] {n, input.width()});
    try {
      OnnxTensor to = tensor(out, shape.of(n));
      return new Tensors(Map.of(input.name(), from), Map.of(shape.name(), to));
    } catch (OrtException e) {
      from.close();
      throw e;
    }
  }

  static OnnxTensor tensor(FloatBuffer buffer, long[] shape) throws OrtException {
    long floats = 1;
    for (long dimension : shape) {
      floats *= dimension;
    }
    return OnnxTensor.createTensor(
        OnnxEnvironment.get(), buffer.duplicate().position(0).limit((int) floats), shape);
  }

  /** Frees the tensors. The buffers are the garbage collector's. */
  @Override
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
   * @param name its name in the graph
   * @param columns floats per row
   * @param flat whether it is {@code [n]} instead of {@code [n, columns]}
   */
  record OutputShape(String name, int columns, boolean flat) {
    long[] of(int n) {
      return flat ? new long[] {n} : new long[] {n, columns};
    }
  }
}
