package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.RowBuffer;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A version that is being served: its model, who is inside, and how it is best run.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
final class ServedVersion<I, O> {
  final ModelVersion version;
  final Model<I, O> model;

  /** The same model if it can be run row by row, else null. */
  final @Nullable OnnxRowModel<I, O> kernel;

  final Lease lease;
  final BatchPlan plan;
  final CostCurve costs;

  /** Learns whether batching pays where the plan could not know; else null. */
  final @Nullable BatchGain gain;

  final AnswerCheck<O> check;
  final @Nullable Breaker breaker;

  /** Begun when it is replaced. Set before its lease is retired. */
  volatile SwapSteps.@Nullable Running drain;

  /** Not the selected version any more, and the selected one cannot be served. */
  volatile boolean outdated;

  ServedVersion(
      ModelVersion version,
      Model<I, O> model,
      VersionPreparation.Prepared<O> prepared,
      Consumer<ServedVersion<I, O>> afterLast) {
    this.version = version;
    this.model = model;
    this.kernel = kernelOf(model);
    this.plan = prepared.plan();
    this.costs = prepared.costs();
    this.gain = prepared.gain();
    this.check = prepared.check();
    this.breaker = prepared.breaker();
    this.lease = new Lease(() -> afterLast.accept(this));
  }

  static <I, O> @Nullable OnnxRowModel<I, O> kernelOf(Model<I, O> model) {
    return model instanceof OnnxRowModel<I, O> onnx ? onnx : null;
  }

  Prediction.Source source() {
    return outdated ? Prediction.Source.PREVIOUS_VERSION : Prediction.Source.MODEL;
  }

  /** Learns what a run of a worker, or of many rows, has cost. */
  void ran(int rows, long nanos) {
    costs.ran(rows, nanos);
    ranOnce(rows, nanos);
  }

  /** Learns what a row has cost on its caller's thread. */
  void ranInline(long nanos) {
    ranOnce(1, nanos);
  }

  private void ranOnce(int rows, long nanos) {
    BatchGain learning = gain;
    if (learning != null) {
      learning.ran(rows, nanos);
    }
  }

  /** Returns the answer of a model without a kernel. */
  O answer(I input) {
    List<O> answers = model.predict(Collections.singletonList(input));
    return check.checked(check.counted(answers, 1).get(0));
  }

  /** Runs the first rows of a slot, all its rows if runs have one fixed shape. */
  void run(OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, int n, @Nullable NativeStop stop) {
    onnx.run(slot, plan.fixed() ? plan.rows() : n, stop);
  }

  /** Fills a slot up to the fixed shape with copies of a row. */
  void pad(OnnxSlot<I> slot, int from, I input) {
    if (plan.fixed()) {
      for (int place = from; place < plan.rows(); place++) {
        slot.encode(place, input);
      }
    }
  }

  O read(OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, int place) {
    return check.accepted(onnx.answer(slot, place, check.isNanAllowed()));
  }

  /**
   * Answers all rows that have not been refused; a row that fails fails alone: a run that fails is
   * halved until the row is found, in about {@code 2 log2(n)} runs. Throws nothing but errors of
   * the JVM.
   */
  void answer(Chunk<I, O> chunk) {
    try {
      if (kernel != null) {
        new KernelRuns<>(this, kernel, chunk).answer();
      } else {
        answerPart(chunk, 0, chunk.size());
      }
    } catch (Throwable e) {
      chunk.failAll(ForeignCode.exception(e));
    }
  }

  private void answerPart(Chunk<I, O> chunk, int from, int to) {
    for (int at = from; at < to; ) {
      if (chunk.failure(at) != null) {
        at++;
        continue;
      }
      int end = at;
      while (end < to && chunk.failure(end) == null && end - at < plan.rows()) {
        end++;
      }
      answerTogether(chunk, at, end);
      at = end;
    }
  }

  private void answerTogether(Chunk<I, O> chunk, int from, int to) {
    List<I> part = Collections.unmodifiableList(chunk.inputs().subList(from, to));
    List<O> answers;
    try {
      answers = check.counted(model.predict(part), part.size());
    } catch (Throwable e) {
      halve(chunk, from, to, ForeignCode.exception(e));
      return;
    }
    for (int i = from; i < to; i++) {
      try {
        chunk.answer(i, check.checked(answers.get(i - from)));
      } catch (Throwable e) {
        chunk.fail(i, ForeignCode.exception(e));
      }
    }
  }

  private void halve(Chunk<I, O> chunk, int from, int to, RuntimeException e) {
    if (to - from == 1) {
      chunk.fail(from, e);
      return;
    }
    for (int i = from; i < to; i++) {
      if (!chunk.callers.want(i)) {
        chunk.fail(i, e);
      }
    }
    int middle = (from + to) >>> 1;
    answerPart(chunk, from, middle);
    answerPart(chunk, middle, to);
  }

  /** Encodes a row from where it was read, if that fits the model's schema, else from the input. */
  static <I, O> void encode(
      OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, int place, I input, @Nullable RowBuffer<I> row) {
    if (row != null && onnx.reads(row.schema())) {
      slot.encode(place, row);
    } else {
      slot.encode(place, input);
    }
  }
}
