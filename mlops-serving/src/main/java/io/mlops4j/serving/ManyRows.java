package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.serving.RowGroups.Group;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the rows of one {@code predictAll}, all with one version, on the caller's thread. */
final class ManyRows<I, O> {
  private final Time time;
  private final @Nullable Function<? super I, ?> shapeOf;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final ChunkRuns<I, O> runs;
  private final Supplier<RuntimeException> notReady;

  /** One buffer per place, used again and again: each row is read once, for model and listeners. */
  private final SpareRows<I> spare = new SpareRows<>();

  ManyRows(
      Time time,
      @Nullable Function<? super I, ?> shapeOf,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      Outcomes<I, O> outcomes,
      ChunkRuns<I, O> runs,
      Supplier<RuntimeException> notReady) {
    this.time = time;
    this.shapeOf = shapeOf;
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.outcomes = outcomes;
    this.runs = runs;
    this.notReady = notReady;
  }

  List<O> answer(
      List<I> rows,
      Function<? super I, @Nullable RuntimeException> refusal,
      long start,
      long deadline) {
    ServedVersion<I, O> version = versions.enter();
    try {
      @SuppressWarnings("unchecked")
      O[] answers = (O[]) new Object[rows.size()];
      if (version == null) {
        for (int i = 0; i < answers.length; i++) {
          answers[i] = outcomes.instead(rows.get(i), start, null, notReady.get());
        }
      } else if (deadline == Deadline.NONE) {
        answerAll(version, rows, refusal, start, deadline, null, answers);
      } else {
        NativeStop stop = new NativeStop();
        long left = Math.max(0, Deadline.left(deadline, start));
        Subscription timer = time.schedule(Duration.ofNanos(left), stop::stop);
        try {
          answerAll(version, rows, refusal, start, deadline, stop, answers);
        } finally {
          timer.close();
        }
      }
      return Collections.unmodifiableList(Arrays.asList(answers));
    } finally {
      if (version != null) {
        version.lease.leave();
      }
    }
  }

  private void answerAll(
      ServedVersion<I, O> version,
      List<I> rows,
      Function<? super I, @Nullable RuntimeException> refusal,
      long start,
      long deadline,
      @Nullable NativeStop stop,
      O[] answers) {
    int step = Math.min(version.plan.rows(), Math.max(1, rows.size()));
    Schema<I> schema = recorder.wantsRows() ? recorder.schema : null;
    @Nullable RowBuffer<I>[] buffers = schema == null ? null : spare.take(schema, step);
    for (Group<I> group : groups(version, rows, step)) {
      long begin = time.nanos();
      // Nobody will see rows for which there is no room: the model reads them the short way.
      boolean read = buffers != null && recorder.hasRoom();
      Chunk<I, O> chunk =
          new Chunk<>(group.rows(), read ? buffers : null, stop, Chunk.Callers.PATIENT);
      refuse(chunk, refusal);
      if (read) {
        read(chunk);
      }
      if (Deadline.isPast(deadline, begin)) {
        for (int i = 0; i < chunk.size(); i++) {
          chunk.refuse(i, errors.expired(begin - start, 0));
        }
      } else {
        runs.answer(version, chunk);
      }
      collect(version, group, chunk, start, begin, answers);
    }
    if (schema != null && buffers != null) {
      spare.giveBack(schema, buffers);
    }
  }

  private static <I> void refuse(
      Chunk<I, ?> chunk, Function<? super I, @Nullable RuntimeException> refusal) {
    for (int i = 0; i < chunk.size(); i++) {
      RuntimeException refused = refusal.apply(chunk.input(i));
      if (refused != null) {
        chunk.refuse(i, refused);
      }
    }
  }

  private List<Group<I>> groups(ServedVersion<I, O> version, List<I> rows, int step) {
    try {
      return new RowGroups<>(rows, step, shapeOf).groups();
    } catch (Throwable e) {
      throw outcomes.counted(errors.failed(version.version, ForeignCode.exception(e)));
    }
  }

  private static <I> void read(Chunk<I, ?> chunk) {
    for (int i = 0; i < chunk.size(); i++) {
      RowBuffer<I> row = chunk.row(i);
      try {
        if (row != null) {
          row.set(chunk.input(i));
        }
      } catch (Throwable e) {
        chunk.refuse(i, ForeignCode.exception(e));
      }
    }
  }

  private void collect(
      ServedVersion<I, O> version,
      Group<I> group,
      Chunk<I, O> chunk,
      long start,
      long begin,
      O[] answers) {
    long end = time.nanos();
    int answered = 0;
    for (int i = 0; i < chunk.size(); i++) {
      int position = group.position(i);
      O output = chunk.output(i);
      if (output != null) {
        answered++;
        answers[position] = output;
        continue;
      }
      RuntimeException failure =
          chunk.isStopped() && chunk.wasAsked(i)
              ? errors.late(version.version, end - start)
              : errors.failedRow(version.version, position, chunk.cause(i));
      answers[position] = outcomes.instead(chunk.input(i), begin, null, failure);
    }
    recorder.answeredTogether(version, chunk, answered, begin, end);
  }
}
