package io.mlops4j.serving;

import ai.onnxruntime.OrtException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX file as a {@link Model}, and as a row kernel for the predictor: take a slot, encode rows
 * into it, run, read answers, give the slot back. On the way from one float tensor to one float
 * tensor no list, no tensor and no box but the answer is made.
 *
 * <p>Safe to close at any time: {@link #close} first turns away new calls, then waits for every
 * slot.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
final class OnnxRowModel<I, O> implements Model<I, O> {
  private final ModelVersion who;
  private final OnnxKernel<I> kernel;
  private final OutputKind.Reader<O> reader;
  private final boolean number;
  private final int capacity;
  private final long nativeBytes;
  private final SlotPool<OnnxSlot<I>> slots;
  private volatile boolean closed;

  OnnxRowModel(
      ModelVersion who, OnnxKernel<I> kernel, OutputKind<O> kind, int slotCount, long nativeBytes) {
    this.who = who;
    this.kernel = kernel;
    this.reader = kind.reader();
    this.number = kind.equals(OutputKind.PROBABILITY) || kind.equals(OutputKind.REGRESSION);
    this.capacity = kernel.capacity();
    this.nativeBytes = nativeBytes;
    this.slots =
        new SlotPool<>(IntStream.range(0, slotCount).mapToObj(i -> kernel.newSlot()).toList());
  }

  ModelVersion version() {
    return who;
  }

  /** Returns how many rows fit a run. */
  int capacity() {
    return capacity;
  }

  /** Returns whether costs can be measured on rows of zeros. */
  boolean isMeasurable() {
    return kernel.runsZeros();
  }

  /** Returns whether a row's answer has the same bits in any run. */
  boolean runsRowByRow() {
    return kernel.runsRowByRow();
  }

  /** Returns the bytes of graph and weights that ONNX Runtime was given; 0 if it was not asked. */
  long nativeBytes() {
    return nativeBytes;
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

  /** Returns whether rows of a schema are what the slots were made for. */
  boolean reads(Schema<I> schema) {
    return kernel.schema().filter(own -> own == schema).isPresent();
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
          "Model '" + who + "' failed on " + n + " rows: ONNX Runtime: " + OnnxSession.because(e),
          e);
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
              + OnnxSession.because(e)
              + ". Export it with a free first dimension.",
          e);
    }
  }

  /** Returns the answer to one row of the last run. */
  O answer(OnnxSlot<I> slot, int place) {
    O answer = reader.read(slot, place);
    if (answer == null) {
      throw unusable(slot, place);
    }
    return answer;
  }

  /** Like {@link #answer(OnnxSlot, int)}; where the answer is a number, it may be NaN. */
  @SuppressWarnings("unchecked")
  O answer(OnnxSlot<I> slot, int place, boolean nanAllowed) {
    if (nanAllowed && number && Double.isNaN(slot.number(place, slot.columns() - 1))) {
      return (O) (Object) Double.NaN;
    }
    return answer(slot, place);
  }

  private PredictionFailedException unusable(OnnxSlot<I> slot, int place) {
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < Math.min(slot.columns(), 8); i++) {
      values.add((float) slot.number(place, i));
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
    return kernel.schema();
  }

  @Override
  public void close() {
    closed = true;
    slots.withAll(OnnxSlot::close);
    kernel.close();
  }

  /** Returns the identity, never a value. */
  @Override
  public String toString() {
    return "OnnxModel '" + who + "'";
  }
}
