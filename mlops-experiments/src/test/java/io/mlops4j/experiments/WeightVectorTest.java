package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightVectorTest {
  private static final List<String> ABC = List.of("a", "b", "c");

  @Test
  void draw_atTheBounds_belongsToTheArmAbove() {
    WeightVector weights = WeightVector.of(3, ABC, 0.25, 0.5, 0.25);
    assertThat(weights.draw(0)).isEqualTo(0);
    assertThat(weights.draw(Math.nextDown(0.25))).isEqualTo(0);
    assertThat(weights.draw(0.25)).isEqualTo(1);
    assertThat(weights.draw(Math.nextDown(0.75))).isEqualTo(1);
    assertThat(weights.draw(0.75)).isEqualTo(2);
    assertThat(weights.draw(Math.nextDown(1.0))).isEqualTo(2);
  }

  @Test
  void draw_armsOfWeightZero_areNeverDrawn() {
    WeightVector weights = WeightVector.of(0, List.of("a", "b", "c", "d"), 0, 0.7, 0, 0.3);
    assertThat(weights.draw(0)).isEqualTo(1);
    assertThat(weights.draw(0.7)).isEqualTo(3);
    // 0.1 ten times sums to an ulp below 1: the rest belongs to the tenth arm, not to the eleventh.
    double[] tenths = new double[11];
    Arrays.fill(tenths, 0, 10, 0.1);
    List<String> eleven = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    assertThat(WeightVector.of(0, eleven, tenths).draw(Math.nextDown(1.0))).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
  void draw_notAUniformNumber_throws(double uniform) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, ABC, 1, 0, 0).draw(uniform))
        .withMessageStartingWith("uniform: " + uniform);
  }

  @Property(tries = 20)
  void decide_manyDraws_haveTheStatedProbabilities(
      @ForAll @IntRange(min = 2, max = 20) int arms, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] weights = random.doubles(arms).toArray();
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < arms; i++) {
      weights[i] /= sum;
    }
    List<String> names = IntStream.range(0, arms).mapToObj(i -> "" + i).toList();
    WeightVector vector = WeightVector.of(7, names, weights);
    int draws = 100_000;
    int[] counts = new int[arms];
    for (int i = 0; i < draws; i++) {
      WeightVector.Decision decision = vector.decide(random.nextDouble());
      assertThat(decision.probability()).isEqualTo(weights[decision.index()]);
      counts[decision.index()]++;
    }
    for (int i = 0; i < arms; i++) {
      double deviation = Math.sqrt(weights[i] * (1 - weights[i]) / draws);
      assertThat(counts[i] / (double) draws).isCloseTo(weights[i], within(5.5 * deviation + 1e-4));
    }
  }

  @Test
  void decide_anyDraw_carriesArmProbabilityAndEpochWithoutAllocating() {
    WeightVector weights = WeightVector.of(3, ABC, 0.25, 0.5, 0.25);
    assertThat(weights.decide(0.3)).isEqualTo(new WeightVector.Decision(1, "b", 0.5, 3));
    assertThat(weights.decide(0.3)).isSameAs(weights.decide(0.6));
  }

  @Test
  void of_valuesOutOfRange_throwsWithNameAndValue() {
    for (double bad : new double[] {Double.NaN, -0.1, 1.1, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WeightVector.of(0, ABC, 0.5, bad, 0.5))
          .withMessage("weight of 'b': " + bad + " (expected: 0..1)");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, ABC, 0.5, 0.25, 0.125))
        .withMessage("weights: sum 0.875 (expected: 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, ABC, 0.5, 0.5))
        .withMessage("weights: 2 (expected: one per arm, 3)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(-1, ABC, 1, 0, 0))
        .withMessageStartingWith("epoch: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, List.of("a", "a"), 1, 0))
        .withMessageContaining("'a' is named twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, List.of("a", " "), 1, 0))
        .withMessageContaining("not blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, List.of()))
        .withMessageContaining("arms: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightVector.of(0, Collections.nCopies(128, "a"), new double[128]))
        .withMessageContaining("arms: 128 (expected: 1..127)");
  }

  @Test
  void probability_unknownArm_listsThoseThereAre() {
    WeightVector weights = WeightVector.of(0, ABC, 0.2, 0.3, 0.5);
    assertThat(weights.probability("c")).isEqualTo(0.5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weights.probability("d"))
        .withMessage("arm: 'd' not found. Known arms: a, b, c");
  }

  @Test
  void of_arrayChangedLater_keepsItsOwnCopy() {
    double[] given = {0.2, 0.3, 0.5};
    WeightVector weights = WeightVector.of(0, ABC, given);
    given[0] = 1;
    weights.toArray()[1] = 1;
    assertThat(weights.toArray()).containsExactly(0.2, 0.3, 0.5);
    assertThat(weights)
        .isEqualTo(WeightVector.of(0, ABC, 0.2, 0.3, 0.5))
        .hasSameHashCodeAs(WeightVector.of(0, ABC, 0.2, 0.3, 0.5))
        .isNotEqualTo(WeightVector.of(1, ABC, 0.2, 0.3, 0.5))
        .isNotEqualTo(WeightVector.of(0, ABC, 0.3, 0.2, 0.5))
        .hasToString("WeightVector[epoch=0, [a, b, c] [0.2, 0.3, 0.5]]");
  }
}
