package io.mlops4j.junit.simulation;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * An exact confidence interval: it contains the truth at least as often as its level says, for
 * every number of runs.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record ExactInterval(double low, double high) {

  /**
   * Returns the interval of a share (Clopper and Pearson 1934).
   *
   * @param successes how many
   * @param runs of how many, at least 1
   * @param level above 0, below 1; half of what is left lies on each side
   * @return within 0 and 1
   */
  public static ExactInterval ofShare(long successes, long runs, double level) {
    double tail = tail(level);
    if (runs < 1 || successes < 0 || successes > runs) {
      throw new IllegalArgumentException(
          "successes: "
              + successes
              + " of "
              + runs
              + " (expected: 0 <= successes <= runs, 1 <= runs)");
    }
    double low =
        successes == 0
            ? 0
            : BetaDistribution.of((double) successes, runs - successes + 1.0)
                .inverseCumulativeProbability(tail);
    double high =
        successes == runs
            ? 1
            : BetaDistribution.of(successes + 1.0, (double) (runs - successes))
                .inverseSurvivalProbability(tail);
    return new ExactInterval(low, high);
  }

  /**
   * Returns the interval of the rate of a Poisson process (Garwood 1936).
   *
   * @param events how many
   * @param exposure in how many units of time, above 0
   * @param level above 0, below 1; half of what is left lies on each side
   * @return events per unit of time
   */
  public static ExactInterval ofRate(long events, double exposure, double level) {
    double tail = tail(level);
    if (events < 0 || !(exposure > 0)) {
      throw new IllegalArgumentException(
          "events: " + events + " in " + exposure + " (expected: 0 or more, above 0)");
    }
    double low =
        events == 0
            ? 0
            : ChiSquaredDistribution.of(2.0 * events).inverseCumulativeProbability(tail) / 2;
    double high = ChiSquaredDistribution.of(2.0 * events + 2).inverseSurvivalProbability(tail) / 2;
    return new ExactInterval(low / exposure, high / exposure);
  }

  private static double tail(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level: " + level + " (expected: above 0, below 1)");
    }
    return (1 - level) / 2;
  }
}
