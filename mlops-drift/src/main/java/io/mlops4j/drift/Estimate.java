package io.mlops4j.drift;

/**
 * A measured number and how sure it is.
 *
 * @param value the estimate
 * @param standardError its standard error from sampling
 * @param roundingError how far it can be off because scores were put into bins: certain, 0 if none
 */
public record Estimate(double value, double standardError, double roundingError) {
  /** Refuses what is not a number. */
  public Estimate {
    if (!Double.isFinite(value) || !(standardError >= 0) || !(roundingError >= 0)) {
      throw new IllegalArgumentException(
          "estimate: " + value + " +- " + standardError + " (expected: finite numbers)");
    }
  }
}
