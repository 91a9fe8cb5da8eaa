package io.mlops4j.delivery.shadow;

/**
 * How far two numbers may be apart and still be the same answer: {@code absolute + relative *
 * |live|}. Batching and another processor change the last digits of a float, so nothing is compared
 * without one.
 *
 * @param absolute in the unit of the answer, at least 0
 * @param relative to the live answer, at least 0
 */
public record Tolerance(double absolute, double relative) {
  /** Checks the ranges. */
  public Tolerance {
    require("absolute", absolute);
    require("relative", relative);
  }

  private static void require(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 0 or more, finite)");
    }
  }

  /**
   * Returns a tolerance in the unit of the answer.
   *
   * @param distance at least 0
   * @return the tolerance
   */
  public static Tolerance absolute(double distance) {
    return new Tolerance(distance, 0);
  }

  /**
   * Returns a tolerance relative to the live answer.
   *
   * @param share such as 0.01, at least 0
   * @return the tolerance; of a live answer of zero it allows nothing
   */
  public static Tolerance relative(double share) {
    return new Tolerance(0, share);
  }

  /** Returns how far from a live answer the candidate's may be. */
  double allowed(double live) {
    return absolute + relative * Math.abs(live);
  }
}
