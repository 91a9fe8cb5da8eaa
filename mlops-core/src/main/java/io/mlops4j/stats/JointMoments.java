package io.mlops4j.stats;

/*
 * Design note: means and co-moments are updated around the running mean (Welford 1962; Chan, Golub,
 * LeVeque 1979 for the merge), never as sums of squares: a metric with a mean of 1e9 and a deviation
 * of 1 keeps its variance. Merging is exact up to rounding, in any order.
 */

/**
 * Count, means and covariances of rows of {@code d} numbers: a stream in constant memory that
 * merges by addition. Cost: O(d²) per row, no allocation. Not thread-safe.
 */
public final class JointMoments {
  private final double[] mean;
  private final double[][] comoment;
  private long count;

  private JointMoments(int dimensions) {
    this.mean = new double[dimensions];
    this.comoment = new double[dimensions][dimensions];
  }

  /**
   * Returns moments without any row.
   *
   * @param dimensions numbers per row, 1 to 16
   * @return empty moments
   */
  public static JointMoments of(int dimensions) {
    if (dimensions < 1 || dimensions > 16) {
      throw new IllegalArgumentException("dimensions: " + dimensions + " (expected: 1..16)");
    }
    return new JointMoments(dimensions);
  }

  /**
   * Returns the moments of a single number from the sums that a database gives.
   *
   * @param count rows, at least 1
   * @param sum of the values
   * @param sumOfSquares of the values; loses digits when the mean is large against the deviation
   * @return moments of one dimension
   * @throws IllegalArgumentException if the sums are impossible
   */
  public static JointMoments fromSums(long count, double sum, double sumOfSquares) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: at least 1)");
    }
    Levels.checkFinite("sum", sum);
    Levels.checkFinite("sumOfSquares", sumOfSquares);
    double around = sumOfSquares - sum * (sum / count);
    if (around < -1e-9 * Math.abs(sumOfSquares)) {
      throw new IllegalArgumentException(
          "sumOfSquares: %s is less than sum²/count = %s. Are they of the same rows?"
              .formatted(sumOfSquares, sum * (sum / count)));
    }
    JointMoments result = new JointMoments(1);
    result.count = count;
    result.mean[0] = sum / count;
    result.comoment[0][0] = Math.max(0, around);
    return result;
  }

  /**
   * Adds a row.
   *
   * @param row {@code d} finite numbers
   * @throws IllegalArgumentException if there are more or fewer, or one is not finite; nothing is
   *     added then
   */
  public void add(double... row) {
    if (row.length != mean.length) {
      throw new IllegalArgumentException(
          "row: " + row.length + " numbers (expected: " + mean.length + ")");
    }
    for (int i = 0; i < row.length; i++) {
      if (!Double.isFinite(row[i])) {
        throw new IllegalArgumentException(
            "row: " + row[i] + " at " + i + " (expected: a finite number)");
      }
    }
    count++;
    for (int i = 0; i < row.length; i++) {
      double scaled = (row[i] - mean[i]) * (count - 1) / count;
      for (int j = 0; j < row.length; j++) {
        // mean[j] is still the old one for every j: the means move in the loop below.
        comoment[i][j] += scaled * (row[j] - mean[j]);
      }
    }
    for (int i = 0; i < row.length; i++) {
      mean[i] += (row[i] - mean[i]) / count;
    }
  }

  /**
   * Adds the rows of other moments.
   *
   * @param other of the same number of dimensions; unchanged
   * @throws IllegalArgumentException if the dimensions differ
   */
  public void merge(JointMoments other) {
    if (other.mean.length != mean.length) {
      throw new IllegalArgumentException(
          "dimensions: " + other.mean.length + " (expected: " + mean.length + ")");
    }
    if (other.count == 0) {
      return;
    }
    long total = Math.addExact(count, other.count);
    double share = (double) other.count / total;
    double[] delta = new double[mean.length];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = other.mean[i] - mean[i];
    }
    for (int i = 0; i < delta.length; i++) {
      for (int j = 0; j < delta.length; j++) {
        comoment[i][j] += other.comoment[i][j] + delta[i] * delta[j] * count * share;
      }
    }
    for (int i = 0; i < delta.length; i++) {
      mean[i] += delta[i] * share;
    }
    count = total;
  }

  /**
   * Returns moments of their own with the same rows.
   *
   * @return a copy
   */
  public JointMoments copy() {
    JointMoments copy = new JointMoments(mean.length);
    copy.merge(this);
    return copy;
  }

  /**
   * Returns how many rows were added.
   *
   * @return at least 0
   */
  public long count() {
    return count;
  }

  /**
   * Returns a mean.
   *
   * @param i which number of a row
   * @return the mean; 0 without rows
   */
  public double mean(int i) {
    return mean[i];
  }

  /**
   * Returns an unbiased variance.
   *
   * @param i which number of a row
   * @return at least 0; 0 for fewer than two rows
   */
  public double variance(int i) {
    return covariance(i, i);
  }

  /**
   * Returns an unbiased covariance.
   *
   * @param i one number of a row
   * @param j another
   * @return the covariance; 0 for fewer than two rows
   */
  public double covariance(int i, int j) {
    return count < 2 ? 0 : comoment[i][j] / (count - 1);
  }
}
