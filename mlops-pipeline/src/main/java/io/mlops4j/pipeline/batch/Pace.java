package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * How fast a job goes: at most so many rows a second, without making up for time that was lost to
 * waiting, and never while somebody else needs the machine.
 */
final class Pace {
  /** How long to look away while others are busy: from here, doubling, to there. */
  private static final Duration SHORTEST_NAP = Duration.ofNanos(200_000);

  private static final Duration LONGEST_NAP = Duration.ofMillis(50);
  private static final double NANOS = 1e9;

  private final Time time;
  private final double rowsPerSecond;
  private final BooleanSupplier busy;
  private long free;

  /**
   * Takes the limits.
   *
   * @param rowsPerSecond infinity for none
   */
  Pace(Time time, double rowsPerSecond, BooleanSupplier busy) {
    this.time = time;
    this.rowsPerSecond = rowsPerSecond;
    this.busy = busy;
    this.free = time.nanos();
  }

  /** Waits until a chunk may be scored. */
  void await(int rows) throws InterruptedException {
    Duration nap = SHORTEST_NAP;
    while (busy.getAsBoolean()) {
      pause(nap);
      nap = nap.multipliedBy(2).compareTo(LONGEST_NAP) > 0 ? LONGEST_NAP : nap.multipliedBy(2);
    }
    if (!Double.isInfinite(rowsPerSecond)) {
      long now = time.nanos();
      if (free - now > 0) {
        pause(Duration.ofNanos(free - now));
      } else {
        free = now;
      }
      free += (long) Math.ceil(rows / rowsPerSecond * NANOS);
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    Subscription timer = time.schedule(duration, over::countDown);
    try {
      over.await();
    } finally {
      timer.close();
    }
  }
}
