package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import io.mlops4j.stats.JointMoments;
import io.mlops4j.stats.TwoSample;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** Intervals that need no drawing. */
final class Formulas {
  private Formulas() {}

  /**
   * Wilson's score interval of a proportion (<a
   * href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>): never empty at 0 or 1,
   * never outside [0, 1].
   */
  static Interval wilson(long successes, long trials, double level) {
    double z = TwoSample.critical(1 - level, Double.POSITIVE_INFINITY);
    double n = trials;
    double p = successes / n;
    double denominator = 1 + z * z / n;
    double centre = (p + z * z / (2 * n)) / denominator;
    double half = z / denominator * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return new Interval(
        successes == 0 ? 0 : Math.max(0, centre - half),
        successes == trials ? 1 : Math.min(1, centre + half),
        level);
  }

  static Optional<MetricInterval> ofRatio(long successes, long trials, double level) {
    return trials == 0
        ? Optional.empty()
        : Optional.of(new MetricInterval(wilson(successes, trials, level), "Wilson"));
  }

  /** Student's t interval of a mean; empty below two rows or when nothing varies. */
  static Optional<MetricInterval> ofMean(Losses losses, double least, double level) {
    long n = losses.count();
    double error = n < 2 ? 0 : losses.standardError();
    if (!(error > 0) || !Double.isFinite(error)) {
      return Optional.empty();
    }
    double half = TwoSample.critical(1 - level, n - 1.0) * error;
    double mean = losses.mean();
    return Double.isFinite(mean + half)
        ? Optional.of(
            new MetricInterval(
                new Interval(Math.max(least, mean - half), mean + half, level), "Student's t"))
        : Optional.empty();
  }

  /** Around a value with a known standard error, cut to what the value can be. */
  static Optional<MetricInterval> ofNormal(
      double value, double variance, double least, double most, double level, String method) {
    if (!(variance > 0)) {
      return Optional.empty();
    }
    double half = TwoSample.critical(1 - level, Double.POSITIVE_INFINITY) * Math.sqrt(variance);
    return Optional.of(
        new MetricInterval(
            new Interval(Math.max(least, value - half), Math.min(most, value + half), level),
            method));
  }

  /** Mean and spread of one number a row. */
  static final class Losses {
    private final JointMoments moments = JointMoments.of(1);

    void add(double loss) {
      moments.add(loss);
    }

    Losses addAll(double[] values, DoubleUnaryOperator loss) {
      for (double value : values) {
        moments.add(loss.applyAsDouble(value));
      }
      return this;
    }

    long count() {
      return moments.count();
    }

    double mean() {
      return moments.mean(0);
    }

    double standardError() {
      return Math.sqrt(moments.variance(0) / moments.count());
    }
  }
}
