package io.mlops4j.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * Precision over recall for a plot, thresholds descending.
 *
 * @param points at most about 800; empty when a class is missing
 */
public record PrecisionRecallCurve(List<Point> points) {
  /** Copies the list. */
  public PrecisionRecallCurve {
    points = List.copyOf(points);
  }

  /**
   * What one threshold does.
   *
   * @param recall fraction of the positives with score at least {@code threshold}
   * @param precision fraction of the rows with such a score that are positive
   * @param threshold the score
   */
  public record Point(double recall, double precision, double threshold) {}

  /** Both arrays ascending. O(n). */
  static PrecisionRecallCurve of(double[] positives, double[] negatives) {
    List<Point> points = new ArrayList<>();
    if (positives.length == 0 || negatives.length == 0) {
      return new PrecisionRecallCurve(points);
    }
    Point last = new Point(-1, -1, 0);
    var sweep = new ThresholdSweep(positives, negatives);
    while (sweep.next()) {
      var point =
          new Point(
              sweep.truePositives() / (double) positives.length,
              sweep.truePositives() / (double) sweep.predictedPositives(),
              sweep.threshold());
      double moved =
          point.recall() - last.recall() + Math.abs(point.precision() - last.precision());
      boolean end = sweep.predictedPositives() == (long) positives.length + negatives.length;
      if (moved >= RankMetrics.ROC_STEP || end) {
        points.add(point);
        last = point;
      }
    }
    return new PrecisionRecallCurve(thinned(points));
  }

  /** Precision jumps up and down among the first rows; 800 points are more than a plot shows. */
  private static List<Point> thinned(List<Point> points) {
    int step = points.size() / 801 + 1;
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (i % step == 0 || i == points.size() - 1) {
        kept.add(points.get(i));
      }
    }
    return kept;
  }
}
