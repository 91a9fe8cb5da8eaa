package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;

/** Durations are real, the wall clock is the year 2001: set by the replay, day by day. */
final class ReplayTime implements Time {
  private volatile Instant now;

  ReplayTime(Instant start) {
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
}
