package io.mlops4j.delivery.shadow;

/**
 * Counts of amounts of at least zero, in sixteenths of powers of two: a quantile is at most 6.25 %
 * too high, and two of them add up exactly.
 */
final class Magnitudes {
  private static final int LOWEST = -30;
  private static final int HIGHEST = 40;

  /** The first cell holds what is below 2^-30, zero included. */
  static final int CELLS = (HIGHEST - LOWEST) * 16 + 1;

  private static final double LARGEST = Math.nextDown(Math.scalb(1.0, HIGHEST));

  private final long[] counts = new long[CELLS];

  void add(double amount) {
    counts[cellOf(amount)]++;
  }

  void add(int cell, long times) {
    counts[cell] = Math.addExact(counts[cell], times);
  }

  void plus(Magnitudes other) {
    for (int i = 0; i < CELLS; i++) {
      add(i, other.counts[i]);
    }
  }

  long count(int cell) {
    return counts[cell];
  }

  long total() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  private static int cellOf(double amount) {
    if (!(amount >= Math.scalb(1.0, LOWEST))) {
      return 0;
    }
    double value = Math.min(amount, LARGEST);
    int sixteenth = (int) (Double.doubleToRawLongBits(value) >>> 48) & 15;
    return 1 + (Math.getExponent(value) - LOWEST) * 16 + sixteenth;
  }

  /** Returns what at most a share of the amounts exceeds: the upper end of a cell; 0 if none. */
  double quantile(double share) {
    long rank = (long) Math.ceil(share * total());
    long seen = 0;
    for (int i = 0; i < CELLS; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return upperEnd(i);
      }
    }
    return 0;
  }

  private static double upperEnd(int cell) {
    if (cell == 0) {
      return 0;
    }
    int exponent = (cell - 1) / 16 + LOWEST;
    return Math.scalb(1 + ((cell - 1) % 16 + 1) / 16.0, exponent);
  }
}
