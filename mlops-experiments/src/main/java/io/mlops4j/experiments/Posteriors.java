package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The probability that each of several independent posteriors is the largest. {@link BestArm} does
 * it for Beta; here for those of the whole line, by Gauss-Legendre on panels between quantiles of
 * all of them, where no density changes abruptly. What lies beyond the outermost quantiles of each
 * (2e-9 of its mass) is left out, and the results are made to sum to 1.
 */
final class Posteriors {
  private static final double[] LEVELS = {
    1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 0.999, 1 - 1e-5,
    1 - 1e-7, 1 - 1e-9
  };

  private Posteriors() {}

  /** A distribution moved and stretched. */
  private record Placed(ContinuousDistribution standard, double mean, double scale) {
    double density(double x) {
      return standard.density((x - mean) / scale) / scale;
    }

    double below(double x) {
      return standard.cumulativeProbability((x - mean) / scale);
    }

    double quantile(double level) {
      return mean + scale * standard.inverseCumulativeProbability(level);
    }
  }

  static double[] beta(List<ArmMoments> arms, double priorSuccesses, double priorFailures) {
    requireArms(arms);
    double[] alpha = new double[arms.size()];
    double[] beta = new double[arms.size()];
    for (int i = 0; i < alpha.length; i++) {
      ArmMoments arm = arms.get(i);
      if (arm.sum() < 0 || arm.sum() > arm.count() * (1 + 1e-12)) {
        throw new IllegalArgumentException(
            "rewards: sum "
                + arm.sum()
                + " of "
                + arm.count()
                + " (expected: each from 0 to 1; use thompsonNormal for others)");
      }
      alpha[i] = priorSuccesses + arm.sum();
      beta[i] = priorFailures + Math.max(0, arm.count() - arm.sum());
    }
    return BestArm.probabilities(alpha, beta);
  }

  /** Nobody may be asked to choose among no arms. */
  static void requireArms(List<ArmMoments> arms) {
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("arms: 0 (expected: at least 1)");
    }
    Elements.requireNoNulls("arms", arms);
  }

  static void checkPrior(String what, double value) {
    if (!(value >= 0.5 && value <= 1e6)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 0.5..1000000)");
    }
  }

  static double[] normal(List<ArmMoments> arms, BanditAlgorithm.NormalPrior prior) {
    Placed[] posteriors = new Placed[arms.size()];
    for (int i = 0; i < posteriors.length; i++) {
      BanditAlgorithm.NormalPrior now = prior.after(arms.get(i));
      posteriors[i] =
          new Placed(TDistribution.of(2 * now.shape()), now.mean(), now.marginalScale());
    }
    return best(posteriors);
  }

  static double[] gaussian(double[] means, double[] deviations) {
    Placed[] posteriors = new Placed[means.length];
    ContinuousDistribution standard = NormalDistribution.of(0, 1);
    for (int i = 0; i < posteriors.length; i++) {
      posteriors[i] = new Placed(standard, means[i], deviations[i]);
    }
    return best(posteriors);
  }

  private static double[] best(Placed[] arms) {
    TreeSet<Double> cuts = new TreeSet<>();
    for (Placed arm : arms) {
      for (double level : LEVELS) {
        cuts.add(arm.quantile(level));
      }
    }
    double[] result = new double[arms.length];
    Double from = cuts.first();
    for (Double to : cuts.tailSet(from, false)) {
      addPanel(arms, from, to, result);
      from = to;
    }
    double total = Arrays.stream(result).sum();
    for (int k = 0; k < result.length; k++) {
      result[k] /= total;
    }
    return result;
  }

  private static void addPanel(Placed[] arms, double from, double to, double[] result) {
    double half = (to - from) / 2;
    double[] below = new double[arms.length];
    for (int node = 0; node < GaussPanel.NODES; node++) {
      double x = from + half + half * GaussPanel.NODE[node];
      for (int k = 0; k < arms.length; k++) {
        below[k] = arms[k].below(x);
      }
      for (int k = 0; k < arms.length; k++) {
        double product = half * GaussPanel.WEIGHT[node] * arms[k].density(x);
        for (int j = 0; j < arms.length && product > 0; j++) {
          product *= j == k ? 1 : below[j];
        }
        result[k] += product;
      }
    }
  }
}
