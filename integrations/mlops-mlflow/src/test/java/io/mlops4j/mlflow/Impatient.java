package io.mlops4j.mlflow;

import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Time in which every pause is over at once, and is kept. */
final class Impatient implements Time {
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();

  static MlflowOptions options() {
    return MlflowOptions.withDefaults()
        .withTime(new Impatient())
        .withRequestTimeout(Duration.ofSeconds(30));
  }

  List<Duration> pauses() {
    return List.copyOf(pauses);
  }

  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public Instant now() {
    return Instant.parse("2026-11-26T12:00:00Z");
  }

  @Override
  public Subscription schedule(Duration delay, Runnable task) {
    pauses.add(delay);
    task.run();
    return () -> {};
  }
}
