package io.mlops4j.drift;

import java.util.stream.LongStream;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * How far two histograms over intervals of the number line are apart: pure functions of counts per
 * interval, in ascending order, with at least one on each side.
 */
final class OrderedDistances {
  private final double[] edges;
  private final long[] reference;
  private final long[] live;
  private final double n;
  private final double m;

  /** Takes the upper ends of all intervals but the last, which is open. */
  OrderedDistances(double[] edges, long[] reference, long[] live) {
    this.edges = edges;
    this.reference = reference;
    this.live = live;
    this.n = LongStream.of(reference).sum();
    this.m = LongStream.of(live).sum();
  }

  /**
   * The first Wasserstein distance in units of the reference's standard deviation, both of values
   * clamped to the range between the second and the last but one edge (all edges, if there are
   * fewer than five): beyond them cells have no known end, and one outlier would set the scale.
   *
   * @param value with each cell's values spread evenly over it
   * @param low what it is at least, wherever in their cells the values lie
   * @param high what it is at most; the scale is taken as given
   * @param scale the standard deviation, values spread evenly over their cells
   * @param range the width of the clamped range
   */
  record Transport(double value, double low, double high, double scale, double range) {}

  /**
   * Returns the distance. A reference that is constant within the range has no scale: then it is
   * the share of values that moved to another cell, between 0 and 1.
   */
  Transport transport() {
    int inset = edges.length > 4 ? 1 : 0;
    double r = 0;
    double c = 0;
    double middle = 0;
    double low = 0;
    double high = 0;
    for (int i = 0; i < edges.length; i++) {
      double nextR = r + reference[i] / n;
      double nextC = c + live[i] / m;
      if (i > inset && i < edges.length - inset) {
        double width = edges[i] / 2 - edges[i - 1] / 2; // halves: the range may overflow
        middle += width * meanAbsolute(r - c, nextR - nextC);
        low += width * Math.max(0, Math.max(r - nextC, c - nextR));
        high += width * Math.max(nextR - c, nextC - r);
      }
      r = nextR;
      c = nextC;
    }
    return scaled(2 * middle, 2 * low, 2 * high, inset);
  }

  private Transport scaled(double value, double low, double high, int inset) {
    double scale = deviation(inset);
    double range = edges.length < 2 ? 0 : edges[edges.length - 1 - inset] - edges[inset];
    if (!(scale > 0 && range <= Double.MAX_VALUE)) {
      return new Transport(moved(), 0, 1, 0, 1);
    }
    return new Transport(value / scale, low / scale, high / scale, scale, range / scale);
  }

  private double moved() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      sum += Math.abs(reference[i] / n - live[i] / m);
    }
    return Math.min(1, sum / 2);
  }

  /** The mean of |x| over a line from a to b. */
  private static double meanAbsolute(double a, double b) {
    if (a * b >= 0) {
      return Math.abs(a + b) / 2;
    }
    return (a * a + b * b) / (2 * Math.abs(a - b));
  }

  private double deviation(int inset) {
    if (edges.length == 0) {
      return 0;
    }
    double from = edges[Math.min(inset, edges.length - 1)];
    double to = edges[Math.max(0, edges.length - 1 - inset)];
    double mean = 0;
    for (int i = 0; i < reference.length; i++) {
      mean += reference[i] / n * (lower(i, from, to) / 2 + upper(i, from, to) / 2);
    }
    double variance = 0;
    for (int i = 0; i < reference.length; i++) {
      double a = lower(i, from, to) - mean;
      double b = upper(i, from, to) - mean;
      variance += reference[i] / n * (a * a + a * b + b * b) / 3;
    }
    return Math.sqrt(variance);
  }

  private double lower(int cell, double from, double to) {
    return cell == 0 ? from : Math.max(from, Math.min(to, edges[cell - 1]));
  }

  private double upper(int cell, double from, double to) {
    return cell == edges.length ? to : Math.max(from, Math.min(to, edges[cell]));
  }

  /**
   * The two-sample statistic of Cramer and von Mises, with values of one cell taken as equal:
   * {@code nm / (n + m)^2} times the sum of {@code (F - G)^2} over all values. Its p-value is of
   * the limit law; ties make it approximate.
   */
  CellDistances.Test cramerVonMises() {
    double r = 0;
    double c = 0;
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      r += reference[i] / n;
      c += live[i] / m;
      sum += ((double) reference[i] + live[i]) * (r - c) * (r - c);
    }
    double all = n + m;
    double statistic = n / all * (m / all) * sum;
    // Anderson (1962): the limit law, moved and scaled to the exact mean and variance.
    double mean = (1 + 1 / all) / 6;
    double shape = 4 - 3 * (n / m + m / n) / all - 2 / all;
    double variance = (1 + 1 / all) * shape / (45 * 4);
    double normalised = variance > 0 ? 1.0 / 6 + (statistic - mean) / Math.sqrt(45 * variance) : 0;
    return new CellDistances.Test(statistic, 1 - limit(normalised));
  }

  /** The limit law: Csorgo and Faraway (1996), equation 1.2. */
  static double limit(double x) {
    if (x < 0.003) {
      return 0; // below the law's smallest value in doubles, and below its series
    }
    double sum = 0;
    double term = 1;
    for (int k = 0; k < 100 && term > 1e-17; k++) {
      double y = 4 * k + 1;
      double q = y * y / (16 * x);
      double factor = Math.exp(LogGamma.value(k + 0.5) - LogGamma.value(k + 1));
      term = factor / (Math.pow(Math.PI, 1.5) * Math.sqrt(x)) * Math.sqrt(y) * scaledBessel(q);
      sum += term;
    }
    return Math.max(0, Math.min(1, sum));
  }

  /**
   * {@code exp(-q) K(1/4, q)} by its integral; the trapezoidal rule is exact to the last digits.
   */
  private static double scaledBessel(double q) {
    double step = 0.05;
    double sum = Math.exp(-2 * q) / 2;
    double part = sum;
    for (int i = 1; i < 2_000 && part > sum * 1e-18; i++) {
      double t = i * step;
      part = Math.exp(-q * (1 + Math.cosh(t))) * Math.cosh(t / 4);
      sum += part;
    }
    return step * sum;
  }
}
