package io.mlops4j.evaluation;

/**
 * Walks the distinct scores from the highest down. After each {@link #next} the counts say what a
 * threshold at that score predicts positive; equal scores move together, so ties can never be
 * split.
 */
final class ThresholdSweep {
  private final double[] positives;
  private final double[] negatives;
  private double threshold = Double.POSITIVE_INFINITY;
  private int truePositives;
  private int falsePositives;

  /** Both arrays ascending, finite, without negative zeros. */
  ThresholdSweep(double[] positives, double[] negatives) {
    this.positives = positives;
    this.negatives = negatives;
  }

  /** Moves to the next lower distinct score; false when there is none. */
  boolean next() {
    int p = positives.length - 1 - truePositives;
    int n = negatives.length - 1 - falsePositives;
    if (p < 0 && n < 0) {
      return false;
    }
    threshold = p < 0 ? negatives[n] : n < 0 ? positives[p] : Math.max(positives[p], negatives[n]);
    while (p >= 0 && positives[p] == threshold) {
      p--;
      truePositives++;
    }
    while (n >= 0 && negatives[n] == threshold) {
      n--;
      falsePositives++;
    }
    return true;
  }

  double threshold() {
    return threshold;
  }

  long truePositives() {
    return truePositives;
  }

  long falsePositives() {
    return falsePositives;
  }

  long predictedPositives() {
    return (long) truePositives + falsePositives;
  }
}
