package io.mlops4j.data.expect;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Locale;

/** Values and counts as people read them, the same on every JDK and in every locale. */
final class Shown {
  static final String WITHHELD = "(withheld)";
  private static final int MAX_VALUE = 64;

  private Shown() {}

  /** The shortest decimal that reads back exactly. */
  static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value) {
        return rounded;
      }
    }
    return exact.round(new MathContext(17));
  }

  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal decimal = shortest(value + 0.0).stripTrailingZeros();
    boolean plain = decimal.precision() - decimal.scale() <= 15 && decimal.scale() <= 10;
    return plain ? decimal.toPlainString() : decimal.toString();
  }

  /** A number that was measured: six significant digits are enough to see what it is. */
  static String measured(double value) {
    return Double.isFinite(value) && value != 0
        ? number(new BigDecimal(value).round(new MathContext(6)).doubleValue())
        : number(value);
  }

  /** Two significant digits, not above the value. */
  static double down(double value) {
    return rounded(value, RoundingMode.FLOOR);
  }

  /** Two significant digits, not below the value. */
  static double up(double value) {
    return rounded(value, RoundingMode.CEILING);
  }

  private static double rounded(double value, RoundingMode mode) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(2, mode)).doubleValue()
        : value;
  }

  static String number(FeatureKind kind, double value) {
    return kind == FeatureKind.TIME && Math.abs(value) < 1e17
        ? Instant.ofEpochMilli((long) value).toString()
        : number(value);
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String rows(long count) {
    return count(count) + (count == 1 ? " row" : " rows");
  }

  static String percent(double share) {
    return number(new BigDecimal(share * 100).round(new MathContext(4)).doubleValue()) + " %";
  }

  static String text(String value) {
    return '"' + Text.printable(value, MAX_VALUE) + '"';
  }

  /** The value of a feature in a row, unless it is sensitive. */
  static <T> String value(Feature<T> feature, RowBuffer<T> row, int position) {
    if (feature.sensitive()) {
      return WITHHELD;
    }
    switch (feature.kind()) {
      case NUMERIC, TIME -> {
        double number = row.number(position);
        return Double.isNaN(number) ? "(missing)" : number(feature.kind(), number);
      }
      case CATEGORICAL, TEXT -> {
        String text = row.text(position);
        return text == null ? "(missing)" : Text.printable(text, MAX_VALUE);
      }
      case VECTOR -> {
        float[] vector = row.vector(position);
        return vector == null ? "(missing)" : "float[" + vector.length + "]";
      }
    }
    throw new IllegalStateException(feature.toString());
  }
}
