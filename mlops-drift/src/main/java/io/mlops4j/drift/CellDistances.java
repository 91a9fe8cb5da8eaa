package io.mlops4j.drift;

import java.util.stream.LongStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * How far two histograms over the same cells are apart, by the measures that need no order of the
 * cells: pure functions of counts with at least one on each side. Shares are not smoothed.
 */
final class CellDistances {
  private final long[] reference;
  private final long[] live;
  private final double n;
  private final double m;

  /** Takes cells that at least one side used. */
  CellDistances(long[] reference, long[] live) {
    this.reference = reference;
    this.live = live;
    this.n = LongStream.of(reference).sum();
    this.m = LongStream.of(live).sum();
  }

  /** What a statistic says, and how likely chance alone says as much in one look. */
  record Test(double statistic, double pValue) {}

  /**
   * Pearson's test that both samples are of one distribution, with cells - 1 degrees of freedom.
   * Both sides are samples: taking the reference for the truth would reject too often.
   */
  Test chiSquare() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double difference = reference[i] / n - live[i] / m;
      sum += difference * difference / ((double) reference[i] + live[i]);
    }
    return tested(n * m * sum);
  }

  /** The likelihood-ratio test of the same. */
  Test g() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double both = (double) reference[i] + live[i];
      sum +=
          term((double) reference[i], n * (both / (n + m)))
              + term((double) live[i], m * (both / (n + m)));
    }
    return tested(Math.max(0, 2 * sum));
  }

  private static double term(double observed, double expected) {
    return observed == 0 ? 0 : observed * Math.log(observed / expected);
  }

  private Test tested(double statistic) {
    return new Test(
        statistic,
        live.length < 2
            ? 1
            : ChiSquaredDistribution.of(live.length - 1).survivalProbability(statistic));
  }

  /** The distance of Jensen and Shannon, to base 2: the root of the divergence, 0 to 1. */
  double jensenShannon() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double p = reference[i] / n;
      double q = live[i] / m;
      double middle = (p + q) / 2;
      sum += term(p, middle) + term(q, middle);
    }
    return Math.sqrt(clamp(sum / 2 / Math.log(2)));
  }

  /** Hellinger's distance, 0 to 1. */
  double hellinger() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      double difference = Math.sqrt(reference[i] / n) - Math.sqrt(live[i] / m);
      sum += difference * difference;
    }
    return Math.sqrt(clamp(sum / 2));
  }

  /** Half the sum of the differences: the largest difference over any set of cells, 0 to 1. */
  double totalVariation() {
    double sum = 0;
    for (int i = 0; i < live.length; i++) {
      sum += Math.abs(reference[i] / n - live[i] / m);
    }
    return clamp(sum / 2);
  }

  /** The largest difference of any one cell, 0 to 1. */
  double largest() {
    double largest = 0;
    for (int i = 0; i < live.length; i++) {
      largest = Math.max(largest, Math.abs(reference[i] / n - live[i] / m));
    }
    return clamp(largest);
  }

  private static double clamp(double value) {
    return Math.max(0, Math.min(1, value));
  }
}
