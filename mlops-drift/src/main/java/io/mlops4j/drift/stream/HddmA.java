package io.mlops4j.drift.stream;

/** The mean of everything against the mean up to the point at which its bound was lowest. */
final class HddmA implements ChangeDetector {
  private static final double WARNING_FACTOR = 5;

  private final double confidence;
  private final boolean twoSided;
  private long n;
  private double mean;
  private long lowN;
  private double low;
  private long highN;
  private double high;
  private boolean warning;

  HddmA(double confidence, boolean twoSided) {
    this.confidence =
        Streams.requireBetween("confidence", confidence, 0, Math.nextDown(1 / WARNING_FACTOR));
    this.twoSided = twoSided;
  }

  private void forget() {
    n = 0;
    mean = 0;
    lowN = 0;
    highN = 0;
  }

  @Override
  public boolean add(double value) {
    Streams.requireUnit(value);
    n++;
    mean += (value - mean) / n;
    double now = bound(n);
    if (lowN == 0 || low + bound(lowN) >= mean + now) {
      lowN = n;
      low = mean;
    }
    if (highN == 0 || high - bound(highN) <= mean - now) {
      highN = n;
      high = mean;
    }
    boolean changed =
        rose(mean - low, lowN, confidence) || (twoSided && rose(high - mean, highN, confidence));
    warning =
        !changed
            && (rose(mean - low, lowN, confidence * WARNING_FACTOR)
                || (twoSided && rose(high - mean, highN, confidence * WARNING_FACTOR)));
    if (changed) {
      forget();
    }
    return changed;
  }

  private double bound(long values) {
    return Math.sqrt(1.0 / (2 * values) * Math.log(1 / confidence));
  }

  private boolean rose(double by, long since, double level) {
    if (since == n) {
      return false;
    }
    double size = (double) (n - since) / since * (1.0 / n);
    return by >= Math.sqrt(size / 2 * Math.log(2 / level));
  }

  @Override
  public boolean warning() {
    return warning;
  }
}
