package io.mlops4j.features;

import java.util.Arrays;

/*
 * A sum of doubles without rounding: a fixed-point number of 2,176 bits in digits of 32 bits, each
 * kept in a long, so that 2^30 additions need no carry. See R. M. Neal, "Fast exact summation using
 * small and large superaccumulators" (2015), arXiv:1505.05571.
 *
 * The digit at index i counts 2^(32 i - 1074). Values are added and taken away exactly, so the sum
 * of a window does not depend on the order in which events came and went.
 */
/** The exact sum of doubles, rounded once when asked for. Used by one thread. */
final class ExactSum {
  private static final int DIGITS = 68;
  private static final long DIGIT = 0xFFFFFFFFL;
  private static final int LOWEST = -1074;
  private static final int MAX_PENDING = 1 << 29;

  private final long[] digits = new long[DIGITS];
  private int first = DIGITS;
  private int end;
  private int pending;
  private long positive;
  private long negative;

  void clear() {
    if (first < end) {
      Arrays.fill(digits, first, end, 0);
    }
    first = DIGITS;
    end = 0;
    pending = 0;
    positive = 0;
    negative = 0;
  }

  /** Adds a number that is not NaN; an infinity is counted. */
  void add(double value) {
    add(value, 1);
  }

  /** Takes a number away that was added before. */
  void remove(double value) {
    add(value, -1);
  }

  private void add(double value, int sign) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7FF;
    if (exponent == 0x7FF) {
      if (bits < 0) {
        negative += sign;
      } else {
        positive += sign;
      }
      return;
    }
    long mantissa = bits & 0xFFFFFFFFFFFFFL;
    if (exponent == 0) {
      exponent = 1;
    } else {
      mantissa |= 1L << 52;
    }
    if (mantissa == 0) {
      return;
    }
    int at = (exponent - 1) >> 5;
    int shift = (exponent - 1) & 31;
    boolean minus = (bits < 0) == (sign > 0);
    long low = (mantissa << shift) & DIGIT;
    long middle = shift == 0 ? mantissa >>> 32 : (mantissa >>> (32 - shift)) & DIGIT;
    long high = shift == 0 ? 0 : mantissa >>> (64 - shift);
    digits[at] += minus ? -low : low;
    digits[at + 1] += minus ? -middle : middle;
    digits[at + 2] += minus ? -high : high;
    first = Math.min(first, at);
    end = Math.max(end, at + 3);
    if (++pending == MAX_PENDING) {
      carry(digits);
      first = 0;
      end = DIGITS;
      pending = 0;
    }
  }

  private static void carry(long[] of) {
    for (int i = 0; i < of.length - 1; i++) {
      of[i + 1] += of[i] >> 32;
      of[i] &= DIGIT;
    }
  }

  /** The sum, rounded to nearest, ties to even; NaN if it holds both infinities. */
  double value() {
    if (positive > 0 || negative > 0) {
      return positive > 0 && negative > 0
          ? Double.NaN
          : positive > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }
    long[] sum = digits.clone();
    carry(sum);
    boolean minus = sum[DIGITS - 1] < 0;
    if (minus) {
      for (int i = 0; i < DIGITS; i++) {
        sum[i] = -sum[i];
      }
      carry(sum);
    }
    double magnitude = rounded(sum);
    return minus ? -magnitude : magnitude;
  }

  private static double rounded(long[] sum) {
    int top = DIGITS - 1;
    while (top > 0 && sum[top] == 0) {
      top--;
    }
    if (top <= 1) {
      return units(sum[1] << 32 | sum[0], LOWEST, false);
    }
    // The highest 64 bits, and whether anything lies below them.
    int spare = Long.numberOfLeadingZeros(sum[top]) - 32;
    long high = sum[top] << (32 + spare) | sum[top - 1] << spare;
    long rest = sum[top - 2] & DIGIT;
    high |= spare == 0 ? 0 : rest >>> (32 - spare);
    boolean below = ((rest << spare) & DIGIT) != 0;
    for (int i = 0; i < top - 2 && !below; i++) {
      below = sum[i] != 0;
    }
    return units(high, LOWEST + 32 * (top - 1) - spare, below);
  }

  /** An unsigned number of units of 2^exponent, and whether there is a part of a unit more. */
  private static double units(long number, int exponent, boolean more) {
    int extra = 64 - Long.numberOfLeadingZeros(number) - 53;
    if (extra <= 0) {
      return Math.scalb((double) number, exponent);
    }
    long kept = number >>> extra;
    long cut = number & ((1L << extra) - 1);
    long half = 1L << (extra - 1);
    boolean up = cut > half || (cut == half && (more || (kept & 1) == 1));
    return Math.scalb((double) (up ? kept + 1 : kept), exponent + extra);
  }
}
