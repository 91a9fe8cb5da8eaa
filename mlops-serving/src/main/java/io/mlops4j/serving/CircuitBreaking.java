package io.mlops4j.serving;

import java.time.Duration;

/**
 * When a model that keeps failing is left alone for a while. Rows the model has not seen (rejected,
 * expired, not encodable) count neither way; a run cut off by its deadline is a failure.
 *
 * @param failureShare share of failures among the last calls that opens the circuit, more than 0
 *     and at most 1
 * @param window how many last calls are looked at, 1 to 10,000
 * @param minimumCalls how many there must be before anything is decided, 1 to {@code window}
 * @param openFor how long no call reaches the model then
 * @param trials how many calls decide after that whether it closes, 1 to 1,000
 */
public record CircuitBreaking(
    double failureShare, int window, int minimumCalls, Duration openFor, int trials) {

  /** Checks each number. */
  public CircuitBreaking {
    if (!(failureShare > 0 && failureShare <= 1)) {
      throw new IllegalArgumentException(
          "failureShare: " + failureShare + " (expected: more than 0, at most 1)");
    }
    requireRange("window", window, 1, 10_000);
    requireRange("minimumCalls", minimumCalls, 1, window);
    requireRange("trials", trials, 1, 1_000);
    if (openFor.toMillis() < 1) {
      throw new IllegalArgumentException("openFor: " + openFor + " (expected: 1 ms or more)");
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
   * @param least how many there must be before anything is decided
   * @return the copy
   */
  public CircuitBreaking withWindow(int last, int least) {
    return new CircuitBreaking(failureShare, last, least, openFor, trials);
  }

  /**
   * Returns a copy that stays open for another time.
   *
   * @param duration at least 1 ms
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
