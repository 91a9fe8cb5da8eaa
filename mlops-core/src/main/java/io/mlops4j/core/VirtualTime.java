package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until it is told to move. Scheduled tasks run on the thread that moves it,
 * in the order they are due, each seeing the instant it was due at.
 *
 * <p>Thread-safe: any thread may read and schedule; tasks run without a lock held and may schedule
 * more.
 */
public final class VirtualTime implements Time {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::sequence));
  private final Object lock = new Object();
  private long nanos;
  private Instant now;
  private long sequence;

  private VirtualTime(Instant start) {
    this.now = Objects.requireNonNull(start, "start");
  }

  /**
   * Returns a time that stands at an instant.
   *
   * @param start what {@link #now()} says until time is moved
   * @return a new time with {@link #nanos()} at 0
   */
  public static VirtualTime startingAt(Instant start) {
    return new VirtualTime(start);
  }

  @Override
  public long nanos() {
    synchronized (lock) {
      return nanos;
    }
  }

  @Override
  public Instant now() {
    synchronized (lock) {
      return now;
    }
  }

  @Override
  public Subscription schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(task, "task");
    synchronized (lock) {
      Task scheduled = new Task(due(delay), sequence++, task);
      tasks.add(scheduled);
      return () -> {
        synchronized (lock) {
          tasks.remove(scheduled);
        }
      };
    }
  }

  /** A delay that no clock of nanoseconds can reach is never due. */
  private long due(Duration delay) {
    if (delay.isNegative()) {
      return nanos;
    }
    try {
      return Math.addExact(nanos, delay.toNanos());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Moves both clocks forward and runs every task that becomes due, on this thread.
   *
   * @param duration how far; not negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("duration: " + duration + " (expected: not negative)");
    }
    long target;
    synchronized (lock) {
      target = Math.addExact(nanos, duration.toNanos());
    }
    for (Task task = next(target); task != null; task = next(target)) {
      task.run().run();
    }
    synchronized (lock) {
      moveTo(Math.max(target, nanos));
    }
  }

  /**
   * Sets the wall clock only, as an administrator or a leap would: {@link #nanos()} does not move
   * and nothing becomes due.
   *
   * @param instant what {@link #now()} says from here on
   */
  public void setWallClock(Instant instant) {
    synchronized (lock) {
      now = Objects.requireNonNull(instant, "instant");
    }
  }

  /**
   * Returns how many tasks wait.
   *
   * @return scheduled and neither run nor cancelled
   */
  public int pending() {
    synchronized (lock) {
      return tasks.size();
    }
  }

  private @Nullable Task next(long target) {
    synchronized (lock) {
      Task task = tasks.peek();
      if (task == null || task.due() > target) {
        return null;
      }
      tasks.remove();
      moveTo(Math.max(task.due(), nanos));
      return task;
    }
  }

  private void moveTo(long target) {
    now = now.plusNanos(target - nanos);
    nanos = target;
  }

  private record Task(long due, long sequence, Runnable run) {}
}
