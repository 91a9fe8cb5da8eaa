package io.mlops4j.experiments.analysis;

import static io.mlops4j.experiments.analysis.Oracle.doubles;
import static io.mlops4j.experiments.analysis.Oracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DifferingTest {
  @Test
  void cochran_oracleCases_matchStatsmodels() {
    for (JsonNode row : Oracle.section("heterogeneity")) {
      double[] effects = doubles(row.get("effects"));
      double[] variances = doubles(row.get("variances"));
      List<Pair.Estimated> pairs = new ArrayList<>();
      for (int s = 0; s < effects.length; s++) {
        double half = variances[s] / 2;
        pairs.add(
            new Pair.Estimated(
                new Arm.Estimate(10, 0, 0, half, half, half, 1),
                new Arm.Estimate(10, effects[s], effects[s], half, half, half, 1)));
      }
      assertThat(Differing.cochran(pairs)).isEqualTo(number(row, "q"), within(1e-9));
    }
  }

  /** 100 experiments whose effect is the same everywhere, looked at 20 times, both ways. */
  @Test
  void test_sameEffectEverywhere_keepsItsFalseAlarms() {
    int runs = 100;
    int once = 0;
    int onceAtEveryLook = 0;
    int always = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      ExperimentSums fixed = plan().oneLook(2_000).build().sums();
      ExperimentSums any = plan().alwaysValid(2_000).build().sums();
      boolean fixedAlarm = false;
      boolean anyAlarm = false;
      for (int look = 0; look < 20; look++) {
        for (int unit = 0; unit < 100; unit++) {
          String arm = Simulated.arm(random);
          UnitRow row =
              UnitRow.of(arm)
                  .in("country", "c" + random.nextInt(3))
                  .value("m", random.nextGaussian() + (arm.equals("treatment") ? 0.5 : 0));
          fixed.add(row);
          any.add(row);
        }
        boolean now = p(fixed) <= 0.05;
        once += now && look == 19 ? 1 : 0;
        fixedAlarm |= now;
        anyAlarm |= p(any) <= 0.05;
      }
      onceAtEveryLook += fixedAlarm ? 1 : 0;
      always += anyAlarm ? 1 : 0;
    }

    double bound = 0.05 + Simulated.bound(0.05, runs);
    assertThat((double) once / runs).isLessThan(bound);
    assertThat((double) always / runs).isLessThan(bound);
    assertThat((double) onceAtEveryLook / runs).isGreaterThan(bound); // the control
  }

  private static AnalysisBuilder plan() {
    return Analysis.named("e", Simulated.HALVES).metric(Metric.continuous("m")).by("country");
  }

  private static double p(ExperimentSums sums) {
    return sums.analyse(Instant.EPOCH).differing().get(0).pValue().orElse(1.0);
  }
}
