package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A model that is computed in Java. No native library is needed or loaded. */
final class JavaKernel<I> implements OnnxKernel<I> {
  /** So many rows are run before one looks whether anybody still wants them. */
  private static final int ROWS_AT_A_TIME = 8;

  private final JavaModel model;
  private final RowEncoder<I> encoder;
  private final int capacity;

  JavaKernel(JavaModel model, RowEncoder<I> encoder) {
    this.model = model;
    this.encoder = encoder;
    this.capacity = PinnedKernel.capacity(false, model.width());
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public OnnxSlot<I> newSlot() {
    return new Slot<>(model, encoder, capacity);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.of(encoder.schema());
  }

  @Override
  public boolean runsRowByRow() {
    return true;
  }

  @Override
  public void close() {}

  private static final class Slot<I> extends OnnxSlot<I> {
    private final JavaModel model;
    private final RowEncoder<I> encoder;
    private final RowBuffer<I> row;
    private final @Nullable PlainNumbers<I> plain;

    /** Direct as that of {@link PinnedSlot}: a second kind of buffer would slow both down. */
    private final FloatBuffer encoded;

    private final float[] in;
    private final float[] out;
    private final int[] scratch;

    Slot(JavaModel model, RowEncoder<I> encoder, int capacity) {
      this.model = model;
      this.encoder = encoder;
      this.row = encoder.schema().newBuffer();
      this.plain = PlainNumbers.of(encoder);
      this.encoded = PinnedSlot.direct(model.width());
      this.in = new float[capacity * model.width()];
      this.out = new float[capacity * model.columns()];
      this.scratch = new int[model.scratch()];
    }

    @Override
    void encode(int place, I input) {
      int at = place * model.width();
      if (plain != null) {
        plain.encode(input, in, at);
      } else {
        row.set(input);
        encoder.encode(row, encoded, 0);
        encoded.get(0, in, at, model.width());
      }
    }

    @Override
    void encode(int place, RowBuffer<I> values) {
      encoder.encode(values, encoded, 0);
      encoded.get(0, in, place * model.width(), model.width());
    }

    @Override
    RowBuffer<I> encodeAndKeep(int place, I input) {
      row.set(input);
      encode(place, row);
      return row;
    }

    @Override
    boolean fill(int place, RandomGenerator numbers) {
      for (int i = 0; i < model.width(); i++) {
        in[place * model.width() + i] = (float) numbers.nextGaussian();
      }
      return true;
    }

    @Override
    void run(int n, @Nullable NativeStop stop) throws OrtException {
      for (int i = 0; i < n; i++) {
        if (stop != null && i % ROWS_AT_A_TIME == 0 && stop.isStopped()) {
          throw new OrtException("stopped after " + i + " of " + n + " rows");
        }
        model.run(in, i * model.width(), out, i * model.columns(), scratch);
      }
    }

    @Override
    int columns() {
      return model.columns();
    }

    @Override
    double number(int place, int column) {
      return out[place * model.columns() + column];
    }

    @Override
    List<String> labels() {
      return model.labels();
    }
  }
}
