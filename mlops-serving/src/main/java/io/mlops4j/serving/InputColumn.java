package io.mlops4j.serving;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.Feature;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowBuffer;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One graph input, fed by one feature: places for {@code capacity} rows of it. Tensors over numbers
 * are made once per number of rows and reused; texts have to be handed over anew in each run. Used
 * by one thread at a time.
 */
abstract class InputColumn {
  private final @Nullable OnnxTensor[] made;

  InputColumn(int capacity) {
    this.made = new @Nullable OnnxTensor[capacity + 1];
  }

  /** Takes a row's value over. */
  abstract void write(RowBuffer<?> row, int place);

  abstract OnnxTensor newTensor(int n) throws OrtException;

  /** Returns a tensor over the first {@code n} rows, which this column closes. */
  OnnxTensor tensor(int n) throws OrtException {
    OnnxTensor ready = made[n];
    if (ready == null) {
      ready = newTensor(n);
      made[n] = ready;
    }
    return ready;
  }

  /** Called after each run. */
  void afterRun(int n) {}

  /** Frees the tensor of so many rows. */
  final void free(int n) {
    OnnxTensor tensor = made[n];
    if (tensor != null) {
      made[n] = null;
      tensor.close();
    }
  }

  final void close() {
    for (int n = 0; n < made.length; n++) {
      free(n);
    }
  }

  /**
   * How a graph input is fed.
   *
   * @param name the input's
   * @param feature its position in the schema
   * @param type the input's element type
   * @param width elements per row
   * @param flat whether the input is {@code [n]} instead of {@code [n, width]}
   */
  record Binding(String name, int feature, OnnxJavaType type, int width, boolean flat) {
    InputColumn newColumn(Feature<?> of, int capacity) {
      if (type == OnnxJavaType.STRING) {
        return new TextColumn(this, of, capacity);
      }
      return of.kind() == io.mlops4j.core.FeatureKind.VECTOR
          ? new VectorColumn(this, of, capacity)
          : new NumberColumn(this, of, capacity);
    }

    long[] shape(int n) {
      return flat ? new long[] {n} : new long[] {n, width};
    }
  }

