package io.mlops4j.evaluation;

import java.util.List;

/**
 * A receiver operating characteristic for a plot: from (0, 0) to (1, 1), thresholds descending.
 *
 * @param points at most 514; empty when a class is missing, because a rate is then undefined
 */
public record RocCurve(List<Point> points) {
  /** Copies the list. */
  public RocCurve {
    points = List.copyOf(points);
  }

  /**
   * What one threshold does.
   *
   * @param falsePositiveRate fraction of the negatives with score at least {@code threshold}
   * @param truePositiveRate fraction of the positives with score at least {@code threshold}
   * @param threshold the score; positive infinity at (0, 0), where nothing is predicted positive
   */
  public record Point(double falsePositiveRate, double truePositiveRate, double threshold) {}
}
