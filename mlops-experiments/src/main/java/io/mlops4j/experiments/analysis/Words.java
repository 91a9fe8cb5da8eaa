package io.mlops4j.experiments.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers in sentences, the same in every locale. */
final class Words {
  private Words() {}

  /** Three significant digits. */
  static String number(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : Double.toString(value);
    }
    double size = Math.abs(value);
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
    return size >= 1e-4 && size < 1e7
        ? rounded.stripTrailingZeros().toPlainString()
        : String.format(Locale.ROOT, "%.2e", value);
  }

  /** With a sign. */
  static String signed(double value) {
    return (value > 0 ? "+" : "") + number(value);
  }

  /** A share, signed, in per cent: one decimal from ten per cent on, two below. */
  static String percent(double share) {
    return String.format(Locale.ROOT, Math.abs(share) < 0.1 ? "%+.2f %%" : "%+.1f %%", 100 * share);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String p(double pValue) {
    return pValue < 1e-4 ? "p < 0.0001" : "p = " + number(pValue);
  }

  /** A measured effect: relative where there is one. */
  static String effect(Comparison comparison) {
    if (comparison.relative() instanceof Effect.Measured lift) {
      return "%s [%s, %s]"
          .formatted(
              percent(lift.value()),
              percent(lift.interval().low()),
              percent(lift.interval().high()));
    }
    if (comparison.absolute() instanceof Effect.Measured effect) {
      return "%s [%s, %s]"
          .formatted(
              signed(effect.value()),
              signed(effect.interval().low()),
              signed(effect.interval().high()));
    }
    return "no data";
  }
}
