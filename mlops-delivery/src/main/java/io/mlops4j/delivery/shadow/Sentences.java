package io.mlops4j.delivery.shadow;

import java.util.Locale;

/** How numbers are written. */
final class Sentences {
  private Sentences() {}

  static String share(long hits, long rows) {
    return String.format(Locale.ROOT, "%,d of %,d", hits, rows);
  }

  static String count(long rows) {
    return String.format(Locale.ROOT, "%,d", rows);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.3g %%", share * 100);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  /** Returns an answer as it is listed. */
  static String shown(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6g", value)
        : String.valueOf(value);
  }

  static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.3g ms", nanos / 1e6);
  }
}
