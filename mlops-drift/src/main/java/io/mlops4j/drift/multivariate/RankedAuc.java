package io.mlops4j.drift.multivariate;

import java.util.Arrays;

/**
 * The area under the ROC curve of scores of two kinds of rows, and its variance by DeLong and
 * others (1988). Ties count half.
 *
 * @param auc the area
 * @param variance of it
 */
record RankedAuc(double auc, double variance) {

  /** Takes at least two scores of each kind. */
  static RankedAuc of(double[] reference, double[] live) {
    double[] r = reference.clone();
    double[] l = live.clone();
    Arrays.sort(r);
    Arrays.sort(l);
    double[] below = placements(l, r);
    double[] above = placements(r, l);
    double auc = Arrays.stream(below).average().orElse(0.5);
    return new RankedAuc(auc, variance(below) / below.length + variance(above) / above.length);
  }

  /** For each score of one kind, the share of the other kind below it. */
  private static double[] placements(double[] scores, double[] others) {
    double[] result = new double[scores.length];
    int less = 0;
    int upTo = 0;
    for (int i = 0; i < scores.length; i++) {
      while (less < others.length && others[less] < scores[i]) {
        less++;
      }
      while (upTo < others.length && others[upTo] <= scores[i]) {
        upTo++;
      }
      result[i] = (less + upTo) / 2.0 / others.length;
    }
    return result;
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum()
        / Math.max(1, values.length - 1);
  }
}
