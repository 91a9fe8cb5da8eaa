package io.mlops4j.experiments;

import java.util.List;
import java.util.Objects;

/**
 * A contextual bandit: each arm's reward is linear in the context, with its own coefficients.
 * LinUCB gives all weight to the arm with the largest upper bound; linear Thompson sampling gives
 * each arm the probability that it is the best in this context; inverse-gap weighting gives each
 * arm less the worse it looks. All keep a floor and return exact probabilities to log, so decisions
 * can be evaluated off-line. {@link SharedLinearBandit} is the one for several instances and
 * restarts.
 *
 * <p>Cost: O(arms * d^2) per decision and O(d^2) per reward. Scores and updates of one bandit do
 * not overlap: a decision never reads a half-updated arm. Thread-safe.
 *
 * @see <a href="https://doi.org/10.1145/1772690.1772758">Li, Chu, Langford, Schapire (2010)</a>
 * @see <a href="https://proceedings.mlr.press/v28/agrawal13.html">Agrawal, Goyal (2013)</a>
 * @see <a href="https://proceedings.mlr.press/v119/foster20a.html">Foster, Rakhlin (2020)</a>
 */
public final class LinearBandit {
  /** Beyond it sums of squares of squares overflow, and no weights could be computed ever after. */
  private static final double LARGEST = 1e50;

  private final List<String> arms;
  private final Options options;
  private final Rule rule;
  private final RidgeFactor[] models; // guarded by this
  private long updates; // guarded by this

  /** How estimates become weights. */
  private enum Rule {
    UPPER_BOUND,
    THOMPSON,
    INVERSE_GAP
  }

  private LinearBandit(List<String> arms, Options options, Rule rule) {
    this.arms = Bandit.checked(arms, options.floor());
    this.options = options;
    this.rule = rule;
    this.models = new RidgeFactor[this.arms.size()];
    for (int i = 0; i < models.length; i++) {
      models[i] = new RidgeFactor(options.dimensions(), options.ridge());
    }
  }

  /**
   * Returns LinUCB with disjoint models.
   *
   * @param arms 2 to 127 distinct names
   * @param options dimensions, ridge, alpha, floor
   * @return the bandit, without any reward
   */
  public static LinearBandit linUcb(List<String> arms, Options options) {
    Objects.requireNonNull(arms, "arms");
    Objects.requireNonNull(options, "options");
    return new LinearBandit(arms, options, Rule.UPPER_BOUND);
  }

  /**
   * Returns linear Thompson sampling with disjoint models.
   *
   * @param arms 2 to 127 distinct names
   * @param options dimensions, ridge, v, floor; v above 0
   * @return the bandit, without any reward
   */
  public static LinearBandit linThompson(List<String> arms, Options options) {
    Objects.requireNonNull(arms, "arms");
    Objects.requireNonNull(options, "options");
    if (options.exploration() == 0) {
      throw new IllegalArgumentException("exploration: 0.0 (expected: above 0 for Thompson)");
    }
    return new LinearBandit(arms, options, Rule.THOMPSON);
  }

  /**
   * Returns inverse-gap weighting (SquareCB) with disjoint models: an arm whose estimate is {@code
   * gap} below the best gets {@code 1 / (arms + exploration * gap)}, and the best gets the rest.
   *
   * @param arms 2 to 127 distinct names
   * @param options dimensions, ridge, gamma as exploration (larger explores less), floor
   * @return the bandit, without any reward
   */
  public static LinearBandit inverseGap(List<String> arms, Options options) {
    Objects.requireNonNull(arms, "arms");
    Objects.requireNonNull(options, "options");
    return new LinearBandit(arms, options, Rule.INVERSE_GAP);
  }

  /**
   * Returns each arm's probability in a context.
   *
   * @param context finite numbers, as many as the options' dimensions; a constant 1 among them is
   *     the intercept
   * @return the probabilities; the epoch is the number of rewards so far
   * @throws IllegalArgumentException if the context has another length or is not finite
   */
  public synchronized WeightVector weights(double... context) {
    double[] x = checked(context);
    double[] means = new double[models.length];
    double[] deviations = new double[models.length];
    boolean nothing = true;
    for (int i = 0; i < models.length; i++) {
      means[i] = models[i].mean(x);
      deviations[i] = options.exploration() * models[i].deviation(x);
      nothing &= deviations[i] == 0;
    }
    double[] weights =
        rule == Rule.INVERSE_GAP
            ? UpperBounds.inverseGap(means, options.exploration())
            : rule == Rule.THOMPSON && !nothing
                ? Posteriors.gaussian(means, deviations)
                : best(means, deviations);
    return WeightVector.of(updates, arms, Bandit.floored(weights, options.floor()));
  }

