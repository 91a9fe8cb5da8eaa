package io.mlops4j.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX session as a {@link Model}, and as a row kernel for the predictor: take a slot, encode
 * rows into its buffers, run, read answers, give the slot back. No list, no tensor and no box but
 * the answer is made on the way.
 *
 * <p>Safe to close at any time: {@link #close} first turns away new calls, then waits for every
 * slot.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
final class OnnxRowModel<I, O> implements Model<I, O> {
  private static final int MOST_ROWS = 128;

  /** Wide rows make smaller batches: no slot's buffer passes this, unless one row does. */
  private static final int MOST_FLOATS = 1 << 20;

  private final ModelVersion who;
  private final OnnxSession session;
  private final RowEncoder<I> encoder;
  private final OutputKind.Reader<O> reader;
  private final boolean number;
  private final int columns;
  private final int capacity;
  private final SlotPool<OnnxSlot<I>> slots;
  private volatile boolean closed;

  OnnxRowModel(
      ModelVersion who,
      OnnxSession session,
      OnnxGraph graph,
      RowEncoder<I> encoder,
      OutputKind<O> kind,
      int slotCount) {
    this.who = who;
    this.session = session;
    this.encoder = encoder;
    this.reader = kind.reader();
    this.number = kind.equals(OutputKind.PROBABILITY) || kind.equals(OutputKind.REGRESSION);
    this.capacity =
        graph.oneRow() ? 1 : Math.max(1, Math.min(MOST_ROWS, MOST_FLOATS / graph.width()));
    OnnxSlot.OutputShape shape = probe(graph, kind, Math.min(2, capacity));
    this.columns = shape.columns();
    this.slots =
        new SlotPool<>(
            IntStream.range(0, slotCount)
                .mapToObj(i -> new OnnxSlot<>(session, graph, shape, encoder, capacity))
                .toList());
  }

  /** Runs rows of zeros once to learn what the output really is. */
  private OnnxSlot.OutputShape probe(OnnxGraph graph, OutputKind<O> kind, int n) {
    FloatBuffer zeros = OnnxSlot.direct(n * graph.width());
    long[] shape;
    try (OnnxTensor input = OnnxSlot.tensor(zeros, new long[] {n, graph.width()})) {
      shape = session.shapeOf(input, graph);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '" + who + "' cannot run " + n + " rows of zeros: " + e.getMessage(), e);
    }
    boolean flat = shape.length == 1;
    long width = flat ? 1 : shape[shape.length - 1];
    if (shape.length > 2
        || shape.length == 0
        || shape[0] != n
        || width > MOST_FLOATS
        || !kind.columns().test((int) width)) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' answers "
              + n
              + " rows with a tensor of shape "
              + java.util.Arrays.toString(shape)
              + " in output '"
              + graph.output()
              + "'. Expected "
              + kind.wanted()
              + ".");
    }
    return new OnnxSlot.OutputShape((int) width, flat);
  }

  ModelVersion version() {
    return who;
  }

  InputEncoding encoding() {
    return encoder.encoding();
  }

  /** Returns how many rows fit a run. */
  int capacity() {
    return capacity;
  }

  int slots() {
    return slots.size();
  }

  OnnxSlot<I> take() throws InterruptedException {
    return open(slots.take());
  }

  OnnxSlot<I> takeUninterruptibly() {
    return open(slots.takeUninterruptibly());
  }

  private OnnxSlot<I> open(OnnxSlot<I> slot) {
    if (closed) {
      slots.giveBack(slot);
      throw new IllegalStateException("Model '" + who + "' is closed.");
    }
    return slot;
  }

  void giveBack(OnnxSlot<I> slot) {
    slots.giveBack(slot);
  }

  /** Returns a slot if one is free, else null. */
  @Nullable OnnxSlot<I> tryTake() {
    OnnxSlot<I> slot = slots.tryTake();
    return slot == null ? null : open(slot);
  }

  /** Returns whether rows of a schema are what the encoding was compiled for. */
  boolean reads(Schema<I> schema) {
    return encoder.schema() == schema;
  }

  int columns() {
    return columns;
  }

  /** Runs the first {@code n} rows of a slot. */
  void run(OnnxSlot<I> slot, int n) {
    run(slot, n, null);
  }

  /** Runs the first {@code n} rows of a slot, unless or until it is stopped. */
  void run(OnnxSlot<I> slot, int n, @Nullable NativeStop stop) {
    try {
      slot.run(n, stop);
    } catch (OrtException e) {
      throw new PredictionFailedException(
          "Model '" + who + "' failed on " + n + " rows: ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** Runs the first {@code rows} rows of a slot before the version serves. */
  void rehearse(OnnxSlot<I> slot, int rows) {
    try {
      slot.run(rows);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' cannot run "
              + rows
              + " rows of zeros: "
              + e.getMessage()
              + ". Export it with a free first dimension.",
          e);
    }
  }

  /** Returns the answer to one row of the last run. */
  O answer(OnnxSlot<I> slot, int place) {
    O answer = reader.read(slot.out(), place * columns, columns);
    if (answer == null) {
      throw unusable(slot, place);
    }
    return answer;
  }

  /** Like {@link #answer(OnnxSlot, int)}; where the answer is a number, it may be NaN. */
  @SuppressWarnings("unchecked")
  O answer(OnnxSlot<I> slot, int place, boolean nanAllowed) {
    if (nanAllowed && number && Float.isNaN(slot.out().get(place * columns + columns - 1))) {
      return (O) (Object) Double.NaN;
    }
    return answer(slot, place);
  }

  private PredictionFailedException unusable(OnnxSlot<I> slot, int place) {
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < Math.min(columns, 8); i++) {
      values.add(slot.out().get(place * columns + i));
    }
    return new PredictionFailedException(
        "Model '"
            + who
            + "' answered "
            + values
            + ", which is "
            + (values.stream().anyMatch(v -> v.isNaN()) ? "not a number" : "no probability")
            + ". Check the row for missing or extreme values, and the export for raw scores.");
  }

  @Override
  public List<O> predict(List<I> inputs) {
    List<O> answers = new ArrayList<>(inputs.size());
    OnnxSlot<I> slot = takeUninterruptibly();
    try {
      for (int from = 0; from < inputs.size(); from += capacity) {
        int n = Math.min(capacity, inputs.size() - from);
        for (int i = 0; i < n; i++) {
          slot.encode(i, inputs.get(from + i));
        }
        run(slot, n);
        for (int i = 0; i < n; i++) {
          answers.add(answer(slot, i));
        }
      }
    } finally {
      giveBack(slot);
    }
    return answers;
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.of(encoder.schema());
  }

  @Override
  public void close() {
    closed = true;
    slots.withAll(OnnxSlot::close);
    session.close();
  }

  /** Returns the identity, never a value. */
  @Override
  public String toString() {
    return "OnnxModel '" + who + "'";
  }

  /** Returns a model over a session, which is closed if that fails. */
  static <I, O> OnnxRowModel<I, O> open(
      ModelVersion who,
      byte[] bytes,
      RowEncoder<I> encoder,
      OutputKind<O> kind,
      @Nullable String output,
      int slots) {
    OnnxSession session = OnnxSession.open(who, bytes);
    try {
      OnnxGraph graph = session.graph(who, encoder.encoding(), kind, output);
      return new OnnxRowModel<>(who, session, graph, encoder, kind, slots);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }
}
