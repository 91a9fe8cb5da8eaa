package io.mlops4j.junit.simulation;

import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The binormal model of a score (Dorfman and Alf 1969): a signal is normal with deviation 1 in both
 * classes, and the distance of the means gives the AUC. The answer is the probability of 1 given
 * the signal, so the model is calibrated.
 */
record Binormal(double distance, double positives) implements Cases<float[]> {

  static Binormal of(double auc, double positives) {
    if (!(auc >= 0.5 && auc <= 0.9999)) {
      throw new IllegalArgumentException("auc: " + auc + " (expected: 0.5..0.9999)");
    }
    if (!(positives > 0 && positives < 1)) {
      throw new IllegalArgumentException(
          "positives: " + positives + " (expected: above 0, below 1)");
    }
    double quantile = NormalDistribution.of(0, 1).inverseCumulativeProbability(auc);
    return new Binormal(StrictMath.sqrt(2) * quantile, positives);
  }

  @Override
  public Case<float[]> draw(RandomGenerator random) {
    double label = random.nextDouble() < positives ? 1 : 0;
    float[] row = {(float) (Draws.normal(random) + (label - 0.5) * distance)};
    return new Case<>(row, probability(row), label);
  }

  double probability(float[] row) {
    double logit = distance * row[0] + StrictMath.log(positives / (1 - positives));
    return 1 / (1 + StrictMath.exp(-logit));
  }
}
