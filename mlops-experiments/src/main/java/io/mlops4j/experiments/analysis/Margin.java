package io.mlops4j.experiments.analysis;

/**
 * How much worse a guardrail metric may become.
 *
 * @param size above 0
 * @param relative whether the size is a share of control's value
 */
public record Margin(double size, boolean relative) {
  /** Checks the range. */
  public Margin {
    if (!(size > 0 && size < Double.POSITIVE_INFINITY) || (relative && size >= 1)) {
      throw new IllegalArgumentException(
          "margin: "
              + size
              + (relative ? " (expected: above 0, below 1)" : " (expected: above 0)"));
    }
  }

  /**
   * Returns a margin in the metric's own unit.
   *
   * @param size above 0
   * @return the margin
   */
  public static Margin absolute(double size) {
    return new Margin(size, false);
  }

  /**
   * Returns a margin as a share of control's value.
   *
   * @param share above 0 and below 1; 0.02 is two per cent
   * @return the margin
   */
  public static Margin relative(double share) {
    return new Margin(share, true);
  }
}
