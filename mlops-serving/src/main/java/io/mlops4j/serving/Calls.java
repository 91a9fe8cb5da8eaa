package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides how one row is answered, by its caller or through the queue, and looks after its wait.
 */
final class Calls<I, O> {
  private final Time time;
  private final boolean batching;
  private final @Nullable Function<? super I, ?> shapeOf;
  private final Counters counters;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final InlineRuns<I, O> inline;
  private final BatchRuns<I, O> batches;
  private final Batcher<I, O> batcher;

  Calls(
      PredictorBuilder<I, O> builder,
      Counters counters,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      Outcomes<I, O> outcomes,
      InlineRuns<I, O> inline,
      BatchRuns<I, O> batches,
      Batcher<I, O> batcher) {
    this.time = builder.effectiveTime();
    this.batching = builder.batching != null;
    this.shapeOf = builder.shapeOf;
    this.counters = counters;
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.outcomes = outcomes;
    this.inline = inline;
    this.batches = batches;
    this.batcher = batcher;
  }

  /** Returns the answer to one row, on this thread or a worker. */
  O answer(I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    if (deadline != Deadline.NONE) {
      return answerBy(input, start, deadline, priority, trace);
    }
    if (!batching || batcher.isWorker()) {
      return inline.answer(input, start, trace);
    }
    ServedVersion<I, O> version = versions.current();
    if (version == null || !queues(version, start)) {
      return inline.answer(input, start, trace);
    }
    Crew<I, O> entered = batcher.tryEnter();
    if (entered == null) {
      return queued(input, start, deadline, priority, trace);
    }
    try {
      return inline.answer(input, start, trace);
    } finally {
      batcher.leave(entered);
    }
  }

  /**
   * Whether a caller queues if the model is busy. Where that is learned, the calls that are timed
   * never do: otherwise nobody would know any more what a row costs alone.
   */
  private static boolean queues(ServedVersion<?, ?> version, long start) {
    BatchGain gain = version.gain;
    return gain == null ? blocks(version.plan) : gain.pays() && !InlineRuns.isMeasured(start);
  }

  private static boolean blocks(BatchPlan plan) {
    boolean either = plan.blocking() == plan.virtual();
    return (either || !Threads.isVirtual()) ? plan.blocking() : plan.virtual();
  }

  /**
   * A model that cannot be stopped is run by a worker, so that its caller gets away in time; a
   * native one inline, if it is idle.
   */
  private O answerBy(I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    if (Deadline.isPast(deadline, start)) {
      return outcomes.instead(input, start, trace, errors.expired(0, batcher.depth()));
    }
    ServedVersion<I, O> version = versions.current();
    if (version == null || (version.kernel == null && batcher.isWorker())) {
      return inline.answer(input, start, trace);
    }
    if (version.kernel != null) {
      boolean permits = batching && queues(version, start) && !batcher.isWorker();
      Crew<I, O> entered = permits ? batcher.tryEnter() : null;
      if (!permits || entered != null) {
        O output;
        try {
          output = inline.answerBy(input, start, deadline, trace);
        } finally {
          if (entered != null) {
            batcher.leave(entered);
          }
        }
        if (output != null) {
          return output;
        }
        if (batcher.isWorker()) {
          return inline.answer(input, start, trace);
        }
      }
    }
    return queued(input, start, deadline, priority, trace);
  }

  /** Returns why a request need not queue: by what runs have cost, it would wait for nothing. */
  private @Nullable RuntimeException hopeless(long deadline, Priority priority) {
    if (deadline == Deadline.NONE) {
      return null;
    }
    long least = batcher.leastNanos(priority);
    long left = least == 0 ? 0 : Deadline.left(deadline, time.nanos());
    return least > left ? errors.hopeless(least, left, batcher.depth()) : null;
  }

  private O queued(I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    RuntimeException hopeless = hopeless(deadline, priority);
    if (hopeless != null) {
      return outcomes.instead(input, start, trace, hopeless);
    }
    Request<I, O> request;
    try {
      request = Request.blocking(input, start, deadline, priority, shapeOf(input), trace);
      request.row = read(input, trace);
    } catch (Throwable e) {
      return outcomes.instead(
          input, start, trace, errors.failed(outcomes.asked(), ForeignCode.exception(e)));
    }
    if (!batcher.offer(request)) {
      return outcomes.instead(input, start, trace, full(priority));
    }
    counters.queued.increment();
    if (batcher.isClosing() && batcher.withdraw(request)) {
      throw errors.closed();
    }
    watch(request);
    if (!request.await()) {
      letGo(request);
      throw outcomes.counted(
          errors.interrupted("waited in the queue (queued=" + batcher.depth() + ")"));
    }
    RuntimeException failure = request.failure();
    return failure == null ? request.answer() : outcomes.instead(input, start, trace, failure);
  }

