package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who is inside something that must not be closed under them.
 *
 * <p>One word: the sign bit says retired, the rest counts. Nobody enters after {@link #retire}, so
 * the word reaches "retired and 0" exactly once, and whoever moves it there runs the action.
 * Checked by Lincheck.
 */
final class Lease {
  private static final int RETIRED = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private final Runnable afterLast;

  /** Creates a lease whose action runs on the thread that is last, which must not be held up. */
  Lease(Runnable afterLast) {
    this.afterLast = afterLast;
  }

  /** Returns false if it is retired; otherwise the caller is inside and must {@link #leave}. */
  boolean enter() {
    for (int s = state.get(); s >= 0; s = state.get()) {
      if (state.weakCompareAndSetVolatile(s, s + 1)) {
        return true;
      }
    }
    return false;
  }

  void leave() {
    if (state.decrementAndGet() == RETIRED) {
      afterLast.run();
    }
  }

  /** Lets nobody in from now on. Idempotent. */
  void retire() {
    int before = state.getAndUpdate(s -> s | RETIRED);
    if (before == 0) {
      afterLast.run();
    }
  }

  int inside() {
    return state.get() & Integer.MAX_VALUE;
  }
}
