package io.mlops4j.drift.stream;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The two-sample Kolmogorov-Smirnov test between the newest values and as many older ones, chosen
 * anew each time, by its exact distribution for samples of equal size. As in River, a distance of
 * 0.1 or less is never a change, and everything is forgotten after one.
 */
final class Kswin implements ChangeDetector {
  private static final double LEAST_DISTANCE = 0.1;

  private final double[] window;
  private final int recent;
  private final int critical;
  private final long seed;
  private SplittableRandom random;
  private int next;
  private int size;

  Kswin(double alpha, int window, int recent, long seed) {
    Streams.requireBetween("alpha", alpha, 0, Math.nextDown(1.0));
    Streams.requireBetween("window", window, 9, 100_000);
    int half = window / 2;
    Streams.requireBetween("recent", recent, 1, half);
    this.window = new double[window];
    this.recent = recent;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.critical = critical(alpha, recent);
  }

  /** The smallest difference in counts, of samples of n, that is significant and large enough. */
  private static int critical(double alpha, int n) {
    int critical = (int) Math.floor(LEAST_DISTANCE * n) + 1;
    while (critical <= n && pValue(critical, n) > alpha) {
      critical++;
    }
    return critical;
  }

  /**
   * P(D >= h/n) for two samples of n: Gnedenko and Korolyuk (1951), by the reflection principle.
   */
  static double pValue(int h, int n) {
    double sum = 0;
    for (int k = 1; k * h <= n; k++) {
      double log = 0;
      for (int i = 0; i < k * h; i++) {
        log += Math.log(n - i) - Math.log(n + 1 + i);
      }
      sum += (k % 2 == 1 ? 1 : -1) * Math.exp(log);
    }
    return Math.min(1, 2 * sum);
  }

  @Override
  public boolean add(double value) {
    Streams.requireFinite(value);
    window[next] = value;
    next = (next + 1) % window.length;
    size = Math.min(size + 1, window.length);
    if (size < window.length || distance() < critical) {
      return false;
    }
    size = 0;
    next = 0;
    random = new SplittableRandom(seed);
    return true;
  }

  private double[] newest() {
    double[] newest = new double[recent];
    for (int i = 0; i < recent; i++) {
      newest[i] = window[Math.floorMod(next - recent + i, window.length)];
    }
    return newest;
  }

  /** The distance of the two distribution functions, in counts. */
  private int distance() {
    int older = window.length - recent;
    double[] sample = new double[older];
    for (int i = 0; i < older; i++) {
      sample[i] = window[(next + i) % window.length];
    }
    for (int i = 0; i < recent && recent < older; i++) {
      int with = i + random.nextInt(older - i);
      double kept = sample[i];
      sample[i] = sample[with];
      sample[with] = kept;
    }
    double[] a = Arrays.copyOf(sample, recent);
    double[] b = newest();
    Arrays.sort(a);
    Arrays.sort(b);
    int i = 0;
    int j = 0;
    int largest = 0;
    while (i < recent && j < recent) {
      double at = Math.min(a[i], b[j]);
      while (i < recent && a[i] == at) {
        i++;
      }
      while (j < recent && b[j] == at) {
        j++;
      }
      largest = Math.max(largest, Math.abs(i - j));
    }
    return largest;
  }
}
