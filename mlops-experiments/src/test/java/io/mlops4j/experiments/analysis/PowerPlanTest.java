package io.mlops4j.experiments.analysis;

import static io.mlops4j.experiments.analysis.Oracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class PowerPlanTest {
  @Test
  void units_oracleCases_matchStatsmodels() {
    for (JsonNode row : Oracle.section("power")) {
      PowerPlan plan =
          row.has("baseline")
              ? PowerPlan.binary(number(row, "baseline"), number(row, "lift"))
              : PowerPlan.continuous(number(row, "mean"), number(row, "sd"), number(row, "lift"))
                  .withTreatmentShare(number(row, "share"))
                  .withAlpha(number(row, "alpha"))
                  .withPower(number(row, "power"));
      assertThat((double) plan.units()).isEqualTo(number(row, "units"), within(1.5));
    }
  }

  @Property(tries = 100)
  void powerAt_unitsAndDetectable_agree(
      @ForAll @DoubleRange(min = 0.02, max = 0.5) double baseline,
      @ForAll @DoubleRange(min = 0.03, max = 0.5) double lift,
      @ForAll @DoubleRange(min = 0.1, max = 0.9) double share,
      @ForAll boolean anytime) {
    PowerPlan fixed = PowerPlan.binary(baseline, lift).withTreatmentShare(share);
    PowerPlan plan = anytime ? fixed.withAnyLooks() : fixed;
    long units = plan.units();

    assertThat(plan.powerAt((double) units)).isBetween(0.8, 0.81);
    assertThat(plan.powerAt(units - 1.0)).isLessThan(0.8);
    assertThat(plan.detectable((double) units))
        .isEqualTo(plan.effect(), within(plan.effect() / 100));
    assertThat(units).isGreaterThanOrEqualTo(fixed.units());
  }

  @Test
  void withAnyLooks_costsUnits_withCupedSavesThem() {
    PowerPlan plan = PowerPlan.binary(0.05, 0.10);

    assertThat((double) plan.withAnyLooks().units() / plan.units()).isBetween(1.5, 2.5);
    assertThat((double) plan.withCuped(0.7).units() / plan.units()).isEqualTo(0.51, within(0.001));
    // statsmodels normal_sample_size_one_tail: 62,461.4 units (see oracles/experiments.json)
    assertThat(plan.duration(4_000)).isEqualTo(Duration.ofDays(16));
  }

  @Test
  void arguments_outOfRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.binary(0, 0.1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PowerPlan.binary(0.6, 1))
        .withMessageContaining("baseline with lift: 1.2");
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.continuous(10, 2, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.continuous(10, 0, 0.1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PowerPlan.binary(0.1, 0.1).withPower(0.01))
        .withMessage("power: 0.01 (expected: above 0.05, below 1)");
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.binary(0.1, 0.1).withCuped(1));
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.binary(0.1, 0.1).powerAt(1));
    assertThatIllegalArgumentException().isThrownBy(() -> PowerPlan.binary(0.1, 0.1).duration(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PowerPlan.continuous(1, 1, 1e-9).units())
        .withMessageContaining("more than 10^15");
  }
}
