package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against scipy: oracles/rollout.py. */
class BoundsOracleTest {
  private static JsonNode section(String name) throws IOException {
    try (var in =
        Objects.requireNonNull(BoundsOracleTest.class.getResourceAsStream("/rollout.json"))) {
      return Json.parse(in.readAllBytes(), "rollout.json").get(name);
    }
  }

  @Test
  void proportion_equalsScipys() throws IOException {
    for (JsonNode row : section("proportions")) {
      ProportionBounds bounds =
          ProportionBounds.of(
              row.get("k").doubleValue(),
              row.get("n").doubleValue(),
              row.get("alpha").doubleValue());
      assertThat(bounds.low()).as("%s", row).isEqualTo(row.get("low").doubleValue(), within(1e-7));
      assertThat(bounds.high())
          .as("%s", row)
          .isEqualTo(row.get("high").doubleValue(), within(1e-7));
    }
  }

  @Test
  void ranks_equalScipys() throws IOException {
    for (JsonNode row : section("quantiles")) {
      long[] ranks =
          ProportionBounds.ranks(
              row.get("q").doubleValue(), row.get("n").longValue(), row.get("alpha").doubleValue());
      assertThat(ranks)
          .as("%s", row)
          .containsExactly(
              row.get("ranks").get(0).longValue(), row.get("ranks").get(1).longValue());
    }
  }

  @Test
  void deviates_equalScipys() throws IOException {
    for (JsonNode row : section("deviates")) {
      double t = row.get("t").doubleValue();
      double z = row.get("z").doubleValue();
      assertThat(Clusters.studentOf(z)).as("%s", row).isEqualTo(t, within(1e-7));
      assertThat(Clusters.studentOf(-z)).as("%s", row).isEqualTo(-t, within(1e-7));
    }
  }

  @Test
  void bounds_lookedAtAlways_holdAsOftenAsStated_andNaiveOnesDoNot() {
    SplittableRandom random = new SplittableRandom(7);
    int missed = 0;
    int naive = 0;
    for (int run = 0; run < 300; run++) {
      int successes = 0;
      boolean out = false;
      boolean naiveOut = false;
      for (int n = 1; n <= 2_000; n++) {
        successes += random.nextDouble() < 0.02 ? 1 : 0;
        if (n >= 50 && n % 10 == 0) {
          ProportionBounds bounds = ProportionBounds.of(successes, n, 0.05);
          out |= bounds.low() > 0.02 || bounds.high() < 0.02;
          double rate = (double) successes / n;
          double half = 1.96 * Math.sqrt(rate * (1 - rate) / n);
          naiveOut |= Math.abs(rate - 0.02) > half;
        }
      }
      missed += out ? 1 : 0;
      naive += naiveOut ? 1 : 0;
    }
    assertThat(missed).isLessThan(15 + 11); // 5 % of 300, and three standard errors
    assertThat(naive).isGreaterThan(150);
  }

  @Test
  void designEffect_ofUnitsThatRepeat_isHowOftenTheyDo() {
    double[] requests = new double[Clusters.COUNT];
    double[] failures = new double[Clusters.COUNT];
    SplittableRandom random = new SplittableRandom(3);
    for (int unit = 0; unit < 20_000; unit++) {
      int cluster = random.nextInt(Clusters.COUNT);
      boolean fails = random.nextDouble() < 0.1;
      requests[cluster] += 10; // every unit asks ten times, and always fails or never
      failures[cluster] += fails ? 10 : 0;
    }
    assertThat(Clusters.designEffect(failures, 0, requests, 0)).isBetween(6.0, 14.0);
    assertThat(Clusters.designEffect(new double[Clusters.COUNT], 0, requests, 0)).isEqualTo(1);
  }
}
