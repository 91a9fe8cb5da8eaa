package io.mlops4j.pipeline.search;

/** Which way is better. */
enum Direction {
  MINIMISE,
  MAXIMISE;

  /** Returns whether a value is better than another; NaN never is, and everything is than NaN. */
  boolean isBetter(double value, double than) {
    if (Double.isNaN(value)) {
      return false;
    }
    return Double.isNaN(than) || (this == MINIMISE ? value < than : value > than);
  }

  /** Returns the order from best to worst, NaN last. */
  int compare(double first, double second) {
    if (isBetter(first, second)) {
      return -1;
    }
    return isBetter(second, first) ? 1 : 0;
  }
}