  private static double[] best(double[] means, double[] deviations) {
    double largest = Double.NEGATIVE_INFINITY;
    int winners = 0;
    for (int i = 0; i < means.length; i++) {
      double bound = means[i] + deviations[i];
      winners = bound > largest ? 1 : bound == largest ? winners + 1 : winners;
      largest = Math.max(largest, bound);
    }
    double[] weights = new double[means.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = means[i] + deviations[i] == largest ? 1.0 / winners : 0;
    }
    return weights;
  }

  /**
   * Returns the upper bound of every arm in a context: what LinUCB compares.
   *
   * @param context as in {@link #weights}
   * @return estimate plus exploration times deviation, in the order of the arms
   */
  public synchronized double[] upperBounds(double... context) {
    double[] x = checked(context);
    double[] result = new double[models.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = models[i].mean(x) + options.exploration() * models[i].deviation(x);
    }
    return result;
  }

  /**
   * Adds a settled reward.
   *
   * @param arm the arm's name
   * @param reward finite, at most 1e50 either way, as is every number of the context
   * @param context the one the arm was chosen in
   * @throws IllegalArgumentException if there is no such arm, or a number is not finite
   */
  public synchronized void reward(String arm, double reward, double... context) {
    int index = ArmNames.indexOf(arms, arm);
    if (!(Math.abs(reward) <= LARGEST)) {
      throw new IllegalArgumentException(
          "reward: " + reward + " (expected: finite, at most 1e50 either way)");
    }
    models[index].add(checked(context), reward);
    updates++;
  }

  /** Forgets all rewards and learns these sums, arm by arm. */
  synchronized void relearn(LinearSums[] stored, LinearSums[] more) {
    updates = 0;
    for (int i = 0; i < models.length; i++) {
      LinearSums sum = new LinearSums(options.dimensions());
      sum.add(stored[i]);
      sum.add(more[i]);
      models[i] = RidgeFactor.of(options.dimensions(), options.ridge(), sum);
      updates += sum.count();
    }
  }

  List<String> arms() {
    return arms;
  }

  Options options() {
    return options;
  }

  synchronized long updates() {
    return updates;
  }

  private double[] checked(double[] context) {
    if (context.length != options.dimensions()) {
      throw new IllegalArgumentException(
          "context: " + context.length + " numbers (expected: " + options.dimensions() + ")");
    }
    for (int i = 0; i < context.length; i++) {
      if (!(Math.abs(context[i]) <= LARGEST)) {
        throw new IllegalArgumentException(
            "context[" + i + "]: not finite (expected: at most 1e50 either way)");
      }
    }
    return context.clone();
  }

  /**
   * How a linear bandit believes and explores.
   *
   * @param dimensions length of the context, 1 to 2,000
   * @param ridge strength of the prior on every coefficient (lambda), above 0
   * @param exploration width of the bound (alpha of LinUCB) or scale of the posterior (v of linear
   *     Thompson), at least 0
   * @param floor the least probability of every arm
   */
  public record Options(int dimensions, double ridge, double exploration, double floor) {
    /** Checks the ranges. */
    public Options {
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
    public static Options of(int dimensions) {
      return new Options(dimensions, 1, 1, 0.01);
    }

    /**
     * Returns these options with another ridge.
     *
     * @param lambda above 0
     * @return the changed options
     */
    public Options withRidge(double lambda) {
      return new Options(dimensions, lambda, exploration, floor);
    }

    /**
     * Returns these options with another exploration.
     *
     * @param scale at least 0
     * @return the changed options
     */
    public Options withExploration(double scale) {
      return new Options(dimensions, ridge, scale, floor);
    }

    /**
     * Returns these options with another floor.
     *
     * @param probability 0 to 1/arms
     * @return the changed options
     */
    public Options withFloor(double probability) {
      return new Options(dimensions, ridge, exploration, probability);
    }
  }
}
