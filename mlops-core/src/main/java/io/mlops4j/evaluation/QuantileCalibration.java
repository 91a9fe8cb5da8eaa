package io.mlops4j.evaluation;

import io.mlops4j.evaluation.CalibrationCurve.Bin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A reliability diagram whose bins hold about as many rows each. */
final class QuantileCalibration {
  private QuantileCalibration() {}

  /** Both arrays ascending, in [0, 1]. Edges as numpy's quantiles of type 7. O(n log n). */
  static CalibrationCurve of(double[] positives, double[] negatives, int bins) {
    double[] all = Arrays.copyOf(positives, positives.length + negatives.length);
    System.arraycopy(negatives, 0, all, positives.length, negatives.length);
    Arrays.sort(all);
    List<Bin> result = new ArrayList<>();
    int from = 0;
    int hitsBelow = 0;
    double lower = all.length == 0 ? 0 : all[0];
    for (int b = 1; b <= bins && from < all.length; b++) {
      double upper = edge(all, b / (double) bins);
      int to = b == bins ? all.length : upTo(all, upper, from);
      if (to > from) {
        int hits = (b == bins ? positives.length : upTo(positives, upper, 0)) - hitsBelow;
        var sum = new CompensatedSum();
        for (int i = from; i < to; i++) {
          sum.add(all[i]);
        }
        int rows = to - from;
        result.add(new Bin(lower, upper, rows, sum.value() / rows, hits / (double) rows));
        hitsBelow += hits;
        from = to;
        lower = upper;
      }
    }
    return new CalibrationCurve(result);
  }

  private static double edge(double[] sorted, double p) {
    double at = p * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** How many elements are at most the value. */
  private static int upTo(double[] ascending, double value, int from) {
    int at = Arrays.binarySearch(ascending, from, ascending.length, Math.nextUp(value));
    int found = at < 0 ? -at - 1 : at;
    while (found > from && ascending[found - 1] > value) {
      found--;
    }
    return found;
  }
}
