package io.mlops4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How numbers are written: the same in every locale, exact where that is short, never a lie. */
final class Numbers {
  /** Four digits tell models apart; more are noise at the sample sizes people have. */
  private static final int DIGITS = 4;

  private static final double SCIENTIFIC_ABOVE = 1e15;
  private static final double SCIENTIFIC_BELOW = 1e-4;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String[] SMALL_UNITS = {"ns", "\u00b5s", "ms", "s"};
  private static final long MINUTE = 60;
  private static final long HOUR = 3_600;
  private static final long DAY = 86_400;

  /** 9999-12-31T23:59:59Z. */
  private static final long FOUR_DIGIT_YEARS = 253_402_300_799L;

  private Numbers() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Four significant digits; whole above 1,000; scientific outside 1e-4 to 1e15. */
  static String number(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return special(value);
    } else if (size != 0 && (size < SCIENTIFIC_BELOW || size >= SCIENTIFIC_ABOVE)) {
      return scientific(value, DIGITS - 1);
    }
    return fixed(value, decimals(size));
  }

  static String fixed(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return special(value);
    }
    // Through the shortest decimal form, so 2.675 rounds to 2.68 as people expect.
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP);
    return String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
  }

  /** How many decimals {@link #number} needs: four significant digits less trailing zeros. */
  static int decimals(double size) {
    if (!Double.isFinite(size) || size >= 1_000 || size == 0) {
      return 0;
    }
    BigDecimal rounded =
        BigDecimal.valueOf(size).round(new MathContext(DIGITS, RoundingMode.HALF_UP));
    return Math.max(0, rounded.stripTrailingZeros().scale());
  }

  /** An estimate and its interval, to two digits of the interval's width. */
  static String interval(double value, double low, double high) {
    double width = high - low;
    double size = Math.max(Math.abs(low), Math.abs(high));
    if (!(width > 0) || width < size * 1e-6 || size >= SCIENTIFIC_ABOVE || size < 1e-3) {
      return number(value) + " [" + number(low) + ", " + number(high) + "]";
    }
    int decimals = (int) Math.max(0, 1 - Math.floor(Math.log10(width)));
    return fixed(value, decimals)
        + " ["
        + fixed(low, decimals)
        + ", "
        + fixed(high, decimals)
        + "]";
  }

  static String scientific(double value, int digits) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : special(value);
    }
    BigDecimal rounded =
        new BigDecimal(value)
            .round(new MathContext(digits + 1, RoundingMode.HALF_UP))
            .stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    return rounded.movePointLeft(exponent).toPlainString() + "e" + exponent;
  }

  private static String special(double value) {
    return Double.isNaN(value) ? "NaN" : value > 0 ? "\u221e" : "-\u221e";
  }

  /** One decimal from 1 % on, three digits below; 0 % and 100 % are only written when exact. */
  static String percent(double share) {
    double percent = share * 100;
    double size = Math.abs(percent);
    String sign = percent < 0 ? "-" : "";
    if (!Double.isFinite(percent)) {
      return special(percent);
    } else if (size > 0 && size < 1e-4) {
      return percent < 0 ? ">-0.0001%" : "<0.0001%";
    } else if (size < 1) {
      BigDecimal rounded = BigDecimal.valueOf(size).round(new MathContext(3, RoundingMode.HALF_UP));
      return sign + rounded.stripTrailingZeros().toPlainString() + "%";
    } else if (size < 100 && size >= 99.95) {
      return percent < 0 ? "<-99.9%" : ">99.9%";
    }
    String text = fixed(percent, 1);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + "%";
  }

  /** Three digits up to a minute ("12.3 ms"), then two units ("3 h 12 min"). */
  static String duration(Duration duration) {
    if (duration.isNegative()) {
      return "-" + duration(duration.abs());
    }
    long seconds = duration.toSeconds();
    if (seconds >= DAY) {
      return two(seconds / DAY, "d", seconds % DAY / HOUR, "h");
    } else if (seconds >= HOUR) {
      return two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min");
    } else if (seconds >= MINUTE) {
      return two(seconds / MINUTE, "min", seconds % MINUTE, "s");
    }
    BigDecimal value =
        BigDecimal.valueOf(duration.toNanos()).round(new MathContext(3, RoundingMode.HALF_UP));
    int unit = 0;
    while (unit < SMALL_UNITS.length - 1 && value.compareTo(BigDecimal.valueOf(1_000)) >= 0) {
      value = value.movePointLeft(3);
      unit++;
    }
    String digits = value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    return digits + " " + SMALL_UNITS[unit];
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    String rest = small == 0 ? "" : " " + small + " " + smallUnit;
    return count(large) + " " + largeUnit + rest;
  }

  static String time(Instant instant) {
    if (Math.abs(instant.getEpochSecond()) > FOUR_DIGIT_YEARS) {
      return instant.toString(); // the formatter cannot reach Instant.MAX
    }
    return TIME.format(instant);
  }
}
