package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Durations in log-linear buckets: 16 per power of two, so that a quantile is at most 6.25 % too
 * high and never too low. Striped by thread: recording is two uncontended atomic adds and allocates
 * nothing.
 */
final class LatencyHistogram {
  private static final int SUB_BITS = 4;
  private static final int SUB = 1 << SUB_BITS;

  /** Up to 2^40 ns, 18 minutes; longer counts as that. */
  private static final int BUCKETS = (40 - SUB_BITS + 2) * SUB;

  /** Cell 0 is the sum; bucket cells follow. One cache line apart between stripes by size. */
  private static final int CELLS = BUCKETS + 16;

  private final AtomicLongArray[] stripes;
  private final int mask;

  LatencyHistogram(int stripeCount) {
    int size = Integer.highestOneBit(Math.max(1, Math.min(64, stripeCount) * 2 - 1));
    stripes = new AtomicLongArray[size];
    mask = size - 1;
    for (int i = 0; i < size; i++) {
      stripes[i] = new AtomicLongArray(CELLS);
    }
  }

  void record(long nanos) {
    record(nanos, 1);
  }

  /** Records the same duration several times, for rows answered together. */
  void record(long nanos, int times) {
    long value = Math.max(0, nanos);
    AtomicLongArray stripe = stripes[(int) Thread.currentThread().getId() & mask];
    stripe.getAndAdd(0, value * times);
    stripe.getAndAdd(8 + bucket(value), times);
  }

  private static int bucket(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int index =
        (exponent - SUB_BITS + 1) * SUB + (int) ((value >>> (exponent - SUB_BITS)) & (SUB - 1));
    return Math.min(index, BUCKETS - 1);
  }

  /** Returns the largest duration a bucket holds. */
  private static long upperBound(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int exponent = bucket / SUB + SUB_BITS - 1;
    long sub = bucket % SUB;
    return ((SUB + sub + 1) << (exponent - SUB_BITS)) - 1;
  }

  Snapshot snapshot() {
    long[] counts = new long[BUCKETS];
    long total = 0;
    long sum = 0;
    for (AtomicLongArray stripe : stripes) {
      sum += stripe.get(0);
      for (int i = 0; i < BUCKETS; i++) {
        long count = stripe.get(8 + i);
        counts[i] += count;
        total += count;
      }
    }
    return new Snapshot(counts, total, sum);
  }

  /** The counts at one moment, about: recording goes on while they are read. */
  static final class Snapshot {
    private final long[] counts;
    private final long total;
    private final long sumNanos;

    private Snapshot(long[] counts, long total, long sumNanos) {
      this.counts = counts;
      this.total = total;
      this.sumNanos = sumNanos;
    }

    /** Returns what has been recorded since an earlier snapshot of the same histogram. */
    Snapshot since(Snapshot earlier) {
      long[] more = new long[counts.length];
      for (int i = 0; i < more.length; i++) {
        more[i] = counts[i] - earlier.counts[i];
      }
      return new Snapshot(more, total - earlier.total, sumNanos - earlier.sumNanos);
    }

    long total() {
      return total;
    }

    long sumNanos() {
      return sumNanos;
    }

    /** Returns the smallest bound that a share of the durations does not exceed; 0 if none. */
    long quantile(double share) {
      long rank = (long) Math.ceil(share * total);
      long seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= rank && seen > 0) {
          return upperBound(i);
        }
      }
      return 0;
    }
  }
}
