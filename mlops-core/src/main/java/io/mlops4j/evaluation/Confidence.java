package io.mlops4j.evaluation;

/**
 * How sure an interval shall be, and how the bootstrap draws where no formula is known.
 *
 * @param level the probability that the interval holds the true value, above 0 and below 1
 * @param resamples how often the rows are drawn anew, 200 to 1,000,000. Above 200,000 rows fewer
 *     are drawn, so that a metric costs at most about 200 million row visits, but never below 200
 * @param seed the same seed draws the same rows, on every machine
 */
public record Confidence(double level, int resamples, long seed) {
  /** Fewer resamples cannot tell a 95 % quantile. */
  static final int LEAST_RESAMPLES = 200;

  private static final long MOST_VISITS = 200_000_000;

  /** Checks the ranges. */
  public Confidence {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level: " + level + " (expected: above 0, below 1)");
    }
    if (resamples < LEAST_RESAMPLES || resamples > 1_000_000) {
      throw new IllegalArgumentException("resamples: " + resamples + " (expected: 200..1000000)");
    }
  }

  /**
   * Returns 95 %, 1,000 resamples, seed 1.
   *
   * @return the usual choice
   */
  public static Confidence withDefaults() {
    return new Confidence(0.95, 1000, 1);
  }

  /**
   * Returns a copy with another level.
   *
   * @param other above 0 and below 1
   * @return the copy
   */
  public Confidence withLevel(double other) {
    return new Confidence(other, resamples, seed);
  }

  /**
   * Returns a copy with another number of resamples.
   *
   * @param other 200 to 1,000,000
   * @return the copy
   */
  public Confidence withResamples(int other) {
    return new Confidence(level, other, seed);
  }

  /**
   * Returns a copy with another seed.
   *
   * @param other any number
   * @return the copy
   */
  public Confidence withSeed(long other) {
    return new Confidence(level, resamples, other);
  }

  /** How often so many rows are drawn. */
  int resamplesOf(long rows) {
    return (int) Math.min(resamples, Math.max(LEAST_RESAMPLES, MOST_VISITS / Math.max(1, rows)));
  }
}
