package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class BanditAlgorithmTest {
  static JsonNode oracle(String field) throws IOException {
    try (var in = BanditAlgorithmTest.class.getResourceAsStream("/policies.json")) {
      return Json.parse(in.readAllBytes(), "policies.json").get(field);
    }
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }

  private static ArmMoments moments(JsonNode rewards) {
    ArmMoments result = ArmMoments.NONE;
    for (JsonNode reward : rewards) {
      result = result.plus(ArmMoments.of(reward.doubleValue()));
    }
    return result;
  }

  @Test
  void thompsonNormal_oracleCases_matchScipy() throws IOException {
    JsonNode cases = oracle("normal");
    assertThat(cases).hasSize(4);
    for (JsonNode row : cases) {
      double[] p = doubles(row.get("prior"));
      BanditAlgorithm.NormalPrior prior = new BanditAlgorithm.NormalPrior(p[0], p[1], p[2], p[3]);
      List<ArmMoments> arms = new ArrayList<>();
      for (int i = 0; i < row.get("rewards").size(); i++) {
        ArmMoments arm = moments(row.get("rewards").get(i));
        arms.add(arm);
        BanditAlgorithm.NormalPrior after = prior.after(arm);
        assertThat(new double[] {after.mean(), after.strength(), after.shape(), after.scale()})
            .containsExactly(doubles(row.get("posteriors").get(i)), within(1e-7));
      }
      assertThat(BanditAlgorithm.thompsonNormal(prior).weights(arms))
          .as(row.get("name").textValue())
          .containsExactly(doubles(row.get("pBest")), within(1e-7));
    }
    // Published: rewards 1.2, .8, 1.5, .9, 1.1 from (0, 1, 1, 1) give t7 with scale .2806597.
    assertThat(new BanditAlgorithm.NormalPrior(0.9166667, 6, 3.5, 1.6541667).marginalScale())
        .isCloseTo(0.2806597, within(1e-7));
  }

  @Test
  void upperBounds_oracleCases_matchScipy() throws IOException {
    for (JsonNode row : oracle("bounds")) {
      double n = row.get("n").doubleValue();
      double mean = row.get("mean").doubleValue();
      double total = row.get("t").doubleValue();
      ArmMoments arm = new ArmMoments(n, mean * n, mean * n); // zeros and ones: squares = sum
      assertThat(UpperBounds.ucb1(arm, total))
          .isCloseTo(row.get("ucb1").doubleValue(), within(1e-12));
      assertThat(UpperBounds.tuned(arm, total))
          .isCloseTo(row.get("tuned").doubleValue(), within(1e-9));
      assertThat(UpperBounds.kl(arm, total)).isCloseTo(row.get("kl").doubleValue(), within(1e-9));
    }
  }

  @Test
  void ucb_untriedArms_comeFirstAndShare() {
    List<ArmMoments> arms = List.of(ArmMoments.of(1), ArmMoments.NONE, ArmMoments.NONE);
    for (BanditAlgorithm algorithm :
        List.of(BanditAlgorithm.ucb1(), BanditAlgorithm.ucbTuned(), BanditAlgorithm.klUcb())) {
      assertThat(algorithm.weights(arms)).containsExactly(0, 0.5, 0.5);
    }
    assertThat(BanditAlgorithm.epsilonGreedy(0.3).weights(arms))
        .containsExactly(new double[] {0.1, 0.45, 0.45}, within(1e-12));
  }

  @Test
  void thompson_betaRewards_giveTheProbabilityOfBeingBest() {
    // P(B > A), Beta(31, 71) over Beta(21, 81): see oracles/bandit.json
    assertThat(
            BanditAlgorithm.thompson(1, 1)
                .weights(List.of(new ArmMoments(100, 20, 20), new ArmMoments(100, 30, 30))))
        .containsExactly(new double[] {1 - 0.9476031034, 0.9476031034}, within(1e-9));
  }

  @Test
  void inverseGap_publishedScores_areThePublishedWeights() {
    // Eppo's bandit test data, subject alice: nike .7923, reebok .1087, adidas .0990 with gamma 1.
    assertThat(
            BanditAlgorithm.inverseGap(1)
                .weights(
                    List.of(
                        new ArmMoments(10, 0, 0),
                        new ArmMoments(10, 9, 9),
                        new ArmMoments(10, 71, 600))))
        .containsExactly(new double[] {0.0990, 0.1087, 0.7923}, within(1e-4));
    assertThat(BanditAlgorithm.inverseGap(5).weights(List.of(ArmMoments.NONE, ArmMoments.NONE)))
        .containsExactly(0.5, 0.5);
    assertThat(
            BanditAlgorithm.inverseGap(5)
                .weights(List.of(ArmMoments.of(0), ArmMoments.of(1), ArmMoments.NONE)))
        .containsExactly(new double[] {1 / 8.0, 13 / 24.0, 1 / 3.0}, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BanditAlgorithm.inverseGap(-1))
        .withMessageContaining("gamma: -1.0");
  }

  @Test
  void thompson_prior_countsAsEvidence() {
    assertThat(
            BanditAlgorithm.thompson(11, 71)
                .weights(List.of(new ArmMoments(20, 10, 10), new ArmMoments(20, 20, 20)))[1])
        .isEqualTo(0.9476031034, within(1e-9));
  }

  @Test
  void thompson_badPrior_throws() {
    for (double bad : new double[] {Double.NaN, -1, 0.49, 2e6}) {
      assertThatIllegalArgumentException().isThrownBy(() -> BanditAlgorithm.thompson(bad, 1));
      assertThatIllegalArgumentException().isThrownBy(() -> BanditAlgorithm.thompson(1, bad));
    }
  }

  @Test
  void algorithms_badInput_throwsWithTheValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                BanditAlgorithm.thompson(1, 1).weights(List.of(ArmMoments.of(7), ArmMoments.of(0))))
        .withMessageContaining("sum 7.0 of 1.0 (expected: each from 0 to 1");
    assertThatIllegalArgumentException().isThrownBy(() -> BanditAlgorithm.epsilonGreedy(1.1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BanditAlgorithm.NormalPrior(0, 0, 1, 1))
        .withMessageContaining("strength: 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BanditAlgorithm.NormalPrior(Double.NaN, 1, 1, 1))
        .withMessageContaining("mean: NaN");
    assertThatIllegalArgumentException().isThrownBy(() -> ArmMoments.of(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new ArmMoments(-1, 0, 0));
  }

  // Linear.

  @Test
  void linearBandit_oracleCases_matchNumpy() throws IOException {
    List<String> arms = List.of("a", "b", "untrained");
    for (JsonNode row : oracle("linear")) {
      LinearBandit.Options options =
          LinearBandit.Options.of(4)
              .withRidge(row.get("ridge").doubleValue())
              .withExploration(row.get("exploration").doubleValue())
              .withFloor(0);
      LinearBandit ucb = LinearBandit.linUcb(arms, options);
      LinearBandit thompson = LinearBandit.linThompson(arms, options);
      for (JsonNode seen : row.get("rows")) {
        String arm = arms.get(seen.get("arm").intValue());
        ucb.reward(arm, seen.get("y").doubleValue(), doubles(seen.get("x")));
        thompson.reward(arm, seen.get("y").doubleValue(), doubles(seen.get("x")));
      }
      double[] context = doubles(row.get("context"));
      assertThat(ucb.upperBounds(context))
          .containsExactly(doubles(row.get("bounds")), within(1e-12));
      assertThat(ucb.weights(context).toArray()).containsExactly(0, 0, 1);
      assertThat(thompson.weights(context).toArray())
          .containsExactly(doubles(row.get("pBest")), within(1e-7));
      assertThat(ucb.weights(context).epoch()).isEqualTo(row.get("rows").size());
    }
  }

  @Test
  void linearBandit_untrainedWithRidge2_hasHalfTheVariance() {
    // x'x / lambda = 25 / 2; a known library starts from lambda instead of its inverse.
    LinearBandit bandit =
        LinearBandit.linUcb(
            List.of("a", "b"), LinearBandit.Options.of(2).withRidge(2).withFloor(0.1));
    assertThat(bandit.upperBounds(3, 4)[0]).isCloseTo(Math.sqrt(12.5), within(1e-12));
    assertThat(bandit.weights(3, 4).toArray()).containsExactly(0.5, 0.5);
    bandit.reward("b", 10, 3, 4);
    assertThat(bandit.weights(3, 4).toArray())
        .containsExactly(new double[] {0.1, 0.9}, within(1e-12));
  }

  @Test
  void linearBandit_badContextOrOptions_throws() {
    LinearBandit bandit = LinearBandit.linThompson(List.of("a", "b"), LinearBandit.Options.of(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.weights(1))
        .withMessage("context: 1 numbers (expected: 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.weights(1, Double.NaN))
        .withMessage("context[1]: not finite (expected: at most 1e50 either way)");
    assertThatIllegalArgumentException().isThrownBy(() -> bandit.reward("c", 1, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("a", Double.POSITIVE_INFINITY, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> LinearBandit.Options.of(0));
    assertThatIllegalArgumentException().isThrownBy(() -> LinearBandit.Options.of(1).withRidge(0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                LinearBandit.linThompson(
                    List.of("a", "b"), LinearBandit.Options.of(1).withExploration(0)));
    assertThat(bandit.weights(0, 0).toArray()).containsExactly(0.5, 0.5);
  }
}
