package io.mlops4j.experiments;

import java.util.List;
import java.util.Objects;

/**
 * How rewards become weights: a pure function, so equal rewards give equal weights. Algorithms with
 * an index (the UCB family) give all weight to the arms of the largest index; Thompson sampling
 * gives each arm its probability of being the best. {@link Bandit} adds the floor.
 *
 * <p>With published weights there is no decision between two updates, so an index policy sends
 * everybody to one arm until the next one: prefer Thompson sampling when updates are rare.
 */
@FunctionalInterface
public interface BanditAlgorithm {
  /**
   * Returns one weight per arm.
   *
   * @param arms what each has earned; at least 2
   * @return as many, at least 0, sum 1
   */
  double[] weights(List<ArmMoments> arms);

  /**
   * Returns Thompson sampling for rewards from 0 to 1, with Beta posteriors.
   *
   * @param priorSuccesses alpha of the prior, 0.5 to 10^6; usually 1
   * @param priorFailures beta of the prior, 0.5 to 10^6; usually 1
   * @return probabilities of being best, by quadrature, to 1e-9. Cost: about 0.1 ms for 2 arms and
   *     3 ms for 20
   * @see <a href="https://doi.org/10.1093/biomet/25.3-4.285">Thompson (1933)</a>
   * @see <a href="https://papers.nips.cc/paper/4321">Chapelle and Li (2011)</a>
   */
  static BanditAlgorithm thompson(double priorSuccesses, double priorFailures) {
    Posteriors.checkPrior("priorSuccesses", priorSuccesses);
    Posteriors.checkPrior("priorFailures", priorFailures);
    return arms -> Posteriors.beta(arms, priorSuccesses, priorFailures);
  }

  /**
   * Returns Thompson sampling for rewards of any size, with normal-inverse-gamma posteriors: mean
   * and variance are both unknown, and a posterior mean is distributed as Student's t.
   *
   * @param prior the belief before any reward
   * @return probabilities of being best, by quadrature, to about 1e-7
   * @see <a href="https://www.cs.ubc.ca/~murphyk/Papers/bayesGauss.pdf">Murphy (2007), section
   *     3</a>
   */
  static BanditAlgorithm thompsonNormal(NormalPrior prior) {
    Objects.requireNonNull(prior, "prior");
    return arms -> Posteriors.normal(arms, prior);
  }

  /**
   * Returns UCB1: mean plus {@code sqrt(2 ln t / n)}, for rewards from 0 to 1. Arms without rewards
   * come first.
   *
   * @return the algorithm
   * @see <a href="https://doi.org/10.1023/A:1013689704352">Auer, Cesa-Bianchi, Fischer (2002)</a>
   */
  static BanditAlgorithm ucb1() {
    return arms -> UpperBounds.weights(arms, UpperBounds::ucb1);
  }

  /**
   * Returns UCB-tuned, which uses the observed variance: mean plus {@code sqrt(ln t / n * min(1/4,
   * v + sqrt(2 ln t / n)))}, for rewards from 0 to 1.
   *
   * @return the algorithm
   * @see <a href="https://doi.org/10.1023/A:1013689704352">Auer, Cesa-Bianchi, Fischer (2002)</a>
   */
  static BanditAlgorithm ucbTuned() {
    return arms -> UpperBounds.weights(arms, UpperBounds::tuned);
  }

  /**
   * Returns KL-UCB: the largest q with {@code n kl(mean, q) <= ln t}, for rewards from 0 to 1.
   *
   * @return the algorithm, with c = 0 as its authors advise in practice
   * @see <a href="https://proceedings.mlr.press/v19/garivier11a.html">Garivier, Cappe (2011)</a>
   */
  static BanditAlgorithm klUcb() {
    return arms -> UpperBounds.weights(arms, UpperBounds::kl);
  }

  /**
   * Returns epsilon-greedy: the best mean gets {@code 1 - epsilon}, and epsilon is shared equally
   * by all. Arms without rewards come first.
   *
   * @param epsilon 0 to 1
   * @return the algorithm
   */
  static BanditAlgorithm epsilonGreedy(double epsilon) {
    WeightVector.checkShare("epsilon", epsilon);
    return arms -> {
      double[] best = UpperBounds.weights(arms, (arm, total) -> arm.mean());
      return Bandit.floored(best, epsilon / best.length);
    };
  }

  /**
   * Returns inverse-gap weighting: an arm whose mean is {@code gap} below the best gets {@code 1 /
   * (arms + gamma * gap)}, and the best gets the rest; of several best ones, the first. Arms
   * without rewards count as no worse than the best.
   *
   * @param gamma at least 0; larger explores less
   * @return the algorithm
   * @see <a href="https://proceedings.mlr.press/v119/foster20a.html">Foster, Rakhlin (2020)</a>
   */
  static BanditAlgorithm inverseGap(double gamma) {
    if (!(gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("gamma: " + gamma + " (expected: at least 0, finite)");
    }
    return arms -> {
      double best =
          arms.stream()
              .mapToDouble(ArmMoments::mean)
              .filter(mean -> !Double.isNaN(mean))
              .max()
              .orElse(0);
      return UpperBounds.inverseGap(
          arms.stream().mapToDouble(arm -> arm.count() == 0 ? best : arm.mean()).toArray(), gamma);
    };
  }

  /**
   * A normal-inverse-gamma belief about an arm's rewards before any was seen.
   *
   * @param mean the expected mean reward
   * @param strength how many rewards that expectation is worth, finite, at least 1e-12
   * @param shape of the inverse gamma of the variance, finite, at least 1e-6
   * @param scale of the inverse gamma of the variance, finite, at least 1e-100
   */
  public record NormalPrior(double mean, double strength, double shape, double scale) {
    /** Checks the ranges. */
    public NormalPrior {
      if (!(Math.abs(mean) <= 1e200)) {
        throw new IllegalArgumentException(
            "mean: " + mean + " (expected: finite, at most 1e200 either way)");
      }
      checkRange("strength", strength, 1e-12, Double.MAX_VALUE);
      checkRange("shape", shape, 1e-6, Double.MAX_VALUE);
      checkRange("scale", scale, 1e-100, Double.MAX_VALUE);
    }

    /**
     * Returns mean 0 worth one reward, and a variance of about 1: for rewards of that order.
     *
     * @return (0, 1, 1, 1)
     */
    public static NormalPrior standard() {
      return new NormalPrior(0, 1, 1, 1);
    }

    /** What is believed after some rewards: the conjugate update. */
    NormalPrior after(ArmMoments arm) {
      double n = arm.count();
      if (n == 0) {
        return this;
      }
      double strengthNow = strength + n;
      double off = arm.mean() - mean;
      return new NormalPrior(
          (strength * mean + arm.sum()) / strengthNow,
          strengthNow,
          shape + n / 2,
          scale + n * arm.variance() / 2 + strength * n * off * off / (2 * strengthNow));
    }

    /** The scale of the Student t distribution, with 2 shape degrees of freedom, of the mean. */
    double marginalScale() {
      return Math.sqrt(scale / (shape * strength));
    }

    private static void checkRange(String what, double value, double least, double most) {
      if (!(value >= least && value <= most)) {
        throw new IllegalArgumentException(
            what + ": " + value + " (expected: " + least + ".." + most + ")");
      }
    }
  }
}
