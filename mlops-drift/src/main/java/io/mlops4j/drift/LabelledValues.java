package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Errors of a regression: exact sums, and absolute errors in log-linear cells, 16 per power of two,
 * so that a quantile is at most 6.25 % too high and never too low.
 */
final class LabelledValues implements Labelled {
  private static final int SUB = 16;

  /** Absolute errors from 2^-40 to 2^40 have cells; smaller and larger ones share the outer two. */
  private static final int POWER = 40;

  private static final int CELLS = 2 * POWER * SUB + 2;

  private final LabelledScores.Moments errors = new LabelledScores.Moments();
  private final LabelledScores.Moments absolute = new LabelledScores.Moments();
  private final LabelledScores.Moments squared = new LabelledScores.Moments();
  private final long[] cells = new long[CELLS];

  @Override
  public void add(double output, double label, int sign) {
    // So large an error is somebody's mistake; beyond this its square is infinite.
    double error = Math.max(-1e75, Math.min(1e75, output - label));
    errors.add(error, sign);
    absolute.add(Math.abs(error), sign);
    squared.add(error * error, sign);
    cells[cell(Math.abs(error))] += sign;
  }

  static int cell(double error) {
    int exponent = Math.getExponent(error);
    if (error == 0 || exponent < -POWER) {
      return 0;
    }
    if (exponent >= POWER) {
      return CELLS - 1;
    }
    int sub = (int) (Double.doubleToRawLongBits(error) >>> 48) & (SUB - 1);
    return 1 + (exponent + POWER) * SUB + sub;
  }

  static double upperBound(int cell) {
    if (cell == 0) {
      return Math.scalb(1.0, -POWER);
    }
    int index = cell - 1;
    return Math.scalb(1.0 + (index % SUB + 1) / (double) SUB, index / SUB - POWER);
  }

  @Override
  public void addAll(Labelled others) {
    LabelledValues other = (LabelledValues) others;
    errors.addAll(other.errors);
    absolute.addAll(other.absolute);
    squared.addAll(other.squared);
    for (int i = 0; i < CELLS; i++) {
      cells[i] += other.cells[i];
    }
  }

  @Override
  public Numbers numbers() {
    Optional<Estimate> rmse =
        squared
            .mean()
            .map(
                mse -> {
                  double root = Math.sqrt(mse.value());
                  double error = root == 0 ? 0 : mse.standardError() / (2 * root);
                  return new Estimate(root, error, 0);
                });
    return new Numbers(
        Optional.empty(),
        Optional.of(
            new Quality.Regression(
                absolute.mean(), rmse, errors.mean(), quantile(0.5), quantile(0.95))),
        Optional.empty());
  }

  private OptionalDouble quantile(double share) {
    long n = absolute.n();
    long rank = Math.max(1, (long) Math.ceil(share * n));
    long seen = 0;
    for (int i = 0; i < CELLS && n > 0; i++) {
      seen += cells[i];
      if (seen >= rank) {
        return OptionalDouble.of(upperBound(i));
      }
    }
    return OptionalDouble.empty();
  }
}
