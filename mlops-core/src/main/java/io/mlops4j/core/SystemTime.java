package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The machine's clocks; delays by the JDK's own delayer, so that no thread of ours is started. */
enum SystemTime implements Time {
  INSTANCE;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public Subscription schedule(Duration delay, Runnable task) {
    long nanos = Math.max(0, Time.nanos(delay));
    // Cancelling it takes its timer out of the delayer at once: most deadlines are never reached.
    CompletableFuture<@Nullable Void> due =
        new CompletableFuture<@Nullable Void>()
            .completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    CompletableFuture<@Nullable Void> run = due.thenRunAsync(task);
    return () -> {
      due.cancel(false);
      run.cancel(false);
    };
  }
}
