package io.mlops4j.experiments;

/**
 * How a linear bandit believes and explores.
 *
 * @param dimensions length of the context, 1 to 2,000
 * @param ridge strength of the prior on every coefficient (lambda), above 0
 * @param exploration width of the bound (alpha of LinUCB) or scale of the posterior (v of linear
 *     Thompson), at least 0
 * @param floor the least probability of every arm
 */
public record LinearOptions(int dimensions, double ridge, double exploration, double floor) {
  /** Checks the ranges. */
  public LinearOptions {
    if (dimensions < 1 || dimensions > 2_000) {
      throw new IllegalArgumentException("dimensions: " + dimensions + " (expected: 1..2000)");
    }
    if (!(ridge > 0 && ridge < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("ridge: " + ridge + " (expected: above 0, finite)");
    }
    if (!(exploration >= 0 && exploration < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "exploration: " + exploration + " (expected: at least 0, finite)");
    }
  }

  /**
   * Returns ridge 1, exploration 1 and a floor of 0.01.
   *
   * @param dimensions length of the context
   * @return the defaults
   */
  public static LinearOptions of(int dimensions) {
    return new LinearOptions(dimensions, 1, 1, 0.01);
  }

  /**
   * Returns these options with another ridge.
   *
   * @param lambda above 0
   * @return the changed options
   */
  public LinearOptions withRidge(double lambda) {
    return new LinearOptions(dimensions, lambda, exploration, floor);
  }

  /**
   * Returns these options with another exploration.
   *
   * @param scale at least 0
   * @return the changed options
   */
  public LinearOptions withExploration(double scale) {
    return new LinearOptions(dimensions, ridge, scale, floor);
  }

  /**
   * Returns these options with another floor.
   *
   * @param probability 0 to 1/arms
   * @return the changed options
   */
  public LinearOptions withFloor(double probability) {
    return new LinearOptions(dimensions, ridge, exploration, probability);
  }
}
