package io.mlops4j.report;

/** The smallest and largest finite value seen. Not thread-safe. */
final class Range {
  double low = Double.POSITIVE_INFINITY;
  double high = Double.NEGATIVE_INFINITY;

  void add(double value) {
    if (Double.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }

  boolean isEmpty() {
    return low > high;
  }

  /** Adds zero where it is near enough that leaving it out would exaggerate differences. */
  void addNearZero() {
    if ((low > 0 && low < high / 2) || (high < 0 && high > low / 2)) {
      add(0);
    }
  }
}
