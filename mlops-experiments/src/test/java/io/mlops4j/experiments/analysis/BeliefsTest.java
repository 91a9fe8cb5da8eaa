package io.mlops4j.experiments.analysis;

import static io.mlops4j.experiments.analysis.Oracle.doubles;
import static io.mlops4j.experiments.analysis.Oracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BeliefsTest {
  private static final Metric BOUGHT = Metric.binary("bought");

  @Test
  void beta_oracleCases_matchQuadrature() {
    for (JsonNode row : Oracle.section("beliefs")) {
      double[] a = doubles(row.get("control"));
      double[] b = doubles(row.get("treatment"));
      Posterior posterior =
          Beliefs.of(BOUGHT, pair(a[0], a[1], b[0], b[1]), 1, Optional.empty(), 0.05);
      assertThat(posterior.probabilityBetter()).isEqualTo(number(row, "better"), within(1e-8));
      assertThat(posterior.riskOfShipping()).isEqualTo(number(row, "shipping"), within(1e-8));
      assertThat(posterior.riskOfStaying()).isEqualTo(number(row, "staying"), within(1e-8));
      assertThat(posterior.method()).isEqualTo("Beta(1, 1) prior");
    }
  }

  // P(B > A): Beta(31,71) over Beta(21,81) .9476031034; Beta(121,881) over Beta(101,901)
  // .9231834390
  @Test
  void beta_publishedCases_match() {
    assertThat(Beliefs.probabilityGreater(31, 71, 21, 81)).isEqualTo(0.9476031034, within(1e-9));
    assertThat(Beliefs.probabilityGreater(121, 881, 101, 901))
        .isEqualTo(0.9231834390, within(1e-9));
    assertThat(Beliefs.probabilityGreater(21, 81, 31, 71))
        .isEqualTo(1 - 0.9476031034, within(1e-9));
  }

  @Test
  void beta_lowerIsBetter_turnsEverythingAround() {
    Pair.Estimated pair = pair(21, 81, 31, 71);
    Posterior up = Beliefs.of(BOUGHT, pair, 1, Optional.empty(), 0.05);
    Posterior down = Beliefs.of(BOUGHT.lowerBetter(), pair, 1, Optional.empty(), 0.05);

    assertThat(down.probabilityBetter()).isEqualTo(1 - up.probabilityBetter(), within(1e-12));
    assertThat(down.riskOfShipping()).isEqualTo(up.riskOfStaying(), within(1e-12));
    assertThat(down.credible()).isEqualTo(up.credible());
  }

  // scipy: z = .3/.2; norm.cdf(z) .9331927987; .2*norm.pdf(z) - .3*norm.sf(z) .0058613
  @Test
  void normal_flatPrior_matchesScipy() {
    Pair.Estimated pair = normal(1, 1.3, 0.02);
    Posterior posterior = Beliefs.of(Metric.continuous("m"), pair, 1, Optional.empty(), 0.05);

    assertThat(posterior.probabilityBetter()).isEqualTo(0.9331927987, within(1e-9));
    assertThat(posterior.riskOfShipping()).isEqualTo(0.005861360, within(1e-8));
    assertThat(posterior.riskOfStaying() - posterior.riskOfShipping())
        .isEqualTo(0.3, within(1e-12));
    assertThat(posterior.credible().low()).isEqualTo(0.3 - 1.959963985 * 0.2, within(1e-8));
  }

  /** Precision-weighted with a prior of sd .2 (20 % of control's 1): half of the way to zero. */
  @Test
  void normal_prior_shrinks() {
    Posterior posterior =
        Beliefs.of(Metric.continuous("m"), normal(1, 1.3, 0.02), 1, Optional.of(0.2), 0.05);

    double middle = (posterior.credible().low() + posterior.credible().high()) / 2;
    assertThat(middle).isEqualTo(0.15, within(1e-12));
    assertThat(posterior.credible().width())
        .isEqualTo(2 * 1.959963985 * Math.sqrt(0.02), within(1e-8));
  }

  private static Pair.Estimated normal(double control, double treatment, double each) {
    return new Pair.Estimated(
        new Arm.Estimate(100, control, control, each, each, each, 1),
        new Arm.Estimate(100, treatment, treatment, each, each, each, 1));
  }

  /** Arms whose posteriors are Beta(a, b) and Beta(c, d). */
  private static Pair.Estimated pair(double a, double b, double c, double d) {
    return new Pair.Estimated(arm(a - 1, b - 1), arm(c - 1, d - 1));
  }

  private static Arm.Estimate arm(double successes, double failures) {
    long n = (long) (successes + failures);
    double share = n == 0 ? 0 : successes / n;
    return new Arm.Estimate(n, share, share, 1, 1, 1, 1);
  }
}
