package io.mlops4j.drift.stream;

/**
 * The faded sum of deviations from the running mean: one-sided it never falls below zero (Page),
 * two-sided it is how far it is from its lowest and its highest (River 0.26). With scaling,
 * deviations are divided by the running standard deviation, so that one threshold fits streams of
 * any scale.
 */
final class PageHinkley implements ChangeDetector {
  private static final int WARM_UP = 30;
  private static final double TOLERANCE = 0.005;
  private static final double FADE = 1 - 0.0001;

  private final double threshold;
  private final boolean twoSided;
  private final boolean scaled;
  private long n;
  private double mean;
  private double squares;
  private double up;
  private double down;
  private double least;
  private double most;

  PageHinkley(double threshold, boolean twoSided, boolean scaled) {
    this.threshold = Streams.requireBetween("threshold", threshold, 0, Double.MAX_VALUE);
    this.twoSided = twoSided;
    this.scaled = scaled;
    forget();
  }

  private void forget() {
    n = 0;
    mean = 0;
    squares = 0;
    up = 0;
    down = 0;
    least = Double.POSITIVE_INFINITY;
    most = -1;
  }

  @Override
  public boolean add(double value) {
    Streams.requireFinite(value);
    n++;
    double before = value - mean;
    mean += before / n;
    double deviation = value - mean;
    squares += before * deviation;
    double unit = 1;
    if (scaled) {
      if (n < WARM_UP || squares <= 0) {
        return false;
      }
      unit = Math.sqrt(squares / n);
    }
    up = FADE * up + deviation / unit - TOLERANCE;
    if (!twoSided) {
      up = Math.max(0, up);
      boolean rose = n >= WARM_UP && up > threshold;
      if (rose) {
        forget();
      }
      return rose;
    }
    down = FADE * down + deviation / unit + TOLERANCE;
    least = Math.min(least, up);
    most = Math.max(most, down);
    boolean changed = n >= WARM_UP && (up - least > threshold || most - down > threshold);
    if (changed) {
      forget();
    }
    return changed;
  }
}
