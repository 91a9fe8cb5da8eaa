package io.mlops4j.drift;

import java.time.Duration;
import java.time.Instant;

/**
 * Time cut into equal stretches, counted from Monday 1970-01-05T00:00Z: seven-day windows begin on
 * Mondays, whole-day ones at midnight UTC.
 */
record Windows(Duration length) {
  private static final long MONDAY = 4L * 24 * 60 * 60 * 1000;
  private static final Duration LEAST = Duration.ofMillis(1);
  static final Duration MAX = Duration.ofDays(3660);

  Windows {
    if (length.compareTo(LEAST) < 0 || length.compareTo(MAX) > 0) {
      throw new IllegalArgumentException("window: " + length + " (expected: 1 ms to 3660 days)");
    }
  }

  long indexOf(Instant at) {
    // An instant beyond the range of milliseconds is somebody's mistake: the first or last window.
    long millis;
    try {
      millis = at.toEpochMilli();
    } catch (ArithmeticException e) {
      millis = at.isAfter(Instant.EPOCH) ? Long.MAX_VALUE / 2 : Long.MIN_VALUE / 2;
    }
    return Math.floorDiv(
        Math.max(Long.MIN_VALUE / 2, Math.min(Long.MAX_VALUE / 2, millis)) - MONDAY,
        length.toMillis());
  }

  Instant start(long index) {
    return Instant.ofEpochMilli(index * length.toMillis() + MONDAY);
  }
}
