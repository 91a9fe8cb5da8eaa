package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelDelayTest {
  private static final int N = 20_000;

  private static double[] hours(LabelDelay delay, double label) {
    SplittableRandom random = new SplittableRandom(11);
    double[] hours = new double[N];
    for (int i = 0; i < N; i++) {
      hours[i] = Objects.requireNonNull(delay.draw(label, random)).toNanos() / 3_600e9;
    }
    java.util.Arrays.sort(hours);
    return hours;
  }

  @Test
  void exponential_manyDraws_haveItsMeanAndMedian() {
    double[] hours = hours(LabelDelay.exponential(Duration.ofHours(6)), 1);
    assertThat(java.util.Arrays.stream(hours).average().orElseThrow())
        .isEqualTo(6, within(5 * 6 / Math.sqrt(N)));
    assertThat(hours[N / 2]).isEqualTo(6 * Math.log(2), within(5 * 6 / Math.sqrt(N)));
  }

  @Test
  void lognormal_manyDraws_haveScipysQuantiles() {
    JsonNode oracle = Oracle.read("lognormal");
    double[] hours = hours(LabelDelay.lognormal(Duration.ofHours(2), Duration.ofHours(9)), 0);
    for (JsonNode pair : oracle.get("quantiles")) {
      double q = pair.get(0).asDouble();
      // Five standard errors of a share.
      double below =
          java.util.Arrays.stream(hours).filter(h -> h <= pair.get(1).asDouble()).count()
              / (double) N;
      assertThat(below).isEqualTo(q, within(5 * Math.sqrt(q * (1 - q) / N)));
    }
  }

  @Test
  void byHorizon_negatives_areKnownOnlyWhenItIsOver() {
    LabelDelay delay =
        LabelDelay.byHorizon(LabelDelay.exponential(Duration.ofDays(5)), Duration.ofDays(7));
    assertThat(hours(delay, 0)).containsOnly(168.0);
    double[] positives = hours(delay, 1);
    assertThat(positives[N - 1]).isEqualTo(168.0);
    assertThat(positives[0]).isLessThan(1);
  }

  @Test
  void missing_aShare_neverBecomesKnown() {
    SplittableRandom random = new SplittableRandom(5);
    LabelDelay delay = LabelDelay.constant(Duration.ofHours(1)).missing(0.25);
    int missing = 0;
    for (int i = 0; i < N; i++) {
      missing += delay.draw(1, random) == null ? 1 : 0;
    }
    assertThat(missing).isBetween((int) (0.235 * N), (int) (0.265 * N));
  }

  @Test
  void delays_negativeOrBackwards_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelDelay.constant(Duration.ofHours(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelDelay.exponential(Duration.ofHours(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelDelay.lognormal(Duration.ofHours(2), Duration.ofHours(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelDelay.byHorizon(LabelDelay.constant(Duration.ZERO), Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelDelay.constant(Duration.ZERO).missing(1.5));
  }
}
