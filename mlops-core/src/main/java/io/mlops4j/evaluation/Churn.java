package io.mlops4j.evaluation;

/**
 * How many decisions change when the candidate replaces the champion.
 *
 * @param threshold positive if the score is at least this
 * @param rows how many rows both judged, at least 1
 * @param toPositive decided negative by the champion, positive by the candidate
 * @param toNegative the other way round
 */
public record Churn(double threshold, long rows, long toPositive, long toNegative) {
  /** Checks the counts. */
  public Churn {
    if (!Double.isFinite(threshold)
        || rows < 1
        || toPositive < 0
        || toNegative < 0
        || toPositive + toNegative > rows) {
      throw new IllegalArgumentException(
          "churn at "
              + threshold
              + ": "
              + toPositive
              + " + "
              + toNegative
              + " of "
              + rows
              + " rows (expected: a finite threshold, counts of at most the rows, at least 1 row)");
    }
  }

  /**
   * Returns the share of rows whose decision changes.
   *
   * @return in [0, 1]
   */
  public double rate() {
    return (toPositive + toNegative) / (double) rows;
  }
}
