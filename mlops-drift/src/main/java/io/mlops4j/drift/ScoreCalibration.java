package io.mlops4j.drift;

/**
 * What probability a score turned out to mean: isotonic regression of labels on scores, by pooling
 * adjacent violators (Barlow, Bartholomew, Bremner and Brunk 1972), over the bins of a labelled
 * stretch. Bins without labels lie on the line between their neighbours.
 */
final class ScoreCalibration {
  private final double[] probability;
  private final int[] block;
  private final double[] blockProbability;
  private final double[] blockLabels;
  private final boolean[] seen;

  private ScoreCalibration(
      double[] probability,
      int[] block,
      double[] blockProbability,
      double[] blockLabels,
      boolean[] seen) {
    this.probability = probability;
    this.block = block;
    this.blockProbability = blockProbability;
    this.blockLabels = blockLabels;
    this.seen = seen;
  }

  /** Takes scores at their word: a score is the probability. */
  static ScoreCalibration identity(int bins) {
    double[] p = new double[bins];
    boolean[] seen = new boolean[bins];
    for (int i = 0; i < bins; i++) {
      p[i] = (i + 0.5) / bins;
      seen[i] = true;
    }
    return new ScoreCalibration(p, new int[bins], new double[1], new double[1], seen);
  }

  static ScoreCalibration fit(ScoreCurve labelled) {
    int bins = labelled.bins();
    double[] sums = new double[bins];
    double[] weights = new double[bins];
    int[] lasts = new int[bins];
    int blocks = 0;
    boolean[] seen = new boolean[bins];
    for (int i = 0; i < bins; i++) {
      if (labelled.labels(i) == 0) {
        continue;
      }
      seen[i] = true;
      sums[blocks] = labelled.positives(i);
      weights[blocks] = labelled.labels(i);
      lasts[blocks] = i;
      blocks++;
      while (blocks > 1
          && sums[blocks - 2] * weights[blocks - 1] >= sums[blocks - 1] * weights[blocks - 2]) {
        sums[blocks - 2] += sums[blocks - 1];
        weights[blocks - 2] += weights[blocks - 1];
        lasts[blocks - 2] = lasts[blocks - 1];
        blocks--;
      }
    }
    if (blocks == 0) {
      return identity(bins);
    }
    int[] block = new int[bins];
    double[] value = new double[blocks];
    double[] fitted = new double[bins];
    for (int b = 0, i = 0; b < blocks; b++) {
      value[b] = sums[b] / weights[b];
      for (; i <= lasts[b]; i++) {
        block[i] = b;
        fitted[i] = value[b];
      }
      if (b == blocks - 1) {
        for (; i < bins; i++) {
          block[i] = b;
          fitted[i] = value[b];
        }
      }
    }
    fillGaps(fitted, seen);
    return new ScoreCalibration(fitted, block, value, weights, seen);
  }

  private static void fillGaps(double[] fitted, boolean[] seen) {
    int left = -1;
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        continue;
      }
      for (int gap = left + 1; gap < i; gap++) {
        double share = left < 0 ? 1 : (double) (gap - left) / (i - left);
        fitted[gap] = left < 0 ? fitted[i] : fitted[left] + share * (fitted[i] - fitted[left]);
      }
      left = i;
    }
  }

  double probability(int bin) {
    return probability[bin];
  }

  boolean hasSeen(int bin) {
    return seen[bin];
  }

  int block(int bin) {
    return block[bin];
  }

  int blocks() {
    return blockProbability.length;
  }

  /** How unsure the probability of a block is; 0 if scores are taken at their word. */
  double variance(int b) {
    if (blockLabels[b] == 0) {
      return 0;
    }
    // Jeffreys: a block in which all labels are equal is not certain either.
    double p = (blockProbability[b] * blockLabels[b] + 0.5) / (blockLabels[b] + 1);
    return p * (1 - p) / blockLabels[b];
  }
}
