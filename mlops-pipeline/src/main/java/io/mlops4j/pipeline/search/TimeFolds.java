package io.mlops4j.pipeline.search;

import java.time.Duration;
import java.util.Objects;

/**
 * How folds follow time.
 *
 * @param folds how many test periods, at least 1
 * @param horizon how long after a row its label is known: a training row whose label was not known
 *     when the test period began is purged
 * @param embargo how long after a test period no training row may be; only where later rows train
 * @param testRows rows of each test period; 0 for all but one part of {@code folds + 1} equal parts
 * @param maxTrainRows the latest rows only; 0 for all
 */
public record TimeFolds(
    int folds, Duration horizon, Duration embargo, int testRows, int maxTrainRows) {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Checks the ranges. */
  public TimeFolds {
    if (folds < 1) {
      throw new IllegalArgumentException("folds: " + folds + " (expected: 1 or more)");
    }
    requireLength("horizon", Objects.requireNonNull(horizon, "horizon"));
    requireLength("embargo", Objects.requireNonNull(embargo, "embargo"));
    if (testRows < 0 || maxTrainRows < 0) {
      throw new IllegalArgumentException(
          "testRows, maxTrainRows: " + testRows + ", " + maxTrainRows + " (expected: 0 or more)");
    }
  }

  private static void requireLength(String what, Duration length) {
    if (length.isNegative() || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + ": " + length + " (expected: 0 to 36500 days)");
    }
  }

  /**
   * Returns folds of labels that are known at once.
   *
   * @param folds how many
   * @return a start for the {@code with} methods
   */
  public static TimeFolds of(int folds) {
    return new TimeFolds(folds, Duration.ZERO, Duration.ZERO, 0, 0);
  }

  /**
   * Returns a copy with a label horizon.
   *
   * @param length how long after a row its label is known
   * @return the copy
   */
  public TimeFolds withHorizon(Duration length) {
    Objects.requireNonNull(length, "length");
    return new TimeFolds(folds, length, embargo, testRows, maxTrainRows);
  }

  /**
   * Returns a copy with an embargo.
   *
   * @param length how long after a test period no row trains
   * @return the copy
   */
  public TimeFolds withEmbargo(Duration length) {
    Objects.requireNonNull(length, "length");
    return new TimeFolds(folds, horizon, length, testRows, maxTrainRows);
  }

  /**
   * Returns a copy with a length of test periods.
   *
   * @param rows of each
   * @return the copy
   */
  public TimeFolds withTestRows(int rows) {
    return new TimeFolds(folds, horizon, embargo, rows, maxTrainRows);
  }

  /**
   * Returns a copy that trains on a sliding window.
   *
   * @param rows at most, the latest ones
   * @return the copy
   */
  public TimeFolds withMaxTrainRows(int rows) {
    return new TimeFolds(folds, horizon, embargo, testRows, rows);
  }
}
