package io.mlops4j.drift.stream;

/** What detectors ask of their arguments. */
final class Streams {
  private Streams() {}

  static double requireFinite(double value) {
    // The square of a larger one would be no number, and the detector deaf for ever.
    if (!(Math.abs(value) <= 1e100)) {
      throw new IllegalArgumentException(
          "value: " + value + " (expected: a finite number, at most 1e100 either way)");
    }
    return value;
  }

  static double requireUnit(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 to 1)");
    }
    return value;
  }

  static boolean requireError(double value) {
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 or 1)");
    }
    return value == 1;
  }

  static double requireBetween(String name, double value, double low, double high) {
    if (!(value > low && value <= high)) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: above " + low + ", at most " + high + ")");
    }
    return value;
  }
}
