package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures several things in one JVM in short slices, round robin, so that a busy neighbour or a
 * lower clock hits all of them alike. Uses the CPU time of this thread: what other processes take
 * is not counted. Ratios are taken within a round; their median over the rounds is the result.
 */
final class SideBySide {
  /** Something to do often. */
  @FunctionalInterface
  interface Op {
    /** Does it so many times and returns something that depends on every one of them. */
    double run(int times);
  }

  private final List<Op> ops;
  private final long sliceNanos;
  private final LongSupplier clock;
  private final int[] times;

  /** Kept so that no result is dead code. */
  private double sink;

  SideBySide(List<Op> ops, long sliceNanos, LongSupplier clock) {
    this.ops = List.copyOf(ops);
    this.sliceNanos = sliceNanos;
    this.clock = clock;
    this.times = new int[ops.size()];
    Arrays.fill(times, 1);
  }

  /** Runs everything until it is compiled, and learns how often it fits a slice. */
  void warmUp(int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < times.length; i++) {
        times[i] = fitting(times[i], slice(i), sliceNanos);
      }
    }
  }

  /**
   * Returns how often to run next if {@code times} took {@code took}: at most 16 times as often.
   */
  static int fitting(int times, long took, long wanted) {
    double factor = Math.min(16.0, (double) wanted / Math.max(1, took));
    return (int) Math.max(1, Math.min(1 << 28, Math.round(times * factor)));
  }

  private long slice(int op) {
    long start = clock.getAsLong();
    sink += ops.get(op).run(times[op]);
    return clock.getAsLong() - start;
  }

  /** Returns nanoseconds per operation, shape {@code [rounds][ops]}. */
  double[][] measure(int rounds) {
    double[][] nanos = new double[rounds][times.length];
    for (int round = 0; round < rounds; round++) {
      for (int k = 0; k < times.length; k++) {
        int op = (round + k) % times.length;
        nanos[round][op] = (double) slice(op) / times[op];
      }
    }
    if (Double.isNaN(sink)) {
      throw new IllegalStateException("an operation returned NaN");
    }
    return nanos;
  }

  /** Returns the median over the rounds of one operation's time divided by another's. */
  static double medianRatio(double[][] nanos, int numerator, int denominator) {
    return median(
        Arrays.stream(nanos).mapToDouble(round -> round[numerator] / round[denominator]).toArray());
  }

  /** Returns the median; NaN of nothing, or if anything is NaN. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    if (n == 0 || Double.isNaN(sorted[n - 1])) {
      return Double.NaN;
    }
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
