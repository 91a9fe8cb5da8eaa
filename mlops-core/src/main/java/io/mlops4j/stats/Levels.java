package io.mlops4j.stats;

import org.apache.commons.statistics.distribution.NormalDistribution;

/** Checks of probabilities, and the standard normal distribution. */
final class Levels {
  static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private Levels() {}

  /** Rejects what is not strictly between 0 and 1; written so that NaN fails it. */
  static double check(String what, double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException(what + ": " + level + " (expected: above 0, below 1)");
    }
    return level;
  }

  static double checkFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: a finite number)");
    }
    return value;
  }

  static double checkPositive(String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: above 0, finite)");
    }
    return value;
  }
}
