package io.mlops4j.evaluation;

import io.mlops4j.evaluation.CalibrationCurve.Bin;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.List;

/**
 * What needs the score to be a probability. Both arrays ascending, in [0, 1]. O(n); the sums run in
 * sorted order, so the order of the rows cannot change a bit of the result, and {@code StrictMath}
 * keeps the logarithm equal on every machine.
 */
final class ProbabilityMetrics {
  /** What scikit-learn clips float64 probabilities by: {@code np.finfo(np.float64).eps}, 2^-52. */
  private static final double CLIP = 0x1p-52;

  private ProbabilityMetrics() {}

  static MetricValue logLoss(double[] positives, double[] negatives) {
    var sum = new CompensatedSum();
    for (double score : positives) {
      sum.add(surprise(score));
    }
    for (double score : negatives) {
      sum.add(surprise(1 - score));
    }
    return mean(sum, positives, negatives, "Log loss");
  }

  static MetricValue brier(double[] positives, double[] negatives) {
    var sum = new CompensatedSum();
    for (double score : positives) {
      sum.add((1 - score) * (1 - score));
    }
    for (double score : negatives) {
      sum.add(score * score);
    }
    return mean(sum, positives, negatives, "Brier score");
  }

  static MetricValue positiveClassError(double[] positives, double[] negatives, int bins) {
    var tally = new Tally(bins);
    for (double score : positives) {
      tally.add(score, true);
    }
    for (double score : negatives) {
      tally.add(score, false);
    }
    return tally.error(positives.length, negatives.length);
  }

  static MetricValue topLabelError(double[] positives, double[] negatives, int bins) {
    var tally = new Tally(bins);
    for (double score : positives) {
      tally.add(Math.max(score, 1 - score), score >= 0.5);
    }
    for (double score : negatives) {
      tally.add(Math.max(score, 1 - score), score < 0.5);
    }
    return tally.error(positives.length, negatives.length);
  }

  static CalibrationCurve calibration(double[] positives, double[] negatives, int bins) {
    var tally = new Tally(bins);
    for (double score : positives) {
      tally.add(score, true);
    }
    for (double score : negatives) {
      tally.add(score, false);
    }
    return tally.curve();
  }

  static double surprise(double probability) {
    return -StrictMath.log(Math.min(Math.max(probability, CLIP), 1 - CLIP));
  }

  private static MetricValue mean(
      CompensatedSum sum, double[] positives, double[] negatives, String what) {
    long rows = (long) positives.length + negatives.length;
    return rows == 0
        ? new Undefined(what + " needs rows; there are none.")
        : new Defined(sum.value() / rows, rows);
  }

  /** Per bin: rows, hits and the sum of what was promised. */
  private static final class Tally {
    private final long[] rows;
    private final long[] hits;
    private final CompensatedSum[] promised;

    Tally(int bins) {
      rows = new long[bins];
      hits = new long[bins];
      promised = new CompensatedSum[bins];
      for (int b = 0; b < bins; b++) {
        promised[b] = new CompensatedSum();
      }
    }

    void add(double confidence, boolean hit) {
      int bin = bin(confidence);
      rows[bin]++;
      hits[bin] += hit ? 1 : 0;
      promised[bin].add(confidence);
    }

    /** Bins are [b / bins, (b + 1) / bins) in doubles: a product can land one off, so compare. */
    private int bin(double confidence) {
      int bins = rows.length;
      int bin = Math.min((int) (confidence * bins), bins - 1);
      if (bin > 0 && confidence < edge(bin)) {
        return bin - 1;
      }
      return bin + 1 < bins && confidence >= edge(bin + 1) ? bin + 1 : bin;
    }

    private double edge(int bin) {
      return bin / (double) rows.length;
    }

    MetricValue error(int positives, int negatives) {
      var sum = new CompensatedSum();
      for (int b = 0; b < rows.length; b++) {
        sum.add(Math.abs(hits[b] - promised[b].value()));
      }
      long all = (long) positives + negatives;
      return all == 0
          ? new Undefined("Calibration error needs rows; there are none.")
          : new Defined(sum.value() / all, all);
    }

    CalibrationCurve curve() {
      List<Bin> bins = new ArrayList<>();
      for (int b = 0; b < rows.length; b++) {
        if (rows[b] > 0) {
          double mean = promised[b].value() / rows[b];
          bins.add(new Bin(edge(b), edge(b + 1), rows[b], mean, hits[b] / (double) rows[b]));
        }
      }
      return new CalibrationCurve(bins);
    }
  }
}
