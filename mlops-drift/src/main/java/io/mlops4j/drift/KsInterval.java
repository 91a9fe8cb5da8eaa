package io.mlops4j.drift;

/**
 * Between which bounds the two-sample Kolmogorov-Smirnov distance of the raw values lies, as far as
 * counts per cell can say. The bounds are certain, not a confidence interval.
 *
 * @param low the largest difference of the two distribution functions at an edge
 * @param high what it can be at most inside a cell
 */
public record KsInterval(double low, double high) {
  /** Checks {@code 0 <= low <= high <= 1}. */
  public KsInterval {
    if (!(low >= 0 && low <= high && high <= 1)) {
      throw new IllegalArgumentException(
          "KS interval: [" + low + ", " + high + "] (expected: 0 <= low <= high <= 1)");
    }
  }
}
