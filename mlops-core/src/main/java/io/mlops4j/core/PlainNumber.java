package io.mlops4j.core;

import org.jspecify.annotations.Nullable;

/**
 * Numbers as most files write them ({@code -12.5}, {@code 3e-4}, {@code 42}), read from their bytes
 * without a text in between. What is not that plain, or cannot be rounded in one step, is left to
 * {@link RowField#parse(String)}: every answer here is, bit for bit, the one given there.
 *
 * <p>A decimal of at most 53 bits times or divided by a power of ten up to 10<sup>22</sup> is one
 * operation on two exact doubles, so that it is rounded once (Clinger 1990, "How to read floating
 * point numbers accurately", section 3, https://doi.org/10.1145/93542.93557). The float is that of
 * the double, unless the double lies half way between two floats: then the digits would decide.
 */
final class PlainNumber {
  /** So many digits fit a long, whatever they are. */
  private static final int MOST_DIGITS = 18;

  private static final int MOST_EXPONENT_DIGITS = 4;
  private static final long EXACT = 1L << 53;

  /** The bits of a double that a float has not, and the value they have half way between two. */
  private static final long DROPPED = (1L << 29) - 1;

  private static final long HALF_WAY = 1L << 28;

  /** Each of these is a double exactly. */
  private static final double[] TENS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private PlainNumber() {}

  /** Returns the double, or NaN if it has to be read in another way. */
  static double toDouble(byte[] text, int from, int to) {
    if (from == to) {
      return Double.NaN;
    }
    boolean negative = text[from] == '-';
    int first = negative || text[from] == '+' ? from + 1 : from;
    int at = first;
    long digits = 0;
    int digit = 0;
    for (; at < to && (digit = text[at] - '0') >= 0 && digit <= 9; at++) {
      digits = 10 * digits + digit;
    }
    int count = at - first;
    int scale = 0;
    if (at < to && text[at] == '.') {
      int point = ++at;
      for (; at < to && (digit = text[at] - '0') >= 0 && digit <= 9; at++) {
        digits = 10 * digits + digit;
      }
      scale = point - at;
      count -= scale;
    }
    if (count == 0 || count > MOST_DIGITS || digits > EXACT) {
      return Double.NaN; // More digits than a long has may have wrapped around: not looked at.
    }
    if (at < to) {
      if ((text[at] | 0x20) != 'e') {
        return Double.NaN;
      }
      int exponent = exponent(text, at + 1, to);
      if (exponent == Integer.MIN_VALUE) {
        return Double.NaN;
      }
      scale += exponent;
    }
    return negative ? -scaled(digits, scale) : scaled(digits, scale);
  }

  private static double scaled(long digits, int scale) {
    if (scale == 0 || digits == 0) {
      return digits;
    }
    if (scale < 0) {
      return -scale < TENS.length ? digits / TENS[-scale] : Double.NaN;
    }
    return scale < TENS.length ? digits * TENS[scale] : Double.NaN;
  }

  /** Returns what follows an {@code e}, or the least integer if that is no exponent. */
  private static int exponent(byte[] text, int from, int to) {
    boolean signed = from < to && (text[from] == '-' || text[from] == '+');
    int at = signed ? from + 1 : from;
    if (at == to || to - at > MOST_EXPONENT_DIGITS) {
      return Integer.MIN_VALUE;
    }
    int value = 0;
    for (; at < to; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        return Integer.MIN_VALUE;
      }
      value = 10 * value + digit;
    }
    return text[from] == '-' ? -value : value;
  }

  /** Returns the float, or NaN if it has to be read in another way. */
  static float toFloat(byte[] text, int from, int to) {
    double value = toDouble(text, from, to);
    // None of these is below the normal floats or above the greatest: 1e-22 to 2^53 * 1e22.
    return (Double.doubleToRawLongBits(value) & DROPPED) == HALF_WAY ? Float.NaN : (float) value;
  }

  /** Returns the whole number, or null if it has to be read in another way. */
  static @Nullable Long toLong(byte[] text, int from, int to) {
    boolean signed = from < to && (text[from] == '-' || text[from] == '+');
    int first = signed ? from + 1 : from;
    if (first == to || to - first > MOST_DIGITS) {
      return null;
    }
    long value = 0;
    for (int at = first; at < to; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      value = 10 * value + digit;
    }
    return text[from] == '-' ? -value : value;
  }
}
