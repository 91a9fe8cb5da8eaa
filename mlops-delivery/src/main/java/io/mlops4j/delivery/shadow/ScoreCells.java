package io.mlops4j.delivery.shadow;

/**
 * Cells of scores that are the same in every instance without anything having been learned, so that
 * counts add up exactly. Each is an eighth of a power of two: at most 12.5 % wide.
 */
enum ScoreCells {
  /** Any number: both signs, from 2^-16 to 2^32; what is nearer to zero shares the middle cell. */
  NUMBERS(769) {
    @Override
    int cellOf(double value) {
      double size = Math.abs(value);
      if (!(size >= 0x1p-16)) {
        return MIDDLE;
      }
      int place = place(Math.min(size, LARGEST), -16);
      return value > 0 ? MIDDLE + 1 + place : MIDDLE - 1 - place;
    }
  },
  /** Probabilities: fine at both ends, symmetric, from 2^-14 to its complement. */
  PROBABILITIES(211) {
    @Override
    int cellOf(double value) {
      double rest = Math.min(value, 1 - value);
      if (rest == 0.5) {
        return HALF;
      }
      int place = rest >= 0x1p-14 ? 1 + place(rest, -14) : 0;
      return value < 0.5 ? place : 2 * HALF - place;
    }
  };

  private static final int MIDDLE = 384;
  private static final int HALF = 105;
  private static final double LARGEST = Math.nextDown(0x1p32);

  private final int size;

  ScoreCells(int size) {
    this.size = size;
  }

  int size() {
    return size;
  }

  /** Returns the cell of a score that is not NaN; cells ascend with scores. */
  abstract int cellOf(double value);

  /** Exponent, then the three highest bits of the fraction. */
  private static int place(double value, int lowest) {
    int eighth = (int) (Double.doubleToRawLongBits(value) >>> 49) & 7;
    return (Math.getExponent(value) - lowest) * 8 + eighth;
  }
}
