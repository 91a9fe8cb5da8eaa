package io.mlops4j.drift.service;

/**
 * Durations in log-linear cells, 16 per power of two: a quantile is at most 6.25 % too high and
 * never too low. Not thread-safe.
 */
final class LatencyCells {
  private static final int SUB_BITS = 4;
  private static final int SUB = 1 << SUB_BITS;

  /** Up to 2^40 ns, 18 minutes; longer counts as that. */
  private static final int CELLS = (40 - SUB_BITS + 2) * SUB;

  private final long[] counts = new long[CELLS];
  private long total;

  void add(long nanos) {
    counts[cell(Math.max(0, nanos))]++;
    total++;
  }

  void addAll(LatencyCells other) {
    for (int i = 0; i < CELLS; i++) {
      counts[i] += other.counts[i];
    }
    total += other.total;
  }

  private static int cell(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int index =
        (exponent - SUB_BITS + 1) * SUB + (int) ((value >>> (exponent - SUB_BITS)) & (SUB - 1));
    return Math.min(index, CELLS - 1);
  }

  private static long upperBound(int cell) {
    if (cell < SUB) {
      return cell;
    }
    int exponent = cell / SUB + SUB_BITS - 1;
    long sub = cell % SUB;
    return ((SUB + sub + 1) << (exponent - SUB_BITS)) - 1;
  }

  long total() {
    return total;
  }

  /** How many certainly took longer: those in the limit's own cell do not count. */
  long over(long limit) {
    long over = 0;
    for (int i = cell(Math.max(0, limit)) + 1; i < CELLS; i++) {
      over += counts[i];
    }
    return over;
  }

  long quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * total));
    long seen = 0;
    for (int i = 0; i < CELLS && total > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return upperBound(i);
      }
    }
    return 0;
  }
}
