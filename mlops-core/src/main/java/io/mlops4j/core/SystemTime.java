package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
    AtomicReference<@Nullable Runnable> pending = new AtomicReference<>(task);
    long nanos = Math.max(0, saturatedNanos(delay));
    CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
        .execute(
            () -> {
              Runnable due = pending.getAndSet(null);
              if (due != null) {
                due.run();
              }
            });
    return () -> pending.set(null);
  }

  private static long saturatedNanos(Duration delay) {
    try {
      return delay.toNanos();
    } catch (ArithmeticException e) {
      return delay.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }
}
