package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One queued request, with a future or a thread that waits. Completed once; a second completion, by
 * a closing predictor or a late worker, is lost.
 */
final class Request<I, O> {
  final I input;
  final long start;
  final @Nullable Trace trace;
  private final @Nullable CompletableFuture<O> future;
  private final @Nullable Thread waiter;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private @Nullable O output;
  private @Nullable RuntimeException failure;
  private volatile boolean done;
  private volatile boolean abandoned;

  private Request(
      I input,
      long start,
      @Nullable Trace trace,
      @Nullable CompletableFuture<O> future,
      @Nullable Thread waiter) {
    this.input = input;
    this.start = start;
    this.trace = trace;
    this.future = future;
    this.waiter = waiter;
  }

  static <I, O> Request<I, O> async(I input, long start, CompletableFuture<O> future) {
    return new Request<>(input, start, null, future, null);
  }

  static <I, O> Request<I, O> blocking(I input, long start, @Nullable Trace trace) {
    return new Request<>(input, start, trace, null, Thread.currentThread());
  }

  /** Returns whether nobody wants the answer any more. */
  boolean isAbandoned() {
    return abandoned || (future != null && future.isDone());
  }

  void complete(O answer) {
    if (claimed.compareAndSet(false, true)) {
      output = answer;
      wake();
      if (future != null) {
        future.complete(answer);
      }
    }
  }

  void fail(RuntimeException reason) {
    if (claimed.compareAndSet(false, true)) {
      failure = reason;
      wake();
      if (future != null) {
        future.completeExceptionally(reason);
      }
    }
  }

  private void wake() {
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
      if (!done && Thread.currentThread().isInterrupted()) {
        abandoned = true;
        return false;
      }
    }
    return true;
  }

  /** Returns the answer after {@link #await}. */
  O answer() {
    RuntimeException reason = failure;
    if (reason != null) {
      throw reason;
    }
    O answer = output;
    if (answer == null) {
      throw new IllegalStateException("Not completed.");
    }
    return answer;
  }
}
