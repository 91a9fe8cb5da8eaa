package io.mlops4j.experiments;

/**
 * What one arm has earned: number, sum and sum of squares of its rewards. Merged by addition, in
 * any order. Not whole numbers once old rewards are discounted.
 *
 * @param count at least 0
 * @param sum finite
 * @param squares at least 0
 */
public record ArmMoments(double count, double sum, double squares) {
  /** No reward yet. */
  public static final ArmMoments NONE = new ArmMoments(0, 0, 0);

  /** Checks the ranges. */
  public ArmMoments {
    if (!(count >= 0 && count <= 1e15)) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0..1e15)");
    }
    if (!Double.isFinite(sum) || !(squares >= 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "sum: " + sum + ", squares: " + squares + " (expected: finite, squares at least 0)");
    }
  }

  /**
   * Returns the moments of one reward.
   *
   * @param reward finite
   * @return count 1
   */
  public static ArmMoments of(double reward) {
    return new ArmMoments(1, reward, reward * reward);
  }

  /**
   * Returns these and other rewards together.
   *
   * @param other of the same arm
   * @return the sum
   */
  public ArmMoments plus(ArmMoments other) {
    return new ArmMoments(count + other.count, sum + other.sum, squares + other.squares);
  }

  ArmMoments times(double factor) {
    return new ArmMoments(count * factor, sum * factor, squares * factor);
  }

  /**
   * Returns the mean reward.
   *
   * @return NaN without any
   */
  public double mean() {
    return sum / count;
  }

  /** The mean squared deviation from the mean; 0 when rounding would make it negative. */
  double variance() {
    return Math.max(0, squares / count - mean() * mean());
  }
}
