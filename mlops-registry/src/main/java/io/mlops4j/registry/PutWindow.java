package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a writer may rely on blobs it has stored or found before something refers to them. By
 * both clocks: the monotonic one stands still while a machine sleeps, the other one can be set.
 */
final class PutWindow {
  static final Duration LONGEST = Duration.ofHours(1);

  private final Time time;
  private final long nanos;
  private final Instant start;

  PutWindow(Time time) {
    this.time = time;
    this.nanos = time.nanos();
    this.start = time.now();
  }

  boolean isOver() {
    return time.nanos() - nanos >= LONGEST.toNanos() || !time.now().isBefore(start.plus(LONGEST));
  }

  void requireOpen(String what) {
    if (isOver()) {
      throw new MlopsException(
          what
              + " took longer than "
              + LONGEST.toMinutes()
              + " minutes; what it stored may have been collected meanwhile. Start it again.");
    }
  }
}
