package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.evaluation.RocCurve.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * What depends on the order of the scores only. Both arrays ascending; every method is one sweep,
 * O(n), no allocation.
 */
final class RankMetrics {
  /** L1 distance in ROC space below which neighbouring points are merged for a plot. */
  static final double ROC_STEP = 1.0 / 256;

  private RankMetrics() {}

  /**
   * Pairs are counted in integers, twice over so that a tie is 1: at most 2 * (2^31)^2, which a
   * long holds because an array is a little shorter than 2^31. One rounding, in the division.
   */
  static MetricValue auc(double[] positives, double[] negatives) {
    if (positives.length == 0 || negatives.length == 0) {
      return oneClass("AUC", positives.length, negatives.length);
    }
    var sweep = new ThresholdSweep(positives, negatives);
    long twiceWon = 0;
    long truePositives = 0;
    long falsePositives = 0;
    while (sweep.next()) {
      long tiedPositives = sweep.truePositives() - truePositives;
      long tiedNegatives = sweep.falsePositives() - falsePositives;
      truePositives = sweep.truePositives();
      falsePositives = sweep.falsePositives();
      long below = negatives.length - falsePositives;
      twiceWon += tiedPositives * (2 * below + tiedNegatives);
    }
    double twicePairs = 2.0 * ((long) positives.length * negatives.length);
    return new Defined(twiceWon / twicePairs, (long) positives.length + negatives.length);
  }

  static MetricValue averagePrecision(double[] positives, double[] negatives) {
    if (positives.length == 0 || negatives.length == 0) {
      return oneClass("Average precision", positives.length, negatives.length);
    }
    var sweep = new ThresholdSweep(positives, negatives);
    var sum = new CompensatedSum();
    long before = 0;
    while (sweep.next()) {
      long gained = sweep.truePositives() - before;
      if (gained > 0) {
        double precision = sweep.truePositives() / (double) sweep.predictedPositives();
        sum.add(gained * precision);
        before = sweep.truePositives();
      }
    }
    return new Defined(
        // A perfect ranking must not come out as 1 + 2^-52.
        Math.min(1.0, sum.value() / positives.length), (long) positives.length + negatives.length);
  }

  static MetricValue precisionAtRecall(double[] positives, double[] negatives, double recall) {
    if (positives.length == 0 || negatives.length == 0) {
      return oneClass("Precision at a recall", positives.length, negatives.length);
    }
    var sweep = new ThresholdSweep(positives, negatives);
    double best = -1;
    long rows = 0;
    while (sweep.next()) {
      if (sweep.truePositives() / (double) positives.length >= recall) {
        double precision = sweep.truePositives() / (double) sweep.predictedPositives();
        // At equal precision the lower threshold stands on more rows.
        if (precision >= best) {
          best = precision;
          rows = sweep.predictedPositives();
        }
      }
    }
    return new Defined(best, rows);
  }

  static RocCurve rocCurve(double[] positives, double[] negatives) {
    if (positives.length == 0 || negatives.length == 0) {
      return new RocCurve(List.of());
    }
    List<Point> points = new ArrayList<>();
    Point last = new Point(0, 0, Double.POSITIVE_INFINITY);
    points.add(last);
    var sweep = new ThresholdSweep(positives, negatives);
    while (sweep.next()) {
      var point =
          new Point(
              sweep.falsePositives() / (double) negatives.length,
              sweep.truePositives() / (double) positives.length,
              sweep.threshold());
      double moved =
          point.falsePositiveRate()
              - last.falsePositiveRate()
              + (point.truePositiveRate() - last.truePositiveRate());
      boolean end = sweep.predictedPositives() == (long) positives.length + negatives.length;
      if (moved >= ROC_STEP || end) {
        points.add(point);
        last = point;
      }
    }
    return new RocCurve(points);
  }

  static Undefined oneClass(String what, int positives, int negatives) {
    if (positives == 0 && negatives == 0) {
      return new Undefined(what + " needs rows; there are none.");
    }
    return new Undefined(
        what
            + " needs both classes; there are "
            + positives
            + " positive and "
            + negatives
            + " negative rows.");
  }
}
