package io.mlops4j.delivery;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How numbers stand in sentences. */
final class Words {
  private static final MathContext DIGITS = new MathContext(4);

  private Words() {}

  static String number(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString()
        : value > 0 ? "anything" : String.valueOf(value);
  }

  static String percent(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.2f %%", value * 100)
        : number(value);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String count(double value) {
    return String.format(Locale.ROOT, "%,d", Math.round(value));
  }

  static String nanos(double nanos) {
    return nanos >= 1e9
        ? number(nanos / 1e9) + " s"
        : nanos >= 1e6 ? number(nanos / 1e6) + " ms" : number(nanos / 1e3) + " µs";
  }
}
