package io.mlops4j.core;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Learns where the cells of a number lie: exact quantiles of up to {@code capacity} values, beyond
 * that of a seeded uniform sample (Vitter 1985, algorithm R).
 */
final class EdgeLearner {
  private final int capacity;
  private double[] sample = new double[16];
  private int kept;
  private long seen;
  private long state;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  EdgeLearner(int capacity, long seed) {
    this.capacity = capacity;
    this.state = seed;
  }

  /** Takes one value; one that is not finite has a cell already. */
  void add(double given) {
    if (!Double.isFinite(given)) {
      return;
    }
    double value = given + 0.0; // -0.0 becomes 0.0
    min = Math.min(min, value);
    max = Math.max(max, value);
    seen++;
    if (kept < capacity) {
      if (kept == sample.length) {
        sample = Arrays.copyOf(sample, (int) Math.min(capacity, kept * 2L));
      }
      sample[kept++] = value;
      return;
    }
    long position = (long) (unit() * seen);
    if (position < capacity) {
      sample[(int) position] = value;
    }
  }

  /** SplitMix64 (Steele, Lea and Flood 2014), written out so that every JDK gives the same. */
  private double unit() {
    state += 0x9e3779b97f4a7c15L;
    long mixed = state;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
  }

  /**
   * Returns the edges: quantiles at {@code i / bins}, a pair around each value that makes up at
   * least one bin on its own, and the extremes, so that values outside the training range have
   * cells. Extremes are single persons' values: leave them out for a sensitive feature.
   */
  double[] edges(int bins, boolean extremes) {
    TreeSet<Double> edges = new TreeSet<>();
    if (kept == 0) {
      return new double[0];
    }
    double[] sorted = Arrays.copyOf(sample, kept);
    Arrays.sort(sorted);
    for (int i = 1; i < bins; i++) {
      edges.add(quantile(sorted, (double) i / bins));
    }
    int start = 0;
    for (int i = 1; i <= kept; i++) {
      if (i == kept || sorted[i] != sorted[start]) {
        if ((long) (i - start) * bins >= kept && (extremes || i - start > 1)) {
          edges.add(Math.nextDown(sorted[start]) + 0.0);
          edges.add(sorted[start]);
        }
        start = i;
      }
    }
    if (extremes) {
      edges.add(Math.nextDown(min));
      edges.add(max);
    }
    // Below the smallest double there is nothing to set apart.
    edges.remove(Double.NEGATIVE_INFINITY);
    return edges.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Hyndman and Fan (1996), definition 7: numpy's "linear". */
  private static double quantile(double[] sorted, double probability) {
    double position = (sorted.length - 1) * probability;
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    double part = position - below;
    double low = sorted[below];
    double high = sorted[above];
    double width = high - low;
    double value = width <= Double.MAX_VALUE ? low + width * part : low * (1 - part) + high * part;
    return Math.min(high, Math.max(low, value)) + 0.0;
  }
}
