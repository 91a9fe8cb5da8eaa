package io.mlops4j.core;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

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

  /**
   * Returns the instant that lies a duration after another: what {@link Instant#plus} gives, and
   * {@link Instant#MAX} or {@link Instant#MIN} where that throws. An end that no calendar reaches
   * is no end.
   *
   * @param from where it begins
   * @param by how long; negative for an earlier instant
   * @return never an exception
   */
  static Instant after(Instant from, Duration by) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(by, "by");
    try {
      return from.plus(by);
    } catch (ArithmeticException | DateTimeException e) {
      return by.isNegative() ? Instant.MIN : Instant.MAX;
    }
  }

  /**
   * Returns the milliseconds since 1970 of an instant, the least or largest long if it is farther
   * away than they say.
   *
   * @param at any instant
   * @return rounded down
   */
  static long millis(Instant at) {
    Objects.requireNonNull(at, "at");
    try {
      return at.toEpochMilli();
    } catch (ArithmeticException e) {
      return at.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /**
   * Returns the nanoseconds of a duration, the least or largest long if it is longer than 292
   * years.
   *
   * @param duration any
   * @return never an exception
   */
  static long nanos(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
