package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import java.util.List;
import java.util.SplittableRandom;

/** Units with known truths, for simulations. */
final class Simulated {
  static final List<String> ARMS = List.of("control", "treatment");
  static final WeightVector HALVES = WeightVector.of(0, ARMS, 0.5, 0.5);

  private Simulated() {}

  static String arm(SplittableRandom random) {
    return ARMS.get(random.nextInt(2));
  }

  static int poisson(SplittableRandom random, double mean) {
    double limit = Math.exp(-mean);
    int count = 0;
    for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
      count++;
    }
    return count;
  }

  /** Four binomial standard errors: one run in sixteen thousand is further off. */
  static double bound(double share, int runs) {
    return 4 * Math.sqrt(share * (1 - share) / runs);
  }
}
