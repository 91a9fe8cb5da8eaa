package io.mlops4j.core;

import java.util.Arrays;

/**
 * Finds the interval of a number among sorted edges: the count of edges below it.
 *
 * <p>A table maps a slot, which is a non-decreasing function of the value, to the number of edges
 * in lower slots. The answer lies between a slot's entry and the next one's, so a few comparisons
 * settle it. Edges and values go through the same slot function, therefore rounding inside it
 * cannot change an answer: the result always equals a binary search.
 *
 * <p>Two slot functions: uniform over the inner edges, which suits most features, or uniform over
 * the bit patterns in numeric order, about logarithmic, for very skewed ones. The one that leaves
 * fewer edges per slot is taken.
 */
final class EdgeGuide {
  /** 2 KB: with fewer slots more of them hold an edge, and its comparison is mispredicted. */
  private static final int MIN_SLOTS = 512;

  private static final int SLOTS_PER_EDGE = 8;
  private static final int CROWDED = -1;

  private final double[] edges;
  private final int[] below;

  /** Per slot: the edges below it, or {@link #CROWDED}, and the one edge in it, or infinity. */
  private final int[] cells;

  private final double[] edgeIn;
  private final boolean logarithmic;
  private final double low;
  private final double scale;
  private final long lowKey;
  private final int shift;

  private EdgeGuide(double[] edges, int slots, boolean logarithmic) {
    this.edges = edges;
    this.logarithmic = logarithmic;
    // The outermost two edges are the extremes of the training data: outliers, often. Leave them
    // to the end slots.
    int inset = edges.length > 4 ? 1 : 0;
    double first = edges.length == 0 ? 0 : edges[inset];
    double last = edges.length == 0 ? 0 : edges[edges.length - 1 - inset];
    double width = last - first;
    this.low = first;
    this.scale = width > 0 && width <= Double.MAX_VALUE ? (slots - 1) / width : 0;
    this.lowKey = key(first);
    int bits = 0;
    while (Long.compareUnsigned((key(last) - lowKey) >>> bits, slots) >= 0) {
      bits++;
    }
    this.shift = bits;
    this.below = new int[slots + 1];
    for (double edge : edges) {
      below[slot(edge) + 1]++;
    }
    this.cells = new int[slots];
    this.edgeIn = new double[slots];
    for (int i = 1; i < below.length; i++) {
      int inside = below[i];
      below[i] += below[i - 1];
      cells[i - 1] = inside > 1 ? CROWDED : below[i - 1];
      edgeIn[i - 1] = inside == 1 ? edges[below[i - 1]] : Double.POSITIVE_INFINITY;
    }
  }

  static EdgeGuide over(double[] edges) {
    int slots = Integer.highestOneBit(Math.max(MIN_SLOTS, edges.length * SLOTS_PER_EDGE));
    EdgeGuide uniform = new EdgeGuide(edges, slots, false);
    EdgeGuide logarithmic = new EdgeGuide(edges, slots, true);
    boolean usable = uniform.scale > 0 && uniform.scale <= Double.MAX_VALUE;
    return usable && uniform.crowding() <= logarithmic.crowding() ? uniform : logarithmic;
  }

  /** The sum of squared edges per slot: the expected search length up to a factor. */
  private long crowding() {
    long sum = 0;
    for (int i = 1; i < below.length; i++) {
      int inside = below[i] - below[i - 1];
      sum += (long) inside * inside;
    }
    return sum;
  }

  /** The cell of a finite value: how many edges are below it. */
  int cellOf(double value) {
    int slot = slot(value);
    int cell = cells[slot];
    // The ordinary slot holds at most one edge: one comparison, and no loop to predict.
    return cell == CROWDED ? search(slot, value) : value > edgeIn[slot] ? cell + 1 : cell;
  }

  private int search(int slot, double value) {
    int cell = below[slot];
    int end = below[slot + 1];
    if (end - cell > 8) {
      int found = Arrays.binarySearch(edges, cell, end, value + 0.0);
      return found >= 0 ? found : -found - 1;
    }
    while (cell < end && edges[cell] < value) {
      cell++;
    }
    return cell;
  }

  private int slot(double value) {
    if (logarithmic) {
      long key = key(value);
      if (key <= lowKey) {
        return 0;
      }
      // Unsigned: keys of both signs can be more than Long.MAX_VALUE apart.
      long slot = (key - lowKey) >>> shift;
      return slot < 0 || slot > below.length - 2 ? below.length - 2 : (int) slot;
    }
    int slot = (int) ((value - low) * scale);
    return Math.max(0, Math.min(slot, below.length - 2));
  }

  /** A long that orders as the doubles do; -0.0 and 0.0 give the same. */
  private static long key(double value) {
    long bits = Double.doubleToRawLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }
}
