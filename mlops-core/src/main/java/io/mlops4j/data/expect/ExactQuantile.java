package io.mlops4j.data.expect;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decides exactly, in one pass and constant memory, whether a quantile lies in bounds. Used by one
 * thread.
 *
 * <p>The quantile of {@code n} values at {@code p} lies between the order statistics {@code k =
 * floor((n - 1) p)} and {@code k + 1} (Hyndman and Fan's definition 7). How many values are below a
 * bound says on which side of it both are; only if the bound lies between the two is their value
 * needed, and then they are the largest value below the bound and the smallest one not below it,
 * which are two numbers to remember. The value that is shown comes from a seeded sample if there
 * are many.
 */
final class ExactQuantile {
  static final int SAMPLE = 100_000;

  private final double probability;
  private final @Nullable Side min;
  private final @Nullable Side max;
  private final Bounds bounds;
  private double[] sample = new double[64];
  private int kept;
  private long count;
  private long state = 1;

  ExactQuantile(double probability, Bounds bounds) {
    this.probability = probability;
    this.bounds = bounds;
    this.min = bounds.min() == null ? null : new Side(bounds.min());
    this.max = bounds.max() == null ? null : new Side(bounds.max());
  }

  /** What is known about the values on both sides of a bound. */
  private static final class Side {
    private final double bound;
    private long below;
    private double largestBelow = Double.NEGATIVE_INFINITY;
    private double smallestFrom = Double.POSITIVE_INFINITY;
    private long equal;
    private double smallestAbove = Double.POSITIVE_INFINITY;

    Side(double bound) {
      this.bound = bound;
    }

    void add(double value) {
      if (value < bound) {
        below++;
        largestBelow = Math.max(largestBelow, value);
      } else {
        smallestFrom = Math.min(smallestFrom, value);
        if (value == bound) {
          equal++;
        } else {
          smallestAbove = Math.min(smallestAbove, value);
        }
      }
    }

    /** The sign of quantile less bound. */
    int sign(long k, double part, long n) {
      if (k >= below) {
        // Both order statistics are at the bound or above it.
        if (k >= below + equal) {
          return 1;
        }
        boolean nextAbove = part > 0 && k + 1 < n && k + 1 >= below + equal;
        return nextAbove && between(bound, smallestAbove, part) > bound ? 1 : 0;
      }
      if (part == 0 || k + 1 >= n || k + 1 < below) {
        return -1;
      }
      return Double.compare(between(largestBelow, smallestFrom, part) - bound, 0);
    }
  }

  private static double between(double low, double high, double part) {
    return low + (high - low) * part;
  }

  void add(double given) {
    if (Double.isNaN(given)) {
      return;
    }
    double value = given + 0.0;
    count++;
    if (min != null) {
      min.add(value);
    }
    if (max != null) {
      max.add(value);
    }
    if (kept < SAMPLE) {
      if (kept == sample.length) {
        sample = Arrays.copyOf(sample, Math.min(SAMPLE, kept * 2));
      }
      sample[kept++] = value;
      return;
    }
    long position = (long) (unit() * count);
    if (position < SAMPLE) {
      sample[(int) position] = value;
    }
  }

  /** SplitMix64 (Steele, Lea and Flood 2014), so that every JDK draws the same sample. */
  private double unit() {
    state += 0x9e3779b97f4a7c15L;
    long mixed = state;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
  }

  long count() {
    return count;
  }

  boolean sampled() {
    return count > SAMPLE;
  }

  /** Whether the quantile of all values lies in the bounds; there must be one value at least. */
  boolean holds() {
    double position = (count - 1) * probability;
    long k = (long) position;
    double part = position - k;
    boolean high = min == null || min.sign(k, part, count) >= (bounds.above() ? 1 : 0);
    boolean low = max == null || max.sign(k, part, count) <= (bounds.below() ? -1 : 0);
    return high && low;
  }

  /** The quantile, of the sample if there are many values. */
  double shown() {
    double[] sorted = Arrays.copyOf(sample, kept);
    Arrays.sort(sorted);
    double position = (kept - 1) * probability;
    int k = (int) position;
    return between(sorted[k], sorted[Math.min(k + 1, kept - 1)], position - k);
  }
}
