package io.mlops4j.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BestArmTest {
  @Test
  void probabilities_oracleCases_matchScipy() throws IOException {
    JsonNode oracle;
    try (var in = BestArmTest.class.getResourceAsStream("/bandit.json")) {
      oracle = Json.parse(in.readAllBytes(), "bandit.json");
    }
    assertThat(oracle.get("pBest")).hasSizeGreaterThanOrEqualTo(8);
    for (JsonNode row : oracle.get("pBest")) {
      double[] alpha = new double[row.get("arms").size()];
      double[] beta = new double[alpha.length];
      double[] expected = new double[alpha.length];
      for (int i = 0; i < alpha.length; i++) {
        alpha[i] = row.get("arms").get(i).get(0).doubleValue();
        beta[i] = row.get("arms").get(i).get(1).doubleValue();
        expected[i] = row.get("pBest").get(i).doubleValue();
      }
      assertThat(BestArm.probabilities(alpha, beta))
          .as(row.get("name").textValue())
          .containsExactly(expected, within(1e-10));
    }
  }

  @Test
  void floored_oracleCases_matchNumpy() throws IOException {
    try (var in = BestArmTest.class.getResourceAsStream("/bandit.json")) {
      JsonNode rows = Json.parse(in.readAllBytes(), "bandit.json").get("floors");
      assertThat(rows).hasSizeGreaterThanOrEqualTo(10);
      for (JsonNode row : rows) {
        double floor = row.get("floor").doubleValue();
        assertThat(Bandit.floored(doubles(row.get("weights")), floor))
            .containsExactly(doubles(row.get("shares")), within(1e-15));
      }
    }
  }

  // The next four: scipy 1.17, pieces between quantiles of all arms,
  //   quad(lambda x: beta.pdf(x,a,b) * prod(beta.cdf(x,c,d) for the others), epsabs=1e-15)

  @Test
  void probabilities_twoHundredMillionObservations_matchScipy() {
    assertThat(best(100_001, 900_001, 100_501, 899_501)[1])
        .isEqualTo(0.8804425367655, within(1e-9));
    assertThat(best(100_000_001, 900_000_001, 100_005_001, 899_995_001)[1])
        .isEqualTo(0.645304401026, within(1e-9));
  }

  @Test
  void probabilities_rareEvents_matchScipy() {
    assertThat(best(1, 1_000_001, 1, 1_000_001, 3, 1_000_001))
        .containsExactly(
            new double[] {0.10648163194432, 0.10648163194432, 0.78703673611149}, within(1e-9));
  }

  @Test
  void probabilities_jeffreysAndFractionalPriors_matchScipy() {
    assertThat(best(0.5, 0.5, 0.5, 10.5, 3.5, 7.5))
        .containsExactly(new double[] {0.62272466494, 0.00712618526, 0.37014914979}, within(1e-9));
    assertThat(best(1.3, 2.7, 1.7, 2.2)[0]).isEqualTo(0.35762841741474, within(1e-9));
    assertThat(best(0.7, 5.2, 1.2, 9.9, 0.6, 3.0))
        .containsExactly(
            new double[] {0.2940562486618, 0.2817796689348, 0.4241640824026}, within(1e-9));
  }

  @Test
  void probabilities_narrowAgainstWide_matchScipy() {
    assertThat(best(500_001, 500_001, 5, 5)).containsExactly(new double[] {0.5, 0.5}, within(1e-9));
  }

  @Test
  void probabilities_tenToThe15Observations_areStillResolved() {
    // Normal limit: difference of means 1e-8 (1e7 of 1e15), deviation sqrt(2 * .25 / 1e15) =
    // 2.236e-8;
    // scipy.stats.norm.cdf(1e-8 / 2.2360680e-8) = 0.6726395769907
    double half = 5e14;
    assertThat(best(half, half, half + 1e7, half - 1e7)[1])
        .isEqualTo(0.6726395769907, within(1e-6));
  }

  @Test
  void probabilities_hopelessArm_isTinyNotNegative() {
    double[] result = best(1, 1_000_000, 999_000, 1_000);
    assertThat(result[0]).isBetween(0.0, 1e-15);
    assertThat(result[1]).isEqualTo(1, within(1e-15));
  }

  @Test
  void probabilities_127IdenticalArms_areEqual() {
    double[] shapes = new double[2 * 127];
    Arrays.fill(shapes, 40);
    double[] equal = new double[127];
    Arrays.fill(equal, 1 / 127.0);
    assertThat(best(shapes)).containsExactly(equal, within(1e-12));
  }

  @Property(tries = 100)
  void probabilities_anyTwoArms_mirrorWhenSuccessAndFailureSwap(
      @ForAll @DoubleRange(min = 0.5, max = 1e5) double a,
      @ForAll @DoubleRange(min = 0.5, max = 1e5) double b,
      @ForAll @DoubleRange(min = 0.5, max = 1e5) double c,
      @ForAll @DoubleRange(min = 0.5, max = 1e5) double d) {
    double[] result = best(a, b, c, d);
    assertThat(result[0] + result[1]).isEqualTo(1, within(1e-12));
    assertThat(best(b, a, d, c)[1]).isEqualTo(result[0], within(1e-8));
    assertThat(best(c, d, a, b)[1]).isEqualTo(result[0], within(1e-12));
  }

  @Property(tries = 100)
  void probabilities_integerArms_matchTheClosedSum(
      @ForAll @IntRange(min = 1, max = 300) int a,
      @ForAll @IntRange(min = 1, max = 300) int b,
      @ForAll @IntRange(min = 1, max = 300) int c,
      @ForAll @IntRange(min = 1, max = 300) int d) {
    // P(second > first) = sum_{i<c} B(a + i, b + d) / ((d + i) B(1 + i, d) B(a, b)): Miller (2015).
    double sum = 0;
    double term = logBeta(a, b + d) - logBeta(1, d) - logBeta(a, b);
    for (int i = 0; i < c; i++) {
      sum += Math.exp(term) / (d + i);
      term += Math.log((double) (a + i) / (a + b + d + i));
      term -= Math.log((1.0 + i) / (1 + i + d));
    }
    assertThat(best(a, b, c, d)[1]).isEqualTo(sum, within(1e-9));
  }

  @Property(tries = 20)
  void probabilities_moreSuccesses_neverHurt(
      @ForAll @IntRange(min = 2, max = 8) int arms, @ForAll @IntRange(max = 500) int extra) {
    double[] shapes = new double[2 * arms];
    Arrays.fill(shapes, 50);
    double before = best(shapes)[0];
    shapes[0] += extra;
    assertThat(best(shapes)[0]).isGreaterThanOrEqualTo(before - 1e-12);
  }

  private static double logBeta(int a, int b) {
    double result = 0;
    for (int i = 1; i < b; i++) {
      result += Math.log(i) - Math.log(a + i - 1);
    }
    return result - Math.log(a + b - 1);
  }

  private static double[] best(double... shapes) {
    double[] alpha = new double[shapes.length / 2];
    double[] beta = new double[alpha.length];
    for (int i = 0; i < alpha.length; i++) {
      alpha[i] = shapes[2 * i];
      beta[i] = shapes[2 * i + 1];
    }
    return BestArm.probabilities(alpha, beta);
  }

  private static double[] doubles(JsonNode array) {
    double[] result = new double[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).doubleValue();
    }
    return result;
  }
}
