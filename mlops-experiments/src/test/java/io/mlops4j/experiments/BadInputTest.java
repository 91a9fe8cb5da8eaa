package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.PublicMethods;
import io.mlops4j.experiments.analysis.OffPolicyEvaluation;
import io.mlops4j.experiments.analysis.OffPolicyResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Numbers, durations, instants, texts, lists and arrays that nobody should give, one at a time in
 * place of each argument of each public method, record and constructor of this module.
 */
@Timeout(20)
class BadInputTest {
  private static final PublicMethods METHODS = ExperimentSamples.methods();

  static Stream<PublicMethods.Place> places() {
    return METHODS.places().filter(place -> !PublicMethods.badValues(place).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("places")
  void everyArgument_bad_worksOrSaysWhatIsAllowed(PublicMethods.Place place) throws Exception {
    assertThat(METHODS.faults(place)).isEmpty();
  }

  /** The control: it does ask what there is. */
  @Test
  void places_ofThisModule_areMany() {
    assertThat(places()).hasSizeGreaterThan(200);
  }

  @Test
  void linearBandit_hugeNumbers_areRefused_andItStillAnswers() {
    LinearBandit bandit = LinearBandit.linUcb(List.of("a", "b"), LinearBandit.Options.of(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.reward("a", 1e308, 1, 1))
        .withMessage("reward: 1.0E308 (expected: finite, at most 1e50 either way)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bandit.weights(1, 1e308))
        .withMessage("context[1]: not finite (expected: at most 1e50 either way)");
    for (int i = 0; i < 100; i++) {
      bandit.reward("a", 1e50, 1e50, -1e50);
      bandit.reward("b", -1e50, 1e50, 1);
    }
    WeightVector weights = bandit.weights(1e50, 1e50);
    assertThat(weights.probability(0) + weights.probability(1)).isCloseTo(1, within(1e-9));
  }

  @Test
  void normalPrior_extremes_areRefusedOrGiveWeights() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BanditAlgorithm.NormalPrior(0, 1e-300, 1, 1))
        .withMessageStartingWith("strength: 1.0E-300 (expected: ");
    for (double scale : new double[] {1e-100, 1e200}) {
      for (double strength : new double[] {1e-12, 1e12}) {
        var prior = new BanditAlgorithm.NormalPrior(1e100, strength, 1e-6, scale);
        Bandit bandit =
            Bandit.over(
                List.of("a", "b"),
                BanditAlgorithm.thompsonNormal(prior),
                Bandit.Memory.everything(),
                0);
        bandit.reward("a", 1e100);
        bandit.reward("b", 1);
        assertThat(bandit.publish().probability(0)).isBetween(0.0, 1.0);
      }
    }
  }

  @Test
  void offPolicyEvaluation_hugeRewards_areRefused_andOthersAnswered() {
    WeightVector logged = WeightVector.of(0, List.of("a", "b"), 0.5, 0.5);
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("u", logged, 0, 1e308, 0.5, 0.5))
        .withMessageStartingWith("reward: 1.0E308 (expected: ");
    for (int i = 0; i < 500; i++) {
      evaluation.add("u" + i, logged, i % 2, i % 3 == 0 ? 1e100 : -1e100, 0.5, 0.5);
    }
    assertThat(evaluation.result(0.95)).isInstanceOf(OffPolicyResult.Answered.class);
  }

  @Test
  void pendingRewards_clocksThatGoBackAndIdsThatRepeat_countOnce() {
    PendingRewards pending =
        PendingRewards.with(PendingRewards.Options.within(Duration.ofHours(1)));
    Instant noon = Instant.parse("2026-11-26T12:00:00Z");
    assertThat(pending.open("d", "a", noon)).isTrue();
    assertThat(pending.open("d", "b", noon.minusSeconds(60))).isFalse();
    assertThat(pending.reward("nobody", 1, noon)).isFalse();
    assertThat(pending.reward("d", 1, noon.plusSeconds(1))).isTrue();
    assertThat(pending.settle(Instant.MIN, (arm, reward) -> {})).isZero();
    List<String> settled = new ArrayList<>();
    assertThat(pending.settle(Instant.MAX, (arm, reward) -> settled.add(arm + reward))).isOne();
    assertThat(settled).containsExactly("a1.0");
  }
}
