package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BanditTest {
  private static final List<String> ARMS = List.of("a", "b");
  private static final int PROOF = Boolean.getBoolean("mlops4j.proof") ? 10 : 1;

  private static Bandit bandit(BanditAlgorithm algorithm, Bandit.Memory memory) {
    return Bandit.over(ARMS, algorithm, memory, 0);
  }

  // Memory.

  @Test
  void remembered_discounting_fadesByTheFactorPerEpoch() {
    Bandit bandit = bandit(BanditAlgorithm.thompson(1, 1), Bandit.Memory.discounting(0.5));
    bandit.reward("a", new ArmMoments(8, 4, 4));
    bandit.publish();
    bandit.reward("a", 1);
    assertThat(bandit.remembered().get(0)).isEqualTo(new ArmMoments(5, 3, 3));
    bandit.publish();
    assertThat(bandit.remembered().get(0)).isEqualTo(new ArmMoments(2.5, 1.5, 1.5));
  }

  @Test
  void remembered_window_keepsTheLastEpochsOnly() {
    Bandit bandit = bandit(BanditAlgorithm.thompson(1, 1), Bandit.Memory.window(2));
    for (int epoch = 1; epoch <= 4; epoch++) {
      bandit.reward("b", new ArmMoments(epoch, 0, 0));
      bandit.publish();
    }
    assertThat(bandit.remembered().get(1).count()).isEqualTo(4);
    bandit.reward("b", 0);
    assertThat(bandit.remembered().get(1).count()).isEqualTo(5);
    Bandit one = bandit(BanditAlgorithm.thompson(1, 1), Bandit.Memory.window(1));
    one.reward("a", 1);
    one.publish();
    assertThat(one.remembered().get(0)).isEqualTo(ArmMoments.NONE);
  }

  @Test
  void publish_worldChanges_forgettingBanditsFollowAndTheOtherDoesNot() {
    assertThat(shareOfNewBest(Bandit.Memory.discounting(0.8))).isGreaterThan(0.9);
    assertThat(shareOfNewBest(Bandit.Memory.window(5))).isGreaterThan(0.9);
    assertThat(shareOfNewBest(Bandit.Memory.everything())).as("the control").isLessThan(0.1);
  }

  private static double shareOfNewBest(Bandit.Memory memory) {
    Bandit bandit = bandit(BanditAlgorithm.thompson(1, 1), memory);
    for (int epoch = 0; epoch < 60; epoch++) {
      boolean changed = epoch >= 40;
      bandit.reward("a", new ArmMoments(100, changed ? 20 : 60, changed ? 20 : 60));
      bandit.reward("b", new ArmMoments(100, 40, 40));
      bandit.publish();
    }
    return bandit.publish().probability("b");
  }

  // Publishing.

  @Test
  void publish_noEvidence_isUniform() {
    assertThat(Bandit.over(List.of("a", "b", "c", "d")).publish().toArray())
        .containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(1e-12));
  }

  @Test
  void publish_floor_keepsEveryArmAliveAndTheOrder() {
    Bandit bandit =
        Bandit.over(
            List.of("bad", "good", "best"),
            BanditAlgorithm.thompson(1, 1),
            Bandit.Memory.everything(),
            0.05);
    bandit.reward("bad", new ArmMoments(100_000, 0, 0));
    bandit.reward("good", new ArmMoments(1_000, 890, 890));
    bandit.reward("best", new ArmMoments(1_000, 900, 900));
    double[] weights = bandit.publish().toArray();
    assertThat(weights[0]).isEqualTo(0.05, within(1e-12));
    assertThat(weights[1]).isBetween(weights[0], weights[2]);
    assertThat(weights[0] + weights[1] + weights[2]).isEqualTo(1, within(1e-12));
  }

  @Test
  void publish_intoAnExperiment_givesAssignmentsTheExactPropensities() {
    Experiment<Integer> experiment =
        Experiment.named("bandit").control("a", 0).treatment("b", 0.5, 1).build();
    Bandit bandit = Bandit.over(experiment.arms());
    bandit.reward("a", new ArmMoments(100, 20, 20));
    bandit.reward("b", new ArmMoments(100, 30, 30));
    experiment = experiment.withWeights(bandit.publish());
    bandit.reward("a", 1);
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
  void reward_manyThreadsWhilePublishing_losesNothingAndNumbersEpochsOnce() throws Exception {
    Bandit bandit = Bandit.over(ARMS);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<List<WeightVector>>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String arm = ARMS.get(t % 2);
        tasks.add(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                bandit.reward(arm, i & 1);
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
      assertThat(bandit.remembered())
          .containsExactly(
              new ArmMoments(40_000, 20_000, 20_000), new ArmMoments(40_000, 20_000, 20_000));
      // One epoch, one vector.
      assertThat(all.stream().distinct().count())
          .isEqualTo(all.stream().map(WeightVector::epoch).distinct().count());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void publish_sameWeights_beginsNoEpoch() {
    Bandit bandit = Bandit.over(ARMS, BanditAlgorithm.ucb1(), Bandit.Memory.everything(), 0.1);
    bandit.reward("a", 1);
    bandit.reward("b", 0);
    WeightVector first = bandit.publish();
    assertThat(first.epoch()).isEqualTo(1);
    assertThat(first.toArray()).containsExactly(new double[] {0.9, 0.1}, within(1e-12));
    assertThat(bandit.publish()).isSameAs(first);
  }

  @Test
  void over_badArguments_throw() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Bandit.over(ARMS, BanditAlgorithm.ucb1(), Bandit.Memory.everything(), 0.51))
        .withMessageContaining("floor: 0.51 (expected: 0..1/2");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Bandit.over(List.of("a"), BanditAlgorithm.ucb1(), Bandit.Memory.everything(), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Bandit.Memory.discounting(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Bandit.Memory.window(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Bandit.Memory(1, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit(BanditAlgorithm.ucb1(), Bandit.Memory.everything()).reward("c", 1))
        .withMessageContaining("Known arms: a, b");
  }

  // Regret beside a simulation in numpy: oracles/regret.py, 400 runs a row.

  @ParameterizedTest
  @CsvSource({
    "two, thompson, 20",
    "two, klUcb, 20",
    "two, ucbTuned, 40",
    "two, ucb1, 40",
    "two, epsilonGreedy, 60",
    "ten, thompson, 2",
    "ten, klUcb, 5",
    "ten, ucbTuned, 20",
    "ten, ucb1, 20",
    "ten, epsilonGreedy, 40"
  })
  void regret_isThatOfTheSimulation(String instance, String algorithm, int runs)
      throws IOException {
    try (var in = BanditTest.class.getResourceAsStream("/regret.json")) {
      JsonNode row = Json.parse(in.readAllBytes(), "regret.json").get(instance).get(algorithm);
      double expected = row.get("mean").doubleValue();
      double deviation = row.get("error").doubleValue() * Math.sqrt(400);
      boolean thompson = algorithm.equals("thompson");
      double[] regrets = regrets(instance, named(algorithm), thompson ? 10 : 1, runs * PROOF);
      double error = deviation * Math.sqrt(1.0 / 400 + 1.0 / regrets.length);
      if (PROOF > 1) {
        System.out.printf(
            "%s arms, %s, %d runs: regret %.1f, numpy %.1f, error of the difference %.2f%n",
            instance, algorithm, regrets.length, mean(regrets), expected, error);
      }
      assertThat(mean(regrets)).isCloseTo(expected, within(4 * error));
    }
  }

  private static BanditAlgorithm named(String name) {
    return switch (name) {
      case "thompson" -> BanditAlgorithm.thompson(1, 1);
      case "klUcb" -> BanditAlgorithm.klUcb();
      case "ucbTuned" -> BanditAlgorithm.ucbTuned();
      case "ucb1" -> BanditAlgorithm.ucb1();
      default -> BanditAlgorithm.epsilonGreedy(0.1);
    };
  }

  @Test
  void regret_noLearning_isFarFromEveryRow() {
    // The control of the rows above: equal shares lose 0.05 a round.
    double[] regrets = regrets("two", arms -> new double[] {0.5, 0.5}, 1, 20);
    assertThat(mean(regrets)).isCloseTo(250, within(10.0));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double[] regrets(String instance, BanditAlgorithm algorithm, int batch, int runs) {
    double[] means =
        instance.equals("two")
            ? new double[] {0.9, 0.8}
            : new double[] {0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01};
    int rounds = instance.equals("two") ? 5_000 : 10_000;
    List<String> arms = IntStream.range(0, means.length).mapToObj(i -> "arm" + i).toList();
    return IntStream.range(0, runs)
        .parallel()
        .mapToDouble(
            run -> {
              Random random = new Random(run);
              Bandit bandit = Bandit.over(arms, algorithm, Bandit.Memory.everything(), 0);
              WeightVector weights = bandit.publish();
              double lost = 0;
              for (int round = 0; round < rounds; round++) {
                int arm = weights.draw(random.nextDouble());
                lost += means[0] - means[arm];
                bandit.reward(arms.get(arm), random.nextDouble() < means[arm] ? 1 : 0);
                if (round % batch == batch - 1) {
                  weights = bandit.publish();
                }
              }
              return lost;
            })
        .toArray();
  }
}
