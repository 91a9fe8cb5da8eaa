package io.mlops4j.evaluation;

import java.util.List;

/**
 * A reliability diagram of the positive class: what was promised and what came, per equal-width
 * bin, or per bin of about as many rows.
 *
 * @param bins the bins that hold rows, ascending; empty without rows
 */
public record CalibrationCurve(List<Bin> bins) {
  /** Copies the list. */
  public CalibrationCurve {
    bins = List.copyOf(bins);
  }

  /**
   * One bin with rows in it.
   *
   * @param lower smallest score of the bin, inclusive (of quantile bins after the first: exclusive)
   * @param upper largest score of the bin, exclusive except for the last one, which ends at 1 (of
   *     quantile bins: inclusive)
   * @param rows how many rows, at least 1: the fewer, the less the point means
   * @param meanScore what the model promised
   * @param positiveRate what came
   */
  public record Bin(double lower, double upper, long rows, double meanScore, double positiveRate) {}
}