  private static ByteBuffer direct(int elements, int bytes) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, bytes))
        .order(ByteOrder.nativeOrder());
  }

  /** A number a row, in the element type of the input. Missing is NaN, or refused by integers. */
  private static final class NumberColumn extends InputColumn {
    private final Binding binding;
    private final Feature<?> feature;
    private final Buffer buffer;

    NumberColumn(Binding binding, Feature<?> feature, int capacity) {
      super(capacity);
      this.binding = binding;
      this.feature = feature;
      this.buffer =
          switch (binding.type) {
            case FLOAT -> direct(capacity, 4).asFloatBuffer();
            case DOUBLE -> direct(capacity, 8).asDoubleBuffer();
            case INT64 -> direct(capacity, 8).asLongBuffer();
            case INT32 -> direct(capacity, 4).asIntBuffer();
            default -> direct(capacity, 1);
          };
    }

    @Override
    void write(RowBuffer<?> row, int place) {
      double value = row.number(binding.feature);
      switch (binding.type) {
        case FLOAT -> ((FloatBuffer) buffer).put(place, (float) value);
        case DOUBLE -> ((DoubleBuffer) buffer).put(place, value);
        case INT64 -> ((LongBuffer) buffer).put(place, (long) whole(value, -0x1p63, 0x1p63));
        case INT32 -> ((IntBuffer) buffer).put(place, (int) whole(value, -0x1p31, 0x1p31));
        default -> ((ByteBuffer) buffer).put(place, (byte) whole(value, 0, 2));
      }
    }

    private double whole(double value, double least, double beyond) {
      if (value == Math.rint(value) && value >= least && value < beyond) {
        return value;
      }
      String type = binding.type.toString().toLowerCase(java.util.Locale.ROOT);
      throw new MlopsException(
          "Feature "
              + feature.name()
              + (Double.isNaN(value) ? " is missing" : " has a value that is no " + type)
              + " in a row; the model's input '"
              + binding.name
              + "' is "
              + type
              + (Double.isNaN(value)
                  ? ", which has no missing value. Fill it in before, or train on floats."
                  : "."));
    }

    @Override
    OnnxTensor newTensor(int n) throws OrtException {
      long[] shape = binding.shape(n);
      var environment = OnnxEnvironment.get();
      return switch (binding.type) {
        case FLOAT ->
            OnnxTensor.createTensor(environment, ((FloatBuffer) buffer).slice(0, n), shape);
        case DOUBLE ->
            OnnxTensor.createTensor(environment, ((DoubleBuffer) buffer).slice(0, n), shape);
        case INT64 ->
            OnnxTensor.createTensor(environment, ((LongBuffer) buffer).slice(0, n), shape);
        case INT32 -> OnnxTensor.createTensor(environment, ((IntBuffer) buffer).slice(0, n), shape);
        default ->
            OnnxTensor.createTensor(
                environment,
                ((ByteBuffer) buffer).slice(0, n).order(ByteOrder.nativeOrder()),
                shape,
                OnnxJavaType.BOOL);
      };
    }
  }

  /** Several floats a row. Missing is NaN in each. */
  private static final class VectorColumn extends InputColumn {
    private final Binding binding;
    private final Feature<?> feature;
    private final FloatBuffer buffer;

    VectorColumn(Binding binding, Feature<?> feature, int capacity) {
      super(capacity);
      this.binding = binding;
      this.feature = feature;
      this.buffer = direct(capacity * binding.width, 4).asFloatBuffer();
    }

    @Override
    void write(RowBuffer<?> row, int place) {
      float[] vector = row.vector(binding.feature);
      int at = place * binding.width;
      if (vector == null) {
        for (int i = 0; i < binding.width; i++) {
          buffer.put(at + i, Float.NaN);
        }
      } else if (vector.length == binding.width) {
        buffer.put(at, vector);
      } else {
        throw new MlopsException(
            "Feature "
                + feature.name()
                + " has "
                + vector.length
                + " floats in a row, the model's input '"
                + binding.name
                + "' takes "
                + binding.width
                + ".");
      }
    }

    @Override
    OnnxTensor newTensor(int n) throws OrtException {
      return OnnxTensor.createTensor(
          OnnxEnvironment.get(), buffer.slice(0, n * binding.width), binding.shape(n));
    }
  }

  /** A text a row. Missing is the empty text, as skl2onnx's imputers and encoders expect it. */
  private static final class TextColumn extends InputColumn {
    private final Binding binding;
    private final Feature<?> feature;
    private final String[] texts;

    TextColumn(Binding binding, Feature<?> feature, int capacity) {
      super(capacity);
      this.binding = binding;
      this.feature = feature;
      this.texts = new String[capacity];
      Arrays.fill(texts, "");
    }

    @Override
    void write(RowBuffer<?> row, int place) {
      String text = row.text(binding.feature);
      texts[place] = text == null ? "" : checked(text);
    }

    /**
     * ONNX Runtime's Java side hands strings over in the JVM's own UTF-8, which writes NUL and
     * characters beyond U+FFFF in a way that no model has seen in training.
     */
    private String checked(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == 0 || Character.isSurrogate(c)) {
          throw new MlopsException(
              "Feature "
                  + feature.name()
                  + " has a text with "
                  + (c == 0 ? "a NUL" : "a character beyond U+FFFF")
                  + " in a row, which ONNX Runtime for Java cannot pass on to the model's input '"
                  + binding.name
                  + "'. Remove or replace it, in training too.");
        }
      }
      return text;
    }

    @Override
    OnnxTensor newTensor(int n) throws OrtException {
      return OnnxTensor.createTensor(
          OnnxEnvironment.get(), Arrays.copyOf(texts, n), binding.shape(n));
    }

    @Override
    void afterRun(int n) {
      free(n);
      Arrays.fill(texts, 0, n, "");
    }
  }
}
