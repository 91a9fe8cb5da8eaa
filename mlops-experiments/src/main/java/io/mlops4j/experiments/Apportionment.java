package io.mlops4j.experiments;

import io.mlops4j.stats.Bucketing;

/** Turns shares into whole slots: Hamilton's method, every result within one slot of exact. */
final class Apportionment {
  /** Remainders equal to a millionth of a slot are a tie: 1/3 and 1 - 2/3 are the same weight. */
  private static final double REMAINDER_GRID = 1e6;

  private Apportionment() {}

  /**
   * Returns whole slots per arm by largest remainders (Hamilton's method): first the whole part of
   * each share, then one slot each to the largest fractions, the earlier arm first among equals.
   */
  static int[] slots(double[] weights) {
    int[] result = new int[weights.length];
    double[] remainder = new double[weights.length];
    int left = Bucketing.SLOTS;
    for (int arm = 0; arm < weights.length; arm++) {
      double exact = weights[arm] * Bucketing.SLOTS;
      result[arm] = (int) exact;
      remainder[arm] = Math.rint((exact - result[arm]) * REMAINDER_GRID);
      left -= result[arm];
    }
    for (; left > 0; left--) {
      int largest = 0;
      for (int arm = 1; arm < weights.length; arm++) {
        largest = remainder[arm] > remainder[largest] ? arm : largest;
      }
      result[largest]++;
      remainder[largest] = -1;
    }
    return result;
  }
}
