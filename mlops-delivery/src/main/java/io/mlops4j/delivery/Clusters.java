package io.mlops4j.delivery;

import io.mlops4j.stats.Bucketing;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/*
 * Design note. Requests of one unit are alike, so a thousand requests of one customer are no thousand
 * observations. Units are put into 64 clusters by a hash; an arm keeps sums per cluster only, which
 * is bounded, merges over a fleet by addition (a unit may be answered by any instance) and still
 * shows how much sums vary between independent groups of units: the random-groups estimator of a
 * ratio's variance (Wolter 2007, Introduction to Variance Estimation, chapter 2). With the ratio
 * R = sum(y) / sum(x) over G clusters, its linearised variance is
 *
 *   var(R) = G / (G - 1) * sum( (y_g - R x_g)² ) / sum(x)²
 *
 * which for units of one request each is the variance of independent requests.
 */

/** Sums over 64 clusters of units: how a ratio of two sums varies when units are alike. */
final class Clusters {
  /** How many; a power of two that divides the slots. */
  static final int COUNT = 64;

  /** With traffic from fewer clusters than this the variance between them says little. */
  static final int LEAST = 16;

  private static final int SHIFT = 10; // 16 bits of slot, 6 of cluster
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
  private static final TDistribution STUDENT = TDistribution.of(COUNT - 1);

  private Clusters() {}

  /** The cluster of a unit, from a bucketing that decides nothing else. */
  static int of(Bucketing bucketing, String unit) {
    return bucketing.slot(unit) >>> SHIFT;
  }

  static double sum(double[] counts, int from) {
    double sum = 0;
    for (int i = from; i < from + COUNT; i++) {
      sum += counts[i];
    }
    return sum;
  }

  /** How many clusters have any. */
  static int occupied(double[] counts, int from) {
    int occupied = 0;
    for (int i = from; i < from + COUNT; i++) {
      occupied += counts[i] > 0 ? 1 : 0;
    }
    return occupied;
  }

  /** The variance of the ratio of the sums of {@code y} and {@code x}. */
  static double variance(double[] y, int yFrom, double[] x, int xFrom, double ratio, double total) {
    double squares = 0;
    for (int g = 0; g < COUNT; g++) {
      double residual = y[yFrom + g] - ratio * x[xFrom + g];
      squares += residual * residual;
    }
    return COUNT / (COUNT - 1.0) * squares / (total * total);
  }

  /**
   * How many times the variance of a proportion is that of independent requests, at least 1: the
   * design effect, by which counts are divided before they are judged as independent ones.
   */
  static double designEffect(double[] y, int yFrom, double[] x, int xFrom) {
    double total = sum(x, xFrom);
    double ratio = sum(y, yFrom) / total;
    double independent = ratio * (1 - ratio) / total;
    return independent > 0
        ? Math.max(1, variance(y, yFrom, x, xFrom, ratio, total) / independent)
        : 1;
  }

  /** The t of 63 degrees of freedom that is as unlikely as a normal deviate. */
  static double studentOf(double z) {
    double tail = NORMAL.survivalProbability(Math.abs(z));
    return Math.copySign(STUDENT.inverseSurvivalProbability(Math.max(tail, 1e-300)), z);
  }
}
