package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of tokens: kept as they come, then run in groups of those that are padded to the same
 * length. A place nothing was written to is a row of one padding token.
 *
 * @param <I> one input row
 */
final class TokenSlot<I> extends OnnxSlot<I> {
  /** A run's vectors, one per token, are at most so many floats, unless one row has more. */
  private static final int MOST_FLOATS = 1 << 22;

  private final OnnxSession session;
  private final TokenInput<I> tokens;
  private final @Nullable Pooling pooling;
  private final List<TokenKernel.TokenTensor> inputs;
  private final Set<String> output;
  private final long[][] rows;
  private final OutputValues read = new OutputValues();
  private double[] numbers = {};
  private int columns = 1;

  /** Reused by all inputs of all runs; grows to the largest group that came. */
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);

  TokenSlot(
      OnnxSession session,
      TokenInput<I> tokens,
      @Nullable Pooling pooling,
      List<TokenKernel.TokenTensor> inputs,
      String output,
      int capacity) {
    this.session = session;
    this.tokens = tokens;
    this.pooling = pooling;
    this.inputs = inputs;
    this.output = Set.of(output);
    this.rows = new long[capacity][];
    Arrays.fill(rows, new long[] {tokens.padding()});
  }

  @Override
  void encode(int place, I input) {
    rows[place] = tokens.tokens(input);
  }

  @Override
  void run(int n, @Nullable NativeStop stop) throws OrtException {
    boolean[] done = new boolean[n];
    int[] group = new int[n];
    int width = -1;
    for (int first = 0; first < n; first++) {
      if (done[first]) {
        continue;
      }
      int bucket = tokens.bucket(rows[first].length);
      int size = 0;
      int most = Math.max(1, MOST_FLOATS / (bucket * columns));
      for (int i = first; i < n && size < most; i++) {
        if (!done[i] && tokens.bucket(rows[i].length) == bucket) {
          group[size++] = i;
          done[i] = true;
        }
      }
      int found = run(group, size, bucket, n, stop);
      if (width != -1 && width != found) {
        throw new PredictionFailedException(
            "The model answered " + width + " and " + found + " numbers a row in one run.");
      }
      width = found;
    }
  }

  /** Runs the rows of one length and returns how many numbers each got. */
  private int run(int[] group, int size, int length, int n, @Nullable NativeStop stop)
      throws OrtException {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    int each = size * length * Long.BYTES;
    if (memory.capacity() < each * inputs.size()) {
      memory = ByteBuffer.allocateDirect(each * inputs.size()).order(ByteOrder.nativeOrder());
    }
    try {
      for (int i = 0; i < inputs.size(); i++) {
        ByteBuffer part = memory.slice(i * each, each).order(ByteOrder.nativeOrder());
        tensors.put(inputs.get(i).name(), tensor(inputs.get(i), part, group, size, length));
      }
      session.run(tensors, output, stop, (name, value) -> take(value, group, size, n));
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
    return columns;
  }

  private OnnxTensor tensor(
      TokenKernel.TokenTensor input, ByteBuffer part, int[] group, int size, int length)
      throws OrtException {
    LongBuffer longs = part.asLongBuffer();
    IntBuffer ints = part.asIntBuffer();
    for (int i = 0; i < size; i++) {
      long[] row = rows[group[i]];
      for (int at = 0; at < length; at++) {
        boolean real = at < row.length;
        long value =
            switch (input.name()) {
              case "input_ids" -> real ? row[at] : tokens.padding();
              case "attention_mask" -> real ? 1 : 0;
              case "position_ids" -> at;
              default -> 0;
            };
        if (input.wide()) {
          longs.put(i * length + at, value);
        } else {
          ints.put(i * length + at, narrow(value, input));
        }
      }
    }
    long[] shape = {size, length};
    return input.wide()
        ? OnnxTensor.createTensor(OnnxEnvironment.get(), longs.slice(0, size * length), shape)
        : OnnxTensor.createTensor(OnnxEnvironment.get(), ints.slice(0, size * length), shape);
  }

  private static int narrow(long token, TokenKernel.TokenTensor input) {
    if (token != (int) token) {
      throw new PredictionFailedException(
          "A token of the row does not fit the model's int32 input '"
              + input.name()
              + "'. Use the vocabulary the model was trained with.");
    }
    return (int) token;
  }

  private void take(OnnxValue value, int[] group, int size, int n) throws OrtException {
    if (pooling == null) {
      read.read(value, size);
      room(read.columns, n);
      for (int i = 0; i < size; i++) {
        System.arraycopy(read.numbers, i * columns, numbers, group[i] * columns, columns);
      }
      return;
    }
    OnnxTensor tensor = (OnnxTensor) value;
    long[] shape = tensor.getInfo().getShape();
    if (shape.length < 2 || shape.length > 3 || shape[0] != size) {
      throw new PredictionFailedException(
          "The model answered "
              + size
              + " rows with a tensor of shape "
              + Arrays.toString(shape)
              + " (expected: [n, length, d] or [n, d]).");
    }
    int vectors = shape.length == 3 ? (int) shape[1] : 1;
    room((int) shape[shape.length - 1], n);
    FloatBuffer all = tensor.getFloatBuffer();
    for (int i = 0; i < size; i++) {
      int used = Math.min(vectors, rows[group[i]].length);
      int at = i * vectors * columns;
      pooling.apply(all, at, vectors, used, columns, numbers, group[i] * columns);
    }
  }

  private void room(int width, int n) {
    columns = width;
    if (numbers.length < n * width) {
      numbers = Arrays.copyOf(numbers, n * width);
    }
  }

  @Override
  int columns() {
    return columns;
  }

  @Override
  double number(int place, int column) {
    return numbers[place * columns + column];
  }

  @Override
  List<String> labels() {
    return read.labels;
  }
}
