package io.mlops4j.serving;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.SequenceInfo;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one output of a graph held after a run, copied out of native memory: numbers, integers or
 * texts, {@code columns} of them per row. Maps become numbers in the order of their keys. Used by
 * one thread at a time.
 */
final class OutputValues {
  double[] numbers = {};
  long @Nullable [] integers;
  String @Nullable [] texts;
  int columns = 1;

  /** Names of the columns, if the output is a map, else none. */
  List<String> labels = List.of();

  /** The keys the labels are made of. */
  private Object[] keys = {};

  /** Whether a sequence holds maps from strings or integers to floats or doubles. */
  static boolean isMapOfNumbers(SequenceInfo sequence) {
    return sequence.isSequenceOfMaps()
        && (sequence.mapInfo.keyType == OnnxJavaType.STRING
            || sequence.mapInfo.keyType == OnnxJavaType.INT64)
        && (sequence.mapInfo.valueType == OnnxJavaType.FLOAT
            || sequence.mapInfo.valueType == OnnxJavaType.DOUBLE);
  }

  static boolean isReadable(OnnxJavaType type) {
    return switch (type) {
      case FLOAT, DOUBLE, INT64, INT32, INT16, INT8, UINT8, BOOL, STRING, FLOAT16, BFLOAT16 -> true;
      default -> false;
    };
  }

  /** Copies an output of so many rows. */
  void read(OnnxValue value, int rows) throws OrtException {
    integers = null;
    texts = null;
    if (value instanceof OnnxSequence sequence) {
      readMaps(sequence, rows);
    } else {
      readTensor((OnnxTensor) value, rows);
    }
  }

  private void readTensor(OnnxTensor tensor, int rows) throws OrtException {
    long elements = tensor.getInfo().getNumElements();
    long[] shape = tensor.getInfo().getShape();
    if (shape.length == 0 || shape[0] != rows || elements % rows != 0) {
      throw new PredictionFailedException(
          "The model answered "
              + rows
              + " rows with a tensor of shape "
              + Arrays.toString(shape)
              + " (expected: one entry a row).");
    }
    int n = (int) elements;
    columns = n / rows;
    switch (tensor.getInfo().type) {
      case FLOAT, FLOAT16, BFLOAT16 -> {
        FloatBuffer from = tensor.getFloatBuffer();
        for (int i = 0; i < room(n); i++) {
          numbers[i] = from.get(i);
        }
      }
      case DOUBLE -> {
        DoubleBuffer from = tensor.getDoubleBuffer();
        room(n);
        from.get(0, numbers, 0, n);
      }
      case INT64 -> {
        LongBuffer from = tensor.getLongBuffer();
        long[] values = new long[n];
        from.get(0, values);
        setIntegers(values);
      }
      case INT32 -> {
        IntBuffer from = tensor.getIntBuffer();
        long[] values = new long[n];
        Arrays.setAll(values, from::get);
        setIntegers(values);
      }
      case INT16 -> {
        java.nio.ShortBuffer from = tensor.getShortBuffer();
        long[] values = new long[n];
        Arrays.setAll(values, from::get);
        setIntegers(values);
      }
      case INT8, UINT8, BOOL -> {
        ByteBuffer from = tensor.getByteBuffer();
        boolean signed = tensor.getInfo().type == OnnxJavaType.INT8;
        long[] values = new long[n];
        Arrays.setAll(values, i -> signed ? from.get(i) : from.get(i) & 0xff);
        setIntegers(values);
      }
      case STRING -> {
        String[] all = new String[n];
        flatten(tensor.getValue(), all, 0);
        texts = all;
      }
      default ->
          throw new PredictionFailedException(
              "The model answered a tensor of " + tensor.getInfo().type + ", which is not read.");
    }
  }

  private int room(int n) {
    if (numbers.length < n) {
      numbers = new double[n];
    }
    return n;
  }

  private void setIntegers(long[] values) {
    integers = values;
    for (int i = 0; i < room(values.length); i++) {
      numbers[i] = values[i];
    }
  }

  private static int flatten(Object from, String[] to, int at) {
    int next = at;
    if (from instanceof Object[] array) {
      for (Object element : array) {
        next = flatten(element, to, next);
      }
    } else {
      to[next++] = (String) from;
    }
    return next;
  }

  private void readMaps(OnnxSequence sequence, int rows) throws OrtException {
    List<? extends OnnxValue> maps = sequence.getValue();
    try {
      if (maps.size() != rows) {
        throw new PredictionFailedException(
            "The model answered " + rows + " rows with " + maps.size() + " maps.");
      }
      for (int i = 0; i < rows; i++) {
        Map<?, ?> map = ((OnnxMap) maps.get(i)).getValue();
        if (i == 0) {
          learn(map);
          room(rows * columns);
        }
        for (int j = 0; j < columns; j++) {
          Object number = map.get(keys[j]);
          if (number == null || map.size() != columns) {
            throw new PredictionFailedException(
                "The model answered maps of different classes in one run.");
          }
          numbers[i * columns + j] = ((Number) number).doubleValue();
        }
      }
    } finally {
      // Each is a native value of its own; the sequence does not free them.
      maps.forEach(OnnxValue::close);
    }
  }

  /** The classes of a model never change: they are put in order once. */
  private void learn(Map<?, ?> map) {
    boolean known = keys.length == map.size();
    for (Object key : keys) {
      known &= map.containsKey(key);
    }
    if (!known) {
      List<Object> sorted = new ArrayList<>(map.keySet());
      sorted.sort(
          (a, b) ->
              a instanceof Long x && b instanceof Long y
                  ? Long.compare(x, y)
                  : a.toString().compareTo(b.toString()));
      keys = sorted.toArray();
      labels = sorted.stream().map(Object::toString).toList();
    }
    columns = keys.length;
  }
}
