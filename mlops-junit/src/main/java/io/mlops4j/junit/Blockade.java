package io.mlops4j.junit;

import io.mlops4j.core.MlopsException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where calls of a scripted model wait. Nobody waits longer than ten seconds. */
final class Blockade {
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Object lock = new Object();
  private int blocked;

  void release() {
    released.countDown();
  }

  void block() {
    synchronized (lock) {
      blocked++;
      lock.notifyAll();
    }
    try {
      if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new MlopsException(
            "The scripted model was not released within " + PATIENCE_SECONDS + " s.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MlopsException("The scripted model was interrupted while it was blocked.", e);
    } finally {
      synchronized (lock) {
        blocked--;
      }
    }
  }

  void awaitBlocked(int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (lock) {
      while (blocked < count) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError(
              "Of "
                  + count
                  + " calls, "
                  + blocked
                  + " are blocked in the model after "
                  + PATIENCE_SECONDS
                  + " s. Does the script reach its thenBlock()?");
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("Interrupted while waiting for blocked calls.", e);
        }
      }
    }
  }
}
