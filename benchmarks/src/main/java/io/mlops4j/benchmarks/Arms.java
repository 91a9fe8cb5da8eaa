package io.mlops4j.benchmarks;

import io.mlops4j.experiments.ArmMoments;
import io.mlops4j.experiments.Bandit;
import io.mlops4j.experiments.WeightVector;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.sampling.distribution.SharedStateContinuousSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A bandit's arms with some evidence, and the two ways to decide: from the published weights, and
 * by drawing from every posterior. A Beta variable is the ratio of a Gamma variable to the sum of
 * two; the samplers are made once. Used by one thread.
 */
final class Arms {
  private final UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(7L);
  private final WeightVector weights;
  private final SharedStateContinuousSampler[] alpha;
  private final SharedStateContinuousSampler[] beta;

  Arms(int count) {
    List<String> names = IntStream.range(0, count).mapToObj(i -> "arm-" + i).toList();
    Bandit bandit = Bandit.over(names);
    alpha = new SharedStateContinuousSampler[count];
    beta = new SharedStateContinuousSampler[count];
    for (int i = 0; i < count; i++) {
      long successes = 20 + 200L * i / count;
      long failures = 400 + 2000L * i / count;
      bandit.reward(names.get(i), new ArmMoments(successes + failures, successes, successes));
      alpha[i] = AhrensDieterMarsagliaTsangGammaSampler.of(random, (double) (1 + successes), 1);
      beta[i] = AhrensDieterMarsagliaTsangGammaSampler.of(random, (double) (1 + failures), 1);
    }
    weights = bandit.publish();
  }

  /** Returns the probability of each arm, to check both ways against. */
  double[] probabilities() {
    return weights.toArray();
  }

  /** Returns an arm by the weights: one uniform number, and the probability to log. */
  int decide() {
    return weights.decide(random.nextDouble()).index();
  }

  /** Returns the arm whose posterior gave the largest draw. */
  int drawPosteriors() {
    int best = 0;
    double most = -1;
    for (int i = 0; i < alpha.length; i++) {
      double a = alpha[i].sample();
      double draw = a / (a + beta[i].sample());
      if (draw > most) {
        most = draw;
        best = i;
      }
    }
    return best;
  }
}
