package io.mlops4j.experiments;

import java.util.List;

/** Upper confidence bounds of Bernoulli-like rewards, and the weights that follow from them. */
final class UpperBounds {
  /** 2^-60 of the unit interval: below the resolution of a double near 1. */
  private static final int BISECTIONS = 60;

  private UpperBounds() {}

  /** The bound of one arm when {@code total} rewards were seen over all. */
  @FunctionalInterface
  interface Index {
    double of(ArmMoments arm, double total);
  }

  /** Equal shares for the arms of the largest index; an arm without rewards has an infinite one. */
  static double[] weights(List<ArmMoments> arms, Index index) {
    double total = 0;
    for (ArmMoments arm : arms) {
      total += arm.count();
    }
    double[] bounds = new double[arms.size()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bounds.length; i++) {
      ArmMoments arm = arms.get(i);
      bounds[i] = arm.count() == 0 ? Double.POSITIVE_INFINITY : index.of(arm, total);
      largest = Math.max(largest, bounds[i]);
    }
    int winners = 0;
    for (double bound : bounds) {
      winners += bound == largest ? 1 : 0;
    }
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = bounds[i] == largest ? 1.0 / winners : 0;
    }
    return bounds;
  }

  static double ucb1(ArmMoments arm, double total) {
    return arm.mean() + Math.sqrt(2 * log(total) / arm.count());
  }

  static double tuned(ArmMoments arm, double total) {
    double rate = log(total) / arm.count();
    double variance = arm.variance() + Math.sqrt(2 * rate);
    return arm.mean() + Math.sqrt(rate * Math.min(0.25, variance));
  }

  static double kl(ArmMoments arm, double total) {
    double mean = Math.min(1, Math.max(0, arm.mean()));
    double level = log(total) / arm.count();
    double low = mean;
    double high = 1;
    for (int i = 0; i < BISECTIONS && low < high; i++) {
      double middle = low + (high - low) / 2;
      if (divergence(mean, middle) <= level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Discounted counts may sum to less than 1, where the logarithm is negative. */
  private static double log(double total) {
    return Math.max(0, StrictMath.log(total));
  }

  private static double divergence(double p, double q) {
    return part(p, q) + part(1 - p, 1 - q);
  }

  private static double part(double p, double q) {
    if (p == 0) {
      return 0;
    }
    return q <= 0 ? Double.POSITIVE_INFINITY : p * StrictMath.log(p / q);
  }

  static double[] inverseGap(double[] means, double gamma) {
    int best = 0;
    for (int i = 1; i < means.length; i++) {
      best = means[i] > means[best] ? i : best;
    }
    double[] weights = new double[means.length];
    double rest = 1;
    for (int i = 0; i < weights.length; i++) {
      if (i != best) {
        weights[i] = 1 / (weights.length + gamma * (means[best] - means[i]));
        rest -= weights[i];
      }
    }
    weights[best] = rest;
    return weights;
  }
}
