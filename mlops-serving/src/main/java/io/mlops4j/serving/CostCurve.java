package io.mlops4j.serving;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a run of so many rows costs: as measured when the version was loaded, then corrected by
 * every run that succeeds. One exponentially weighted mean per power of two, weight 1/8; a size not
 * seen yet costs what the nearest seen one does, per row if that is smaller. Never learns from
 * warm-up, failed runs or cached answers.
 *
 * <p>Updates race without harm: a lost one is one run less in a mean.
 */
final class CostCurve {
  private static final int SIZES = 14;
  private static final int WEIGHT_BITS = 3;

  private final AtomicLongArray nanos = new AtomicLongArray(SIZES);

  CostCurve(List<BatchPlan.Cost> measured) {
    for (BatchPlan.Cost cost : measured) {
      nanos.set(size(cost.rows()), cost.nanos());
    }
  }

  private static int size(int rows) {
    return Math.min(SIZES - 1, 32 - Integer.numberOfLeadingZeros(Math.max(1, rows) - 1));
  }

  /** Learns what one run has cost. */
  void ran(int rows, long took) {
    int size = size(rows);
    long before = nanos.get(size);
    long cost = Math.max(1, took);
    nanos.set(size, before == 0 ? cost : before + ((cost - before) >> WEIGHT_BITS));
  }

  /** Returns what a run will take, in nanoseconds; 0 if nothing is known yet. */
  long expected(int rows) {
    int size = size(rows);
    for (int smaller = size; smaller >= 0; smaller--) {
      long known = nanos.get(smaller);
      if (known > 0) {
        return smaller == size ? known : known * Math.max(1, rows) / (1L << smaller);
      }
    }
    for (int larger = size + 1; larger < SIZES; larger++) {
      long known = nanos.get(larger);
      if (known > 0) {
        return known;
      }
    }
    return 0;
  }

  /** Returns the most rows, a power of two up to a bound, that take no longer than so long. */
  int rowsWithin(long limit, int most) {
    int rows = 1;
    while (rows * 2 <= most && expected(rows * 2) <= limit) {
      rows *= 2;
    }
    return rows;
  }
}
