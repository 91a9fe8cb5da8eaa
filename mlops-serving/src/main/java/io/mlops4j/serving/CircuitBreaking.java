package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;

/**
 * When a model that keeps failing is left alone for a while. Rows the model has not seen (rejected,
 * expired, not encodable) count neither way; a run cut off by its deadline is a failure.
 *
 * @param failureShare share of failures among the last calls that opens the circuit, 0.0001 to 1;
 *     one of the largest window is that
 * @param window how many last calls are looked at, 1 to 10,000
 * @param minimumCalls how many there must be before anything is decided, 1 to {@code window}
 * @param openFor how long no call reaches the model then, 1 ms to 365 days
 * @param trials how many calls decide after that whether it closes, 1 to 1,000
 */
public record CircuitBreaking(
    double failureShare, int window, int minimumCalls, Duration openFor, int trials) {

  private static final double LEAST_SHARE = 1e-4;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  /** Checks each number. */
  public CircuitBreaking {
    Objects.requireNonNull(openFor, "openFor");
    if (!(failureShare >= LEAST_SHARE && failureShare <= 1)) {
      throw new IllegalArgumentException(
          "failureShare: " + failureShare + " (expected: " + LEAST_SHARE + "..1)");
    }
    requireRange("window", window, 1, 10_000);
    requireRange("minimumCalls", minimumCalls, 1, window);
    requireRange("trials", trials, 1, 1_000);
    if (openFor.compareTo(SHORTEST) < 0 || openFor.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "openFor: " + openFor + " (expected: " + SHORTEST + ".." + LONGEST + ")");
    }
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }

  /**
   * Returns half of the last 100 calls, at least 20 of them; open for 5 s, then 5 trials.
   *
   * @return the defaults
   */
  public static CircuitBreaking withDefaults() {
    return new CircuitBreaking(0.5, 100, 20, Duration.ofSeconds(5), 5);
  }

  /**
   * Returns a copy that opens at another share of failures.
   *
   * @param share more than 0, at most 1
   * @return the copy
   */
  public CircuitBreaking withFailureShare(double share) {
    return new CircuitBreaking(share, window, minimumCalls, openFor, trials);
  }

  /**
   * Returns a copy that looks at other numbers of calls.
   *
   * @param last how many last calls
   * @param minimum how many there must be before anything is decided
   * @return the copy
   */
  public CircuitBreaking withWindow(int last, int minimum) {
    return new CircuitBreaking(failureShare, last, minimum, openFor, trials);
  }

  /**
   * Returns a copy that stays open for another time.
   *
   * @param duration 1 ms to 365 days
   * @return the copy
   */
  public CircuitBreaking withOpenFor(Duration duration) {
    return new CircuitBreaking(failureShare, window, minimumCalls, duration, trials);
  }

  /**
   * Returns a copy with another number of trials.
   *
   * @param calls 1 to 1,000
   * @return the copy
   */
  public CircuitBreaking withTrials(int calls) {
    return new CircuitBreaking(failureShare, window, minimumCalls, openFor, calls);
  }
}
