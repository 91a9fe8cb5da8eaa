package io.mlops4j.examples.continuous;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.pipeline.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The clock of the service: the wall clock is the year 2001, moved by the replay; durations are
 * real, so that latencies are.
 */
final class Clock implements Time {
  /** When the service opens; every second Monday from then on there are two weeks of new data. */
  static final Instant LIVE = Instant.parse("2001-02-26T06:00:00Z");

  private static final Duration FORTNIGHT = Duration.ofDays(14);

  private volatile Instant now;

  Clock(Instant start) {
    now = start;
  }

  void moveTo(Instant instant) {
    now = instant;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Subscription schedule(Duration delay, Runnable task) {
    return Time.system().schedule(delay, task);
  }

  /** Returns the latest two weeks of data that are complete. */
  static Optional<Trigger.Signal> fortnight(Instant now) {
    if (now.isBefore(LIVE)) {
      return Optional.empty();
    }
    Instant begins = LIVE;
    while (!begins.plus(FORTNIGHT).isAfter(now)) {
      begins = begins.plus(FORTNIGHT);
    }
    String day = begins.toString().substring(0, 10);
    return Optional.of(new Trigger.Signal(day, "Two weeks of data up to " + day + "."));
  }
}
