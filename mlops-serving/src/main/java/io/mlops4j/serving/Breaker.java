package io.mlops4j.serving;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.mlops4j.core.Time;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * The circuit breaker of one version: Resilience4j's over a window of counted calls. A permission
 * and its outcome cost some 20 ns. Every permission gets exactly one outcome.
 *
 * <p>Its clock is monotonic time: a wall clock set back would keep a circuit open.
 */
final class Breaker {
  private final CircuitBreaker breaker;
  private final CircuitBreaking options;

  Breaker(String name, CircuitBreaking options, Time time) {
    this.options = options;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindow(
                    options.window(), options.minimumCalls(), SlidingWindowType.COUNT_BASED)
                .failureRateThreshold((float) (options.failureShare() * 100))
                .waitDurationInOpenState(options.openFor())
                .permittedNumberOfCallsInHalfOpenState(options.trials())
                .clock(new Monotonic(time))
                .currentTimestampFunction(clock -> time.nanos(), TimeUnit.NANOSECONDS)
                .writableStackTraceEnabled(false)
                .build());
  }

  /** Returns whether the model may be asked for one row; then its outcome must be told. */
  boolean tryEnter() {
    return breaker.tryAcquirePermission();
  }

  void succeeded(long nanos) {
    breaker.onSuccess(Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }

  void failed(long nanos, Throwable failure) {
    breaker.onError(Math.max(0, nanos), TimeUnit.NANOSECONDS, failure);
  }

  /** The model was not asked after all. */
  void notAsked() {
    breaker.releasePermission();
  }

  boolean isOpen() {
    return breaker.getState() == CircuitBreaker.State.OPEN;
  }

  CircuitBreaking options() {
    return options;
  }

  private static final class Monotonic extends Clock {
    private final Time time;

    Monotonic(Time time) {
      this.time = time;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(time.nanos());
    }
  }
}
