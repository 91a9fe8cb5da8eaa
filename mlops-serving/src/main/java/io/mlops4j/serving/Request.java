package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Subscription;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One queued request, with a future or a thread that waits. Completed once, by whoever claims it
 * first: the worker that has its answer, its deadline, its caller who does not want it any more, or
 * a predictor that is being closed. What comes later is lost.
 */
final class Request<I, O> {
  private static final int WAITING = 0;
  private static final int CLAIMED = 1;

  @SuppressWarnings("rawtypes")
  private static final AtomicIntegerFieldUpdater<Request> STATE =
      AtomicIntegerFieldUpdater.newUpdater(Request.class, "state");

  final I input;
  final long start;
  final long deadline;
  final Priority priority;
  final @Nullable Trace trace;

  /** Rows of equal shape may share a run; null if all may. */
  final @Nullable Object shape;

  /** The row as its caller's thread has read it, or null. */
  @Nullable RowBuffer<I> row;

  private final @Nullable AnswerFuture<O> future;
  private final @Nullable Thread waiter;
  private @Nullable O output;
  private @Nullable RuntimeException failure;
  private volatile int state;
  private volatile boolean done;
  private volatile @Nullable Run<I, O> run;
  private volatile @Nullable Subscription timer;

  private Request(
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Object shape,
      @Nullable Trace trace,
      @Nullable AnswerFuture<O> future,
      @Nullable Thread waiter) {
    this.input = input;
    this.start = start;
    this.deadline = deadline;
    this.priority = priority;
    this.shape = shape;
    this.trace = trace;
    this.future = future;
    this.waiter = waiter;
  }

  static <I, O> Request<I, O> async(
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Object shape,
      @Nullable Trace trace,
      AnswerFuture<O> future) {
    return new Request<>(input, start, deadline, priority, shape, trace, future, null);
  }

  static <I, O> Request<I, O> blocking(
      I input,
      long start,
      long deadline,
      Priority priority,
      @Nullable Object shape,
      @Nullable Trace trace) {
    return new Request<>(
        input, start, deadline, priority, shape, trace, null, Thread.currentThread());
  }

  boolean isBlocking() {
    return future == null;
  }

  /** Returns whether nobody waits for an answer any more. */
  boolean isDone() {
    return state != WAITING;
  }

  /** Puts it into a run, which it tells when nobody wants it any more. */
  void joins(Run<I, O> joined) {
    run = joined;
  }

  @Nullable Run<I, O> run() {
    return run;
  }

  /** Keeps a timer that is closed on completion. */
  void timer(Subscription started) {
    timer = started;
    if (isDone()) {
      started.close();
    }
  }

  boolean claim() {
    return state == WAITING && STATE.compareAndSet(this, WAITING, CLAIMED);
  }

  /** Returns false if it was claimed by somebody else before. */
  boolean complete(O answer) {
    if (!claim()) {
      return false;
    }
    output = answer;
    wake();
    if (future != null) {
      future.answer(answer);
    }
    return true;
  }

  /** Returns false if it was claimed by somebody else before. */
  boolean fail(RuntimeException reason) {
    if (!claim()) {
      return false;
    }
    failClaimed(reason);
    return true;
  }

  /** Claims it for nobody: its future has been completed by its caller. */
  boolean abandon() {
    if (!claim()) {
      return false;
    }
    wake();
    return true;
  }

  /** Fails it for the one who has claimed it. */
  void failClaimed(RuntimeException reason) {
    failure = reason;
    wake();
    if (future != null) {
      future.fail(reason);
    }
  }

  /** Answers it for the one who has claimed it. */
  void completeClaimed(O answer) {
    output = answer;
    wake();
    if (future != null) {
      future.answer(answer);
    }
  }

  private void wake() {
    Subscription started = timer;
    if (started != null) {
      started.close();
    }
    done = true;
    if (waiter != null) {
      LockSupport.unpark(waiter);
    }
  }

  /**
   * Waits until it is completed; false if the thread was interrupted first, whose flag stays set.
   */
  boolean await() {
    while (!done) {
      LockSupport.park(this);
      if (!done && Thread.currentThread().isInterrupted() && claim()) {
        wake();
        return false;
      }
    }
    return true;
  }

  /** Returns why there is no answer, after {@link #await}; null if there is one. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /** Returns the answer after {@link #await}. */
  O answer() {
    O answer = output;
    if (answer == null) {
      throw new IllegalStateException("Not completed.");
    }
    return answer;
  }
}
