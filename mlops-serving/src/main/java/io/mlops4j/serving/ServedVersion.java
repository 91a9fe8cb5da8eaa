package io.mlops4j.serving;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
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

  /** Not the selected version any more, and the selected one cannot be served. */
  volatile boolean outdated;

  ServedVersion(
      ModelVersion version,
      Model<I, O> model,
      BatchPlan plan,
      Consumer<ServedVersion<I, O>> afterLast) {
    this.version = version;
    this.model = model;
    this.kernel = kernelOf(model);
    this.plan = plan;
    this.lease = new Lease(() -> afterLast.accept(this));
  }

  static <I, O> @Nullable OnnxRowModel<I, O> kernelOf(Model<I, O> model) {
    return model instanceof OnnxRowModel<I, O> onnx ? onnx : null;
  }

  Prediction.Source source() {
    return outdated ? Prediction.Source.PREVIOUS_VERSION : Prediction.Source.MODEL;
  }

  /** Returns the answer of a model without a kernel. */
  O answer(I input) {
    List<O> answers = model.predict(Collections.singletonList(input));
    return checked(counted(answers, 1).get(0));
  }

  /** Answers all rows; a row that fails fails alone. Throws nothing but errors of the JVM. */
  void answer(Chunk<I, O> chunk) {
    try {
      if (kernel != null) {
        answer(kernel, chunk);
      } else {
        answerAll(chunk);
      }
    } catch (RuntimeException e) {
      chunk.failAll(e);
    }
  }

  private void answerAll(Chunk<I, O> chunk) {
    List<O> answers;
    try {
      answers = model.predict(Collections.unmodifiableList(chunk.inputs()));
    } catch (RuntimeException e) {
      if (chunk.size() == 1) {
        chunk.fail(0, e);
      } else {
        for (int i = 0; i < chunk.size(); i++) {
          answerAlone(chunk, i);
        }
      }
      return;
    }
    counted(answers, chunk.size());
    for (int i = 0; i < chunk.size(); i++) {
      try {
        chunk.answer(i, checked(answers.get(i)));
      } catch (RuntimeException e) {
        chunk.fail(i, e);
      }
    }
  }

  private void answerAlone(Chunk<I, O> chunk, int i) {
    try {
      chunk.answer(i, answer(chunk.input(i)));
    } catch (RuntimeException e) {
      chunk.fail(i, e);
    }
  }

  private void answer(OnnxRowModel<I, O> onnx, Chunk<I, O> chunk) {
    OnnxSlot<I> slot = onnx.takeUninterruptibly();
    try {
      int[] encoded = new int[chunk.size()];
      int n = 0;
      for (int i = 0; i < chunk.size(); i++) {
        try {
          slot.encode(n, chunk.input(i));
          encoded[n++] = i;
        } catch (RuntimeException e) {
          chunk.fail(i, e);
        }
      }
      if (n > 0) {
        run(onnx, slot, chunk, encoded, n);
      }
    } finally {
      onnx.giveBack(slot);
    }
  }

  private void run(
      OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, Chunk<I, O> chunk, int[] rows, int n) {
    try {
      onnx.run(slot, n);
    } catch (RuntimeException e) {
      for (int place = 0; place < n; place++) {
        chunk.fail(rows[place], e);
        if (n > 1) {
          runAlone(onnx, slot, chunk, rows[place]);
        }
      }
      return;
    }
    for (int place = 0; place < n; place++) {
      read(onnx, slot, chunk, rows[place], place);
    }
  }

  private void runAlone(OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, Chunk<I, O> chunk, int row) {
    try {
      slot.encode(0, chunk.input(row));
      onnx.run(slot, 1);
      read(onnx, slot, chunk, row, 0);
    } catch (RuntimeException e) {
      chunk.fail(row, e);
    }
  }

  private void read(
      OnnxRowModel<I, O> onnx, OnnxSlot<I> slot, Chunk<I, O> chunk, int row, int place) {
    try {
      chunk.answer(row, onnx.answer(slot, place));
    } catch (RuntimeException e) {
      chunk.fail(row, e);
    }
  }

  private List<O> counted(@Nullable List<O> answers, int rows) {
    int count = answers == null ? 0 : answers.size();
    if (answers == null || count != rows) {
      throw new PredictionFailedException(
          "Model '"
              + version
              + "' answered "
              + count
              + " rows, asked "
              + rows
              + ". A model returns exactly one answer per input, in order.");
    }
    return answers;
  }

  private O checked(@Nullable O answer) {
    if (answer == null || (answer instanceof Double number && number.isNaN())) {
      throw new PredictionFailedException(
          "Model '" + version + "' answered " + answer + " for a row (expected: a value).");
    }
    return answer;
  }
}
