package io.mlops4j.mlflow;

import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Objects;

/**
 * How a server is talked to.
 *
 * @param connectTimeout the longest a connection may take; more than zero
 * @param requestTimeout the longest one request may take, its whole answer included; more than zero
 * @param attempts how often a request is sent at most, 1 to 10: again after 429, 502, 503, 504 and
 *     lost connections, where sending it twice does no harm
 * @param firstPause how long to wait before the second attempt; doubles with each, up to 30 s; a
 *     server's {@code Retry-After} of up to 30 s is kept
 * @param limits how much is read
 * @param time where waiting and time stamps come from
 */
public record MlflowOptions(
    Duration connectTimeout,
    Duration requestTimeout,
    int attempts,
    Duration firstPause,
    MlflowLimits limits,
    Time time) {

  /** Checks the ranges. */
  public MlflowOptions {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("requestTimeout", requestTimeout);
    if (attempts < 1 || attempts > 10) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: 1..10)");
    }
    if (firstPause.isNegative() || firstPause.compareTo(Duration.ofSeconds(30)) > 0) {
      throw new IllegalArgumentException("firstPause: " + firstPause + " (expected: 0..30 s)");
    }
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(time, "time");
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": " + duration + " (expected: more than zero)");
    }
  }

  /**
   * Returns the usual: 10 s to connect, 5 minutes a request, 4 attempts with pauses from 200 ms,
   * the usual limits, system time.
   *
   * @return the defaults
   */
  public static MlflowOptions withDefaults() {
    return new MlflowOptions(
        Duration.ofSeconds(10),
        Duration.ofMinutes(5),
        4,
        Duration.ofMillis(200),
        MlflowLimits.withDefaults(),
        Time.system());
  }

  /**
   * Returns a copy with another time to connect.
   *
   * @param timeout more than zero
   * @return the copy
   */
  public MlflowOptions withConnectTimeout(Duration timeout) {
    return new MlflowOptions(timeout, requestTimeout, attempts, firstPause, limits, time);
  }

  /**
   * Returns a copy with another time for a whole request.
   *
   * @param timeout more than zero
   * @return the copy
   */
  public MlflowOptions withRequestTimeout(Duration timeout) {
    return new MlflowOptions(connectTimeout, timeout, attempts, firstPause, limits, time);
  }

  /**
   * Returns a copy with another number of attempts.
   *
   * @param number 1 to 10
   * @return the copy
   */
  public MlflowOptions withAttempts(int number) {
    return new MlflowOptions(connectTimeout, requestTimeout, number, firstPause, limits, time);
  }

  /**
   * Returns a copy with another first pause.
   *
   * @param pause 0 to 30 s
   * @return the copy
   */
  public MlflowOptions withFirstPause(Duration pause) {
    return new MlflowOptions(connectTimeout, requestTimeout, attempts, pause, limits, time);
  }

  /**
   * Returns a copy with other limits.
   *
   * @param newLimits how much is read
   * @return the copy
   */
  public MlflowOptions withLimits(MlflowLimits newLimits) {
    return new MlflowOptions(connectTimeout, requestTimeout, attempts, firstPause, newLimits, time);
  }

  /**
   * Returns a copy with another time.
   *
   * @param newTime where waiting and time stamps come from
   * @return the copy
   */
  public MlflowOptions withTime(Time newTime) {
    return new MlflowOptions(connectTimeout, requestTimeout, attempts, firstPause, limits, newTime);
  }
}
