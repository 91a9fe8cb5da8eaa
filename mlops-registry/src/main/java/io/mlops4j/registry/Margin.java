package io.mlops4j.registry;

import java.math.BigDecimal;

/**
 * By how much a candidate must be better than the champion, with its unit. "1 %" of what is the
 * usual misunderstanding; here it cannot be written down.
 */
public sealed interface Margin {

  /**
   * Returns a margin in the metric's own unit: 0.005 of AUC is from 0.700 to 0.705.
   *
   * @param points finite, at least 0
   * @return the margin
   */
  static Margin absolute(double points) {
    return new Absolute(points);
  }

  /**
   * Returns a margin as a part of the champion's magnitude: 0.01 of an AUC of 0.700 is 0.007.
   *
   * @param fraction finite, at least 0
   * @return the margin
   */
  static Margin relative(double fraction) {
    return new Relative(fraction);
  }

  /**
   * In the metric's unit.
   *
   * @param points finite, at least 0
   */
  record Absolute(double points) implements Margin {
    /** Checks the range. */
    public Absolute {
      requireMargin("points", points);
    }

    @Override
    public String toString() {
      return BigDecimal.valueOf(points).toPlainString() + " (absolute)";
    }
  }

  /**
   * As a part of the champion's magnitude.
   *
   * @param fraction finite, at least 0
   */
  record Relative(double fraction) implements Margin {
    /** Checks the range. */
    public Relative {
      requireMargin("fraction", fraction);
    }

    @Override
    public String toString() {
      return BigDecimal.valueOf(fraction).movePointRight(2).stripTrailingZeros().toPlainString()
          + " % of the champion's magnitude";
    }
  }

  private static void requireMargin(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: finite, 0 or more)");
    }
  }
}
