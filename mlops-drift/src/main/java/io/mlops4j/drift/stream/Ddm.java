package io.mlops4j.drift.stream;

/**
 * The error rate, one standard deviation added, against its lowest with several added.
 *
 * <p>After 30 values without an error the lowest rate is 0 and the next error an alarm: at small
 * rates nearly every start is a false alarm. A patient detector waits for some errors first.
 */
final class Ddm implements ChangeDetector {
  private static final int WARM_UP = 30;

  private final double deviations;
  private final int leastErrors;
  private long n;
  private long errors;
  private double rate;
  private double lowestRate;
  private double lowestDeviation;
  private double lowest;
  private boolean warning;

  Ddm(double deviations, int leastErrors) {
    this.leastErrors = leastErrors;
    this.deviations = Streams.requireBetween("deviations", deviations, 0, 1_000);
    forget();
  }

  private void forget() {
    n = 0;
    errors = 0;
    rate = 0;
    lowest = Double.POSITIVE_INFINITY;
  }

  @Override
  public boolean add(double value) {
    double error = Streams.requireError(value) ? 1 : 0;
    n++;
    errors += error > 0 ? 1 : 0;
    rate += (error - rate) / n;
    double deviation = Math.sqrt(rate * (1 - rate) / n);
    warning = false;
    if (n <= WARM_UP || errors < leastErrors) {
      return false;
    }
    if (rate + deviation <= lowest) {
      lowestRate = rate;
      lowestDeviation = deviation;
      lowest = rate + deviation;
    }
    if (rate + deviation > lowestRate + deviations * lowestDeviation) {
      forget();
      return true;
    }
    warning = rate + deviation > lowestRate + deviations * 2 / 3 * lowestDeviation;
    return false;
  }

  @Override
  public boolean warning() {
    return warning;
  }
}
