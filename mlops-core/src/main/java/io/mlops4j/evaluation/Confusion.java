package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;

/** The four counts at a threshold and the ratios of them. */
record Confusion(long truePositives, long falsePositives, long falseNegatives, long trueNegatives) {

  /** Both arrays ascending. O(log n). */
  static Confusion at(double threshold, double[] positives, double[] negatives) {
    int missed = below(positives, threshold);
    int rejected = below(negatives, threshold);
    return new Confusion(positives.length - missed, negatives.length - rejected, missed, rejected);
  }

  MetricValue accuracy() {
    return ratio(
        truePositives + trueNegatives,
        truePositives + trueNegatives + falsePositives + falseNegatives,
        "Accuracy needs rows; there are none.");
  }

  MetricValue precision() {
    return ratio(
        truePositives,
        truePositives + falsePositives,
        "Precision needs a row predicted positive; no score reaches the threshold.");
  }

  MetricValue recall() {
    return ratio(
        truePositives,
        truePositives + falseNegatives,
        "Recall needs a positive row; there is none.");
  }

  /** Without a positive row this is 0 whatever the model does, so it is no measurement. */
  MetricValue f1() {
    if (truePositives + falseNegatives == 0) {
      return new Undefined("F1 needs a positive row; there is none.");
    }
    long rows = truePositives + falsePositives + falseNegatives;
    return new Defined(2.0 * truePositives / (truePositives + rows), rows);
  }

  private static MetricValue ratio(long part, long whole, String reason) {
    return whole == 0 ? new Undefined(reason) : new Defined(part / (double) whole, whole);
  }

  /** Returns how many elements are below the threshold. */
  private static int below(double[] ascending, double threshold) {
    int from = 0;
    int to = ascending.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ascending[middle] < threshold) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
