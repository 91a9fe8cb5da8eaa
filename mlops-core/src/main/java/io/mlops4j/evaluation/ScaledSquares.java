package io.mlops4j.evaluation;

/**
 * A mean of squares as {@code mean * 4^exponent}: squares of 1e200 and of 1e-200 neither overflow
 * nor vanish, and scaling by a power of two rounds nothing.
 */
record ScaledSquares(double mean, int exponent) {

  /** Returns the mean square of finite values; at least one. */
  static ScaledSquares of(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (largest == 0) {
      return new ScaledSquares(0, 0);
    }
    int exponent = Math.getExponent(largest);
    var sum = new CompensatedSum();
    for (double value : values) {
      double scaled = Math.scalb(value, -exponent);
      sum.add(scaled * scaled);
    }
    return new ScaledSquares(sum.value() / values.length, exponent);
  }

  double root() {
    return Math.scalb(Math.sqrt(mean), exponent);
  }

  /** Returns this mean square in units of the other one, which is above 0. */
  double relativeTo(ScaledSquares other) {
    return Math.scalb(mean / other.mean, 2 * (exponent - other.exponent));
  }
}
