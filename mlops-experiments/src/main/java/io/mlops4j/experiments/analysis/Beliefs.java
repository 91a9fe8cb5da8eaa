package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.Interval;
import io.mlops4j.stats.TwoSample;
import java.util.Optional;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/*
 * Design note. Shares of units with a uniform prior have Beta posteriors; P(B > A) is integrated over
 * the narrower of the two, so that the other's distribution function is smooth between the points of
 * Simpson's rule. The expected loss needs no other integral: E[A; A > B] = E[A] P(A' > B), where A' has
 * one more success; the two losses differ by the difference of the means. Everything else is normal: posterior of a mean with known variance under a normal
 * prior, or a flat one. Loss as a decision rule: Stucchio (2015), Bayesian A/B testing at VWO.
 */

/** Posteriors of effects. */
final class Beliefs {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /**
   * A 25th of a standard deviation: the rule's error is far below 1e-9 for such smooth densities.
   */
  private static final int STEPS = 400;

  private static final double TAIL = 1e-15;

  private Beliefs() {}

  static Posterior of(
      Metric metric, Pair.Estimated pair, int epochs, Optional<Double> prior, double alpha) {
    boolean shares = metric.kind() == Metric.Kind.BINARY && !metric.cuped();
    if (shares && epochs == 1 && prior.isEmpty()) {
      return beta(
          metric.direction(), pair.control(), pair.treatment(), TwoSample.critical(alpha, 1e300));
    }
    double mean = pair.difference();
    double variance = pair.variance();
    double scale = prior.orElse(0.0) * Math.abs(pair.control().raw());
    String method = "flat prior";
    if (scale > 0) {
      double shrink = scale * scale / (scale * scale + variance);
      mean *= shrink;
      variance *= shrink;
      method = "normal prior, lifts within ±" + Words.number(100 * prior.orElse(0.0)) + " %";
    }
    return normal(
        metric.direction(),
        mean,
        Math.sqrt(variance),
        TwoSample.critical(alpha, 1e300),
        method,
        1 - alpha);
  }

  private static Posterior normal(
      int direction, double mean, double deviation, double critical, String method, double level) {
    double z = direction * mean / deviation;
    double density = deviation * NORMAL.density(z);
    return new Posterior(
        NORMAL.cumulativeProbability(z),
        Math.max(0, density - direction * mean * NORMAL.survivalProbability(z)),
        Math.max(0, density + direction * mean * NORMAL.cumulativeProbability(z)),
        new Interval(mean - critical * deviation, mean + critical * deviation, level),
        method);
  }

  private static Posterior beta(
      int direction, Arm.Estimate control, Arm.Estimate treatment, double critical) {
    double a = 1 + Math.rint(control.value() * control.units());
    double b = 2 + control.units() - a;
    double c = 1 + Math.rint(treatment.value() * treatment.units());
    double d = 2 + treatment.units() - c;
    double greater = probabilityGreater(c, d, a, b);
    double below = a / (a + b) * probabilityGreater(a + 1, b, c, d);
    below -= c / (c + d) * (1 - probabilityGreater(c + 1, d, a, b));
    double above = below + c / (c + d) - a / (a + b);
    double mean = c / (c + d) - a / (a + b);
    double deviation = Math.sqrt(variance(a, b) + variance(c, d));
    double level = 1 - 2 * NORMAL.survivalProbability(critical);
    return new Posterior(
        direction > 0 ? greater : 1 - greater,
        Math.max(0, direction > 0 ? below : above),
        Math.max(0, direction > 0 ? above : below),
        new Interval(mean - critical * deviation, mean + critical * deviation, level),
        "Beta(1, 1) prior");
  }

  private static double variance(double a, double b) {
    return a * b / ((a + b) * (a + b) * (a + b + 1));
  }

  /** The probability that Beta(a, b) is above Beta(c, d), independent; to about 1e-10. */
  static double probabilityGreater(double a, double b, double c, double d) {
    if (variance(a, b) > variance(c, d)) {
      return 1 - probabilityGreater(c, d, a, b);
    }
    BetaDistribution narrow = BetaDistribution.of(a, b);
    BetaDistribution other = BetaDistribution.of(c, d);
    double low = narrow.inverseCumulativeProbability(TAIL);
    double high = narrow.inverseSurvivalProbability(TAIL);
    double step = (high - low) / STEPS;
    double sum = 0;
    double mass = 0;
    for (int i = 0; i <= STEPS; i++) {
      double x = Math.min(1, low + i * step);
      double weight = i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2;
      double density = weight * narrow.density(x);
      if (Double.isFinite(density)) {
        sum += density * other.cumulativeProbability(x);
        mass += density;
      }
    }
    // Dividing by the density's own integral takes most of the rule's error out.
    return Math.min(1, sum / mass);
  }
}
