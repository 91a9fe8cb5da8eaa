package io.mlops4j.drift;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * A sum of doubles without any rounding until it is read: the same in whatever order values come,
 * are taken back, or parts are merged. What a label corrects is taken back exactly.
 *
 * <p>A superaccumulator after Neal (2015), arXiv 1505.05571: limbs of 32 bits, kept in longs so
 * that carries can wait. Limb {@code i} counts units of {@code 2^(32 i - 1074)}. Only the limbs
 * around 1 are there until a value needs others: 80 bytes instead of 560. Not thread-safe.
 */
final class ExactSum {
  private static final int ALL_LIMBS = 68;
  private static final int FIRST_BASE = 27;
  private static final int FIRST_LIMBS = 10;
  private static final long MASK = 0xFFFF_FFFFL;

  /** Each addition changes a limb by less than 2^33. */
  private static final int ADDITIONS_PER_CARRY = 1 << 28;

  private int base = FIRST_BASE;
  private long[] limbs = new long[FIRST_LIMBS];
  private int additions;

  /** Adds a finite value. */
  void add(double value) {
    add(value, 1);
  }

  /** Adds a finite value, or takes it back if the sign is -1. */
  void add(double value, int sign) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("value: " + value + " (expected: finite)");
    }
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7FF;
    long fraction = bits & 0xF_FFFF_FFFF_FFFFL;
    long mantissa = exponent == 0 ? fraction : fraction | (1L << 52);
    int position = Math.max(0, exponent - 1);
    int limb = position >>> 5;
    int shift = position & 31;
    reach(limb);
    long low = (mantissa & MASK) << shift;
    long high = (mantissa >>> 32) << shift;
    int at = limb - base;
    long direction = bits < 0 ? -sign : sign;
    limbs[at] += direction * (low & MASK);
    limbs[at + 1] += direction * ((low >>> 32) + (high & MASK));
    limbs[at + 2] += direction * (high >>> 32);
    if (++additions == ADDITIONS_PER_CARRY) {
      carry();
    }
  }

  private void reach(int limb) {
    if (limb < base || limb + 3 >= base + limbs.length) {
      expand();
    }
  }

  private void expand() {
    if (limbs.length < ALL_LIMBS) {
      long[] all = new long[ALL_LIMBS];
      System.arraycopy(limbs, 0, all, base, limbs.length);
      limbs = all;
      base = 0;
    }
  }

  /** Adds another sum. */
  void add(ExactSum other) {
    carry();
    other.carry();
    if (other.base != base || other.limbs.length != limbs.length) {
      expand();
    }
    for (int i = 0; i < other.limbs.length; i++) {
      limbs[i + other.base - base] += other.limbs[i];
    }
    additions = 1;
  }

  private void carry() {
    for (int i = 0; i < limbs.length - 1; i++) {
      limbs[i + 1] += limbs[i] >> 32;
      limbs[i] &= MASK;
    }
    additions = 0;
  }

  /** Returns the sum, rounded once, to the nearest. */
  double value() {
    carry();
    BigInteger sum = BigInteger.ZERO;
    for (int i = limbs.length - 1; i >= 0; i--) {
      sum = sum.shiftLeft(32).add(BigInteger.valueOf(limbs[i]));
    }
    int extra = Math.max(0, sum.bitLength() - 64);
    BigInteger head = sum.shiftRight(extra);
    if (extra > 0 && sum.getLowestSetBit() < extra) {
      head = head.setBit(0); // what is cut off decides a tie
    }
    return Math.scalb(head.doubleValue(), extra + 32 * base - 1074);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ExactSum that)) {
      return false;
    }
    expand();
    that.expand();
    carry();
    that.carry();
    return Arrays.equals(limbs, that.limbs);
  }

  @Override
  public int hashCode() {
    return Double.hashCode(value());
  }
}
