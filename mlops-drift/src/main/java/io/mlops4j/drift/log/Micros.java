package io.mlops4j.drift.log;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as every log keeps them: microseconds in a long, so that comparisons agree everywhere. */
final class Micros {
  private static final Instant FIRST = Instant.ofEpochSecond(-9_000_000_000_000L);
  private static final Instant LAST = Instant.ofEpochSecond(9_000_000_000_000L);

  private Micros() {}

  /** Returns the time cut to microseconds; one 285,000 years away is somebody's mistake. */
  static Instant cut(Instant at) {
    Instant within = at.isBefore(FIRST) ? FIRST : at.isAfter(LAST) ? LAST : at;
    return within.truncatedTo(ChronoUnit.MICROS);
  }

  static long of(Instant at) {
    Instant within = cut(at);
    return within.getEpochSecond() * 1_000_000 + within.getNano() / 1_000;
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
