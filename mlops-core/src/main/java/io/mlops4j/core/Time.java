package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;

/**
 * Where time comes from. Everything in this library that waits, measures or stamps takes one, so
 * that a test can turn the clock ({@link VirtualTime}). Thread-safe.
 */
public interface Time {

  /**
   * Returns monotonic nanoseconds with an arbitrary origin. For durations only; compare by
   * difference.
   *
   * @return like {@link System#nanoTime()}
   */
  long nanos();

  /**
   * Returns the wall clock. It can jump in both directions; never order events by it.
   *
   * @return the current instant
   */
  Instant now();

  /**
   * Runs a task once after a delay, on a thread of this time's choosing. The task must be short and
   * must not block.
   *
   * @param delay how long to wait; zero or negative means as soon as possible
   * @param task what to run
   * @return closing it cancels the task if it has not begun
   */
  Subscription schedule(Duration delay, Runnable task);

  /**
   * Returns the machine's time. Scheduled tasks run on the common pool.
   *
   * @return the system clocks
   */
  static Time system() {
    return SystemTime.INSTANCE;
  }
}
