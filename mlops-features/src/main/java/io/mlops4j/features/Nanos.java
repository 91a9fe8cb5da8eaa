package io.mlops4j.features;

import java.time.Instant;

/**
 * Instants as nanoseconds since 1970: exact, so that what became known a nanosecond later is later.
 * Reaches from 1677 to 2262.
 */
final class Nanos {
  private static final long PER_SECOND = 1_000_000_000L;
  private static final long LAST_SECOND = Long.MAX_VALUE / PER_SECOND - 1;

  private Nanos() {}

  static boolean fits(Instant at) {
    return Math.abs(at.getEpochSecond()) <= LAST_SECOND;
  }

  static long of(Instant at) {
    if (!fits(at)) {
      throw new IllegalArgumentException("time: " + at + " (expected: 1678 to 2261)");
    }
    return at.getEpochSecond() * PER_SECOND + at.getNano();
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, PER_SECOND), Math.floorMod(nanos, PER_SECOND));
  }

  /** Saturates: a window that begins before all time begins at its beginning. */
  static long minus(long nanos, long back) {
    long result = nanos - back;
    return back > 0 && result > nanos ? Long.MIN_VALUE : result;
  }

  static long plus(long nanos, long ahead) {
    long result = nanos + ahead;
    return ahead > 0 && result < nanos ? Long.MAX_VALUE : result;
  }
}
