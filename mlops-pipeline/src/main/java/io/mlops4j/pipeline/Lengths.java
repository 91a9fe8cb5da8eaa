package io.mlops4j.pipeline;

import java.time.Duration;

/** Lengths of time that somebody waits for: they are counted in nanoseconds, with room to spare. */
final class Lengths {
  private static final Duration LONGEST = Duration.ofDays(3_650);

  private Lengths() {}

  static Duration require(String what, Duration length) {
    if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + ": " + length + " (expected: more than zero, at most 3650 days)");
    }
    return length;
  }
}