  /** Returns the answer later; the future is the caller's to cancel. */
  CompletableFuture<O> async(
      I input, long start, long deadline, Priority priority, @Nullable Trace trace) {
    AnswerFuture<O> future = new AnswerFuture<>();
    RuntimeException hopeless =
        Deadline.isPast(deadline, start) ? null : hopeless(deadline, priority);
    if (hopeless != null) {
      return instead(future, input, start, trace, hopeless);
    }
    Request<I, O> request;
    try {
      request = Request.async(input, start, deadline, priority, shapeOf(input), trace, future);
      request.row = read(input, trace);
    } catch (Throwable e) {
      return instead(
          future, input, start, trace, errors.failed(outcomes.asked(), ForeignCode.exception(e)));
    }
    if (Deadline.isPast(deadline, start)) {
      return instead(future, input, start, trace, errors.expired(0, batcher.depth()));
    }
    future.onGivingUp(() -> givenUp(request));
    if (!batcher.offer(request)) {
      return instead(future, input, start, trace, full(priority));
    }
    counters.queued.increment();
    if (batcher.isClosing() && batcher.withdraw(request)) {
      request.fail(errors.closed());
      return future;
    }
    watch(request);
    return future;
  }

  CompletableFuture<O> instead(
      I input, long start, @Nullable Trace trace, RuntimeException failure) {
    return instead(new AnswerFuture<>(), input, start, trace, failure);
  }

  private CompletableFuture<O> instead(
      AnswerFuture<O> future,
      I input,
      long start,
      @Nullable Trace trace,
      RuntimeException failure) {
    try {
      future.answer(outcomes.instead(input, start, trace, failure));
    } catch (RuntimeException e) {
      future.fail(e);
    }
    return future;
  }

  private RuntimeException full(Priority priority) {
    return errors.queueFull(batcher.queue.waiting(priority), batcher.capacity());
  }

  private @Nullable Object shapeOf(I input) {
    return shapeOf == null
        ? null
        : Objects.requireNonNull(shapeOf.apply(input), "the shape of a row");
  }

  /**
   * Reads a row on its caller's thread, before it is put together with others: for listeners, and
   * for models that do not encode themselves, to find out what is wrong with it.
   */
  private @Nullable RowBuffer<I> read(I input, @Nullable Trace trace) {
    Schema<I> schema = recorder.schema;
    RowBuffer<I> known = Trace.row(trace, schema);
    if (known != null) {
      return known;
    }
    if (schema == null) {
      return null;
    }
    ServedVersion<I, O> version = versions.current();
    if (!recorder.wantsRows() && (version == null || version.kernel != null)) {
      return null;
    }
    RowBuffer<I> row = schema.newBuffer();
    row.set(input);
    return row;
  }

  /** Starts the timer of a deadline. */
  private void watch(Request<I, O> request) {
    if (request.deadline != Deadline.NONE) {
      long left = Math.max(0, Deadline.left(request.deadline, time.nanos()));
      request.timer(time.schedule(Duration.ofNanos(left), () -> timeUp(request)));
    }
  }

  private void timeUp(Request<I, O> request) {
    if (!request.claim()) {
      return;
    }
    if (batcher.withdraw(request)) {
      batches.finishClaimed(request, errors.expired(time.nanos() - request.start, batcher.depth()));
      return;
    }
    Run<I, O> run = request.run();
    batches.finishClaimed(request, errors.late(outcomes.asked(), time.nanos() - request.start));
    if (run != null) {
      run.stopIfUnwanted();
    }
  }

  private void givenUp(Request<I, O> request) {
    if (request.abandon()) {
      counters.cancelled.increment();
      letGo(request);
    }
  }

  /**
   * Gives back the place of a request that has been claimed, or ends its run if it was the last.
   */
  private void letGo(Request<I, O> request) {
    if (!batcher.withdraw(request)) {
      Run<I, O> run = request.run();
      if (run != null) {
        run.stopIfUnwanted();
      }
    }
  }
}
