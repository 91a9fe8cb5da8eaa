package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThompsonSamplingTest {
  private static final List<String> AB = List.of("a", "b");
  private static final ThompsonSampling.Options NO_FLOOR =
      ThompsonSampling.Options.withDefaults().withFloor(0);

  @Test
  void publish_rewards_givesTheProbabilityOfBeingBest() {
    ThompsonSampling bandit = ThompsonSampling.over(AB, NO_FLOOR);
    bandit.reward("a", 20, 80);
    bandit.reward("b", 10, 0);
    bandit.reward("b", 20, 70);
    WeightVector weights = bandit.publish();
    assertThat(weights.epoch()).isEqualTo(1);
    // P(B > A), Beta(31, 71) over Beta(21, 81): see oracles/bandit.json
    assertThat(weights.probability("b")).isEqualTo(0.9476031034, within(1e-9));
    bandit.reward("a", 80, 820);
    bandit.reward("b", 90, 810);
    assertThat(bandit.publish().probability("b")).isGreaterThan(0.9).isLessThan(0.95);
  }

  @Test
  void publish_noEvidence_isUniform() {
    assertThat(ThompsonSampling.over(List.of("a", "b", "c", "d")).publish().toArray())
        .containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(1e-12));
  }

  @Test
  void publish_prior_countsAsEvidence() {
    ThompsonSampling bandit = ThompsonSampling.over(AB, NO_FLOOR.withPrior(11, 71));
    bandit.reward("a", 10, 10);
    bandit.reward("b", 20, 0);
    assertThat(bandit.publish().probability("b")).isEqualTo(0.9476031034, within(1e-9));
  }

  @Test
  void publish_floor_keepsEveryArmAliveAndTheOrder() {
    ThompsonSampling bandit =
        ThompsonSampling.over(
            List.of("bad", "good", "best"),
            ThompsonSampling.Options.withDefaults().withFloor(0.05));
    bandit.reward("bad", 0, 100_000);
    bandit.reward("good", 890, 110);
    bandit.reward("best", 900, 100);
    double[] weights = bandit.publish().toArray();
    assertThat(weights[0]).isEqualTo(0.05, within(1e-12));
    assertThat(weights[1]).isBetween(weights[0], weights[2]);
    assertThat(weights[0] + weights[1] + weights[2]).isEqualTo(1, within(1e-12));
  }

  @Test
  void publish_floorOfOneOverArms_isUniformWhateverWasEarned() {
    ThompsonSampling bandit =
        ThompsonSampling.over(AB, ThompsonSampling.Options.withDefaults().withFloor(0.5));
    bandit.reward("a", 1000, 0);
    assertThat(bandit.publish().toArray()).containsExactly(0.5, 0.5);
  }

  @Test
  void publish_nothingNew_returnsTheSameEpoch() {
    ThompsonSampling bandit = ThompsonSampling.over(AB);
    WeightVector first = bandit.publish();
    assertThat(bandit.publish()).isSameAs(first);
    bandit.reward("a", 0, 0);
    assertThat(bandit.publish()).isSameAs(first);
    bandit.reward("a", 1, 0);
    assertThat(bandit.publish().epoch()).isEqualTo(2);
  }

  @Test
  void publish_intoAnExperiment_givesAssignmentsTheExactPropensities() {
    Experiment<Integer> experiment =
        Experiment.named("bandit").control("a", 0).treatment("b", 0.5, 1).build();
    ThompsonSampling bandit = ThompsonSampling.over(experiment.arms());
    bandit.reward("a", 20, 80);
    bandit.reward("b", 30, 70);
    experiment = experiment.withWeights(bandit.publish());
    bandit.reward("a", 1, 0);
    experiment = experiment.withWeights(bandit.publish());
    assertThat(experiment.epoch()).isEqualTo(2);
    int treated = 0;
    for (int i = 0; i < 100_000; i++) {
      treated += experiment.armIndex(Integer.toString(i));
    }
    assertThat(treated / 100_000.0)
        .isCloseTo(experiment.shares().probability("b"), within(0.004))
        .isCloseTo(bandit.publish().probability("b"), within(0.004));
  }

  @Test
  void reward_outOfRange_throwsAndChangesNothing() {
    ThompsonSampling bandit = ThompsonSampling.over(AB);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("c", 1, 0))
        .withMessage("arm: 'c' not found. Known arms: a, b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("a", -1, 0))
        .withMessageStartingWith("successes: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("a", 0, -1))
        .withMessageStartingWith("failures: -1");
    assertThatIllegalArgumentException().isThrownBy(() -> bandit.reward("a", Long.MAX_VALUE, 1));
    bandit.reward("a", BanditState.ArmCounts.MAX_TRIALS, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("a", 0, 1))
        .withMessageStartingWith("successes + failures: 1000000000000001");
    assertThat(bandit.state().arms())
        .containsExactly(
            new BanditState.ArmCounts("a", BanditState.ArmCounts.MAX_TRIALS, 0),
            new BanditState.ArmCounts("b", 0, 0));
    assertThat(bandit.publish().probability("a")).isEqualTo(0.99, within(1e-9));
    assertThat(bandit).hasToString("ThompsonSampling" + bandit.state().arms());
  }

  @Test
  void over_badArmsOrOptions_throws() {
    assertThatIllegalArgumentException().isThrownBy(() -> ThompsonSampling.over(List.of("a")));
    assertThatIllegalArgumentException().isThrownBy(() -> ThompsonSampling.over(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> ThompsonSampling.over(List.of("a", "a")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ThompsonSampling.over(List.of("a", "b", "c"), NO_FLOOR.withFloor(0.4)))
        .withMessage("floor: 0.4 (expected: 0..1/3, one per arm)");
    for (double bad : new double[] {Double.NaN, -1, 0.49, 2e6}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NO_FLOOR.withPrior(bad, 1));
      assertThatIllegalArgumentException().isThrownBy(() -> NO_FLOOR.withPrior(1, bad));
    }
    for (double bad : new double[] {Double.NaN, -0.1, 0.51}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NO_FLOOR.withFloor(bad));
    }
  }

  @Test
  void reward_manyThreadsWhilePublishing_losesNothingAndNumbersEpochsOnce() throws Exception {
    ThompsonSampling bandit = ThompsonSampling.over(AB);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<List<WeightVector>>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String arm = AB.get(t % 2);
        tasks.add(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                bandit.reward(arm, i & 1, 1);
              }
              return List.of();
            });
      }
      for (int t = 0; t < 2; t++) {
        tasks.add(() -> IntStream.range(0, 100).mapToObj(i -> bandit.publish()).toList());
      }
      List<WeightVector> all = new ArrayList<>();
      for (Future<List<WeightVector>> done : threads.invokeAll(tasks)) {
        long last = 0;
        for (WeightVector weights : done.get()) {
          assertThat(weights.epoch()).isGreaterThanOrEqualTo(last);
          last = weights.epoch();
          all.add(weights);
        }
      }
      assertThat(bandit.state().arms())
          .containsExactly(
              new BanditState.ArmCounts("a", 20_000, 40_000),
              new BanditState.ArmCounts("b", 20_000, 40_000));
      // One epoch, one vector.
      assertThat(all.stream().distinct().count())
          .isEqualTo(all.stream().map(WeightVector::epoch).distinct().count());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void simulation_twoArmsBatchesOfTen_regretMatchesThePublishedTable() {
    // Bernoulli arms .9 and .8, 5,000 rounds, posterior updated every 10: numpy, 1,000 runs,
    // drawing
    // from the posteriors per round gave mean regret 8.9 with standard error .22.
    int runs = 250;
    double[] regrets =
        IntStream.range(0, runs).parallel().mapToDouble(run -> regret(10, 5_000, run)).toArray();
    double mean = 0;
    double square = 0;
    for (double regret : regrets) {
      mean += regret / runs;
      square += regret * regret / runs;
    }
    double error = Math.sqrt((square - mean * mean) / (runs - 1));
    assertThat(error).isBetween(0.2, 0.8);
    assertThat(mean).isCloseTo(8.9, within(4 * Math.hypot(error, 0.22)));
  }

  @Test
  void simulation_sameSeed_givesTheSameRegretToTheLastBit() {
    assertThat(regret(10, 1_000, 5)).isEqualTo(regret(10, 1_000, 5));
  }

  private static double regret(int batch, int rounds, long seed) {
    double[] truth = {0.9, 0.8};
    SplittableRandom random = new SplittableRandom(0x5eed + seed);
    ThompsonSampling bandit = ThompsonSampling.over(AB, NO_FLOOR);
    int[] successes = new int[2];
    int[] failures = new int[2];
    int wrong = 0;
    WeightVector weights = bandit.publish();
    for (int round = 1; round <= rounds; round++) {
      int arm = weights.draw(random.nextDouble());
      wrong += arm;
      if (random.nextDouble() < truth[arm]) {
        successes[arm]++;
      } else {
        failures[arm]++;
      }
      if (round % batch == 0) {
        for (int i = 0; i < 2; i++) {
          bandit.reward(AB.get(i), successes[i], failures[i]);
          successes[i] = 0;
          failures[i] = 0;
        }
        weights = bandit.publish();
      }
    }
    return wrong * 0.1;
  }
}
