package io.mlops4j.data.expect;

/**
 * Count, sum, mean, deviation and extremes of numbers, one by one. The sum is compensated
 * (Neumaier); the squares follow Welford (1962) over the distances from the first value, which does
 * not lose small deviations beside a large mean. NaN is left out. Used by one thread.
 */
final class Moments {
  private long count;
  private double sum;
  private double compensation;
  private double first;

  /** Of the distances from the first value. */
  private double mean;

  private double squares;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  void add(double value) {
    if (Double.isNaN(value)) {
      return;
    }
    count++;
    double next = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
    if (count == 1) {
      first = value;
    }
    double shifted = value - first;
    double difference = shifted - mean;
    mean += difference / count;
    squares += difference * (shifted - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  long count() {
    return count;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  double of(MomentRule.Statistic statistic) {
    return switch (statistic) {
      case MEAN -> (sum + compensation) / count;
      case STANDARD_DEVIATION -> Math.sqrt(squares / (count - 1));
      case SUM -> sum + compensation;
      case MINIMUM -> min;
      case MAXIMUM -> max;
    };
  }
}
