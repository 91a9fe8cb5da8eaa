package io.mlops4j.pipeline;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One call of a step's code, which can be interrupted from outside while it runs and not after. */
final class Attempt {
  private final Thread thread = Thread.currentThread();
  private boolean over;
  private boolean abandoned;
  private @Nullable Stop stop;

  /** Why it was interrupted. */
  enum Stop {
    TIMEOUT,
    CANCEL,
    SHUTDOWN
  }

  /** Calls it on this thread. */
  <T> T call(Callable<T> body) throws Exception {
    synchronized (this) {
      if (stop != null) {
        throw new InterruptedException("stopped before it began");
      }
    }
    try {
      return body.call();
    } finally {
      synchronized (this) {
        over = true;
        if (stop != null) {
          // Ours; it must not reach what the thread does next.
          Thread.interrupted();
        }
      }
    }
  }

  /** Interrupts it if it runs. */
  synchronized void stop(Stop why) {
    if (!over && stop == null) {
      stop = why;
      thread.interrupt();
    }
  }

  /** Gives it up if it still runs: whatever it returns will not be looked at. */
  synchronized boolean abandon() {
    abandoned |= !over;
    return abandoned;
  }

  synchronized @Nullable Stop stopped() {
    return stop;
  }

  synchronized boolean abandoned() {
    return abandoned;
  }

  /** Ends the step's next report of progress if it should stop. */
  void check() {
    Stop why = stopped();
    if (why != null) {
      throw new PipelineException("The step was stopped: " + why + ".");
    }
  }
}
