package io.mlops4j.benchmarks;

import java.util.Locale;

/**
 * What one measured number must be.
 *
 * @param name what is measured
 * @param side on which side of the limit it must lie
 * @param limit generous: machines are shared, and a guard that cries wolf is switched off
 * @param unit appended to numbers, such as {@code x}
 * @param budget what we really aim at, for people
 */
record Bound(String name, Side side, double limit, String unit, String budget) {
  enum Side {
    AT_MOST("<= "),
    AT_LEAST(">= ");

    private final String sign;

    Side(String sign) {
      this.sign = sign;
    }
  }

  static Bound atMost(String name, double limit, String unit, String budget) {
    return new Bound(name, Side.AT_MOST, limit, unit, budget);
  }

  static Bound atLeast(String name, double limit, String unit, String budget) {
    return new Bound(name, Side.AT_LEAST, limit, unit, budget);
  }

  /** Whether a number keeps the bound. NaN and infinities never do: nothing was measured. */
  boolean keeps(double measured) {
    return Double.isFinite(measured)
        && (side == Side.AT_MOST ? measured <= limit : measured >= limit);
  }

  /** Whether a number breaks the bound. NaN and infinities never do: nothing was measured. */
  boolean breaks(double measured) {
    return Double.isFinite(measured) && !keeps(measured);
  }

  String shownLimit() {
    return side.sign + shown(limit);
  }

  String shown(double number) {
    if (!Double.isFinite(number)) {
      return "not measured";
    }
    String digits =
        number == Math.rint(number) && Math.abs(number) < 1e9
            ? String.format(Locale.ROOT, "%.0f", number)
            : String.format(Locale.ROOT, Math.abs(number) < 10 ? "%.2f" : "%.1f", number);
    return digits + unit;
  }
}
