package io.mlops4j.pipeline.search;

/**
 * How often in a row a value may fail to become better. Looks at its own values only, so that it
 * says the same whatever runs beside it.
 */
final class Patience {
  private final Direction direction;
  private final int most;
  private double best = Double.NaN;
  private int since;

  /**
   * Begins with all patience.
   *
   * @param most how often; 0 for ever
   */
  Patience(Direction direction, int most) {
    this.direction = direction;
    this.most = most;
  }

  /** Takes a value; false when patience is over. */
  boolean allows(double value) {
    if (direction.isBetter(value, best)) {
      best = value;
      since = 0;
    } else {
      since++;
    }
    return most == 0 || since < most;
  }
}
