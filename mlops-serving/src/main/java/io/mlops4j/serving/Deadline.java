package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;

/**
 * Points of monotonic time by which a call wants its answer. They are compared by difference, as
 * nanoseconds wrap around.
 */
final class Deadline {
  static final long NONE = Long.MAX_VALUE;

  /** Far enough for anybody, near enough to be told from the past by a difference. */
  private static final long FARTHEST = Long.MAX_VALUE / 4;

  private Deadline() {}

  /** Returns a duration in nanoseconds, however long it is. */
  static long nanos(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    try {
      return Math.max(-FARTHEST, Math.min(FARTHEST, limit.toNanos()));
    } catch (ArithmeticException e) {
      return limit.isNegative() ? -FARTHEST : FARTHEST;
    }
  }

  /** Returns the deadline some nanoseconds after a start; none if there is no limit. */
  static long after(long start, long limit) {
    if (limit == NONE) {
      return NONE;
    }
    long at = start + limit;
    return at == NONE ? at - 1 : at;
  }

  static boolean isPast(long deadline, long now) {
    return deadline != NONE && now - deadline >= 0;
  }

  /** Returns how many nanoseconds are left; less than 1 if it has passed. */
  static long left(long deadline, long now) {
    return deadline == NONE ? NONE : deadline - now;
  }

  static long earlier(long a, long b) {
    if (a == NONE || b == NONE) {
      return a == NONE ? b : a;
    }
    return a - b < 0 ? a : b;
  }
}
