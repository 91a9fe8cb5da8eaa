package io.mlops4j.drift.stream;

/**
 * The exponentially weighted mean up to the point at which its bound was lowest, against that of
 * the values since.
 */
final class HddmW implements ChangeDetector {
  private static final double WARNING_FACTOR = 5;
  private static final double WEIGHT = 0.05;

  private final double confidence;
  private final boolean twoSided;
  private Mean all = new Mean();
  private Mean lowBefore = new Mean();
  private Mean lowSince = new Mean();
  private Mean highBefore = new Mean();
  private Mean highSince = new Mean();
  private double lowCut = Double.POSITIVE_INFINITY;
  private double highCut = Double.NEGATIVE_INFINITY;
  private boolean warning;

  HddmW(double confidence, boolean twoSided) {
    this.confidence =
        Streams.requireBetween("confidence", confidence, 0, Math.nextDown(1 / WARNING_FACTOR));
    this.twoSided = twoSided;
  }

  /** A weighted mean, and the sum of squared weights that its bound depends on. */
  private static final class Mean {
    double value;
    double squares = 1;
    boolean any;

    void add(double next) {
      value = any ? value + WEIGHT * (next - value) : next;
      squares = WEIGHT * WEIGHT + (1 - WEIGHT) * (1 - WEIGHT) * squares;
      any = true;
    }

    Mean copy() {
      Mean copy = new Mean();
      copy.value = value;
      copy.squares = squares;
      copy.any = any;
      return copy;
    }
  }

  private void forget() {
    all = new Mean();
    lowBefore = new Mean();
    lowSince = new Mean();
    highBefore = new Mean();
    highSince = new Mean();
    lowCut = Double.POSITIVE_INFINITY;
    highCut = Double.NEGATIVE_INFINITY;
  }

  @Override
  public boolean add(double value) {
    Streams.requireUnit(value);
    all.add(value);
    double bound = bound(all.squares, confidence);
    if (all.value + bound < lowCut) {
      lowCut = all.value + bound;
      lowBefore = all.copy();
      lowSince = new Mean();
    } else {
      lowSince.add(value);
    }
    if (all.value - bound > highCut) {
      highCut = all.value - bound;
      highBefore = all.copy();
      highSince = new Mean();
    } else {
      highSince.add(value);
    }
    boolean changed = changed(confidence);
    warning = !changed && changed(confidence * WARNING_FACTOR);
    if (changed) {
      forget();
    }
    return changed;
  }

  private boolean changed(double level) {
    return rose(lowBefore, lowSince, level) || (twoSided && rose(highSince, highBefore, level));
  }

  private static boolean rose(Mean from, Mean to, double level) {
    return from.any && to.any && to.value - from.value > bound(from.squares + to.squares, level);
  }

  private static double bound(double squares, double level) {
    return Math.sqrt(squares * Math.log(1 / level) / 2);
  }

  @Override
  public boolean warning() {
    return warning;
  }
}
