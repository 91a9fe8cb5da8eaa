package io.mlops4j.drift.stream;

/** The distance between errors, two standard deviations added, against its largest. */
final class Eddm implements ChangeDetector {
  private static final int WARM_UP = 30;
  private static final double WARNING = 0.95;

  private final double beta;
  private long n;
  private long errors;
  private long lastError;
  private double mean;
  private double squares;
  private double largest;
  private boolean warning;

  Eddm(double beta) {
    this.beta = Streams.requireBetween("beta", beta, 0, WARNING);
    forget();
  }

  private void forget() {
    n = 0;
    errors = 0;
    lastError = 0;
    mean = 0;
    squares = 0;
    largest = -1;
    warning = false;
  }

  @Override
  public boolean add(double value) {
    boolean error = Streams.requireError(value);
    n++;
    if (!error) {
      return false;
    }
    errors++;
    double distance = n - lastError;
    lastError = n;
    double before = distance - mean;
    mean += before / errors;
    squares += before * (distance - mean);
    if (n <= WARM_UP) {
      return false;
    }
    double reach = mean + 2 * Math.sqrt(errors < 2 ? 0 : squares / (errors - 1));
    if (reach > largest) {
      largest = reach;
    } else if (errors > WARM_UP) {
      double level = reach / largest;
      if (level < beta) {
        forget();
        return true;
      }
      warning = level < WARNING;
    }
    return false;
  }

  @Override
  public boolean warning() {
    return warning;
  }
}
