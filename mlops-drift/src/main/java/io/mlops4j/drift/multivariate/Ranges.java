package io.mlops4j.drift.multivariate;

import java.time.Duration;

/** Options outside their range are named where they are given. */
final class Ranges {
  private Ranges() {}

  static void require(boolean ok, String name, Object value, String expected) {
    if (!ok) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /**
   * For both tests that shuffle: fewer permutations could never find a p-value of {@code alpha}.
   */
  static void requirePermutations(double alpha, int permutations) {
    require(alpha >= 0.0001 && alpha <= 0.2, "alpha", alpha, "0.0001..0.2");
    int least = (int) Math.ceil(1 / alpha - 1e-9) - 1;
    require(
        permutations >= least && permutations <= 99_999,
        "permutations",
        permutations,
        least + "..99999, for alpha " + alpha);
  }

  static void requireWindow(Duration window) {
    require(
        window.toSeconds() >= 1 && window.toDays() <= 3660, "window", window, "1 s to 3660 days");
  }
}
