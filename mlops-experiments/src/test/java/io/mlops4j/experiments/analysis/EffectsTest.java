package io.mlops4j.experiments.analysis;

import static io.mlops4j.experiments.analysis.Oracle.doubles;
import static io.mlops4j.experiments.analysis.Oracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.experiments.WeightVector;
import io.mlops4j.stats.Correction;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EffectsTest {
  private static final WeightVector HALVES =
      WeightVector.of(0, List.of("control", "treatment"), 0.5, 0.5);
  private static final Instant NOW = Instant.EPOCH;

  @Test
  void absolute_mean_matchesScipy() {
    JsonNode expected = Oracle.section("effects").get("mean");
    Effect.Measured effect = absolute(analyse(Metric.continuous("m"), 0, -1, -1));

    assertThat(effect.value()).isEqualTo(number(expected, "value"), within(1e-9));
    assertThat(effect.pValue()).isEqualTo(number(expected, "p"), within(1e-9));
    assertThat(effect.interval().low()).isEqualTo(number(expected, "low"), within(1e-8));
    assertThat(effect.interval().high()).isEqualTo(number(expected, "high"), within(1e-8));
  }

  @Test
  void relative_mean_matchesNumericalDeltaMethod() {
    matches("lift", relative(analyse(Metric.continuous("m"), 0, -1, -1)));
  }

  @Test
  void absolute_ratio_matchesClusteredLeastSquares() {
    JsonNode expected = Oracle.section("effects").get("ratio");
    Comparison ratio = analyse(Metric.ratio("m"), 0, 1, -1);

    assertThat(ratio.controlValue().orElseThrow())
        .isEqualTo(number(expected, "control"), within(1e-12));
    assertThat(ratio.treatmentValue().orElseThrow())
        .isEqualTo(number(expected, "treatment"), within(1e-12));
    assertThat(absolute(ratio).standardError()).isEqualTo(number(expected, "se"), within(1e-10));
    matches("ratioLift", relative(ratio));
  }

  @Test
  void absolute_cuped_matchesLeastSquares() {
    JsonNode expected = Oracle.section("effects").get("cuped");
    Comparison cuped = analyse(Metric.continuous("m").withCuped(), 0, -1, 2);
    Effect.Measured effect = absolute(cuped);

    assertThat(effect.value()).isEqualTo(number(expected, "value"), within(1e-9));
    assertThat(effect.pValue()).isEqualTo(number(expected, "p"), within(1e-9));
    assertThat(effect.interval().low()).isEqualTo(number(expected, "low"), within(1e-8));
    assertThat(effect.interval().high()).isEqualTo(number(expected, "high"), within(1e-8));
    // Arms' own values are shown as they are, not adjusted.
    assertThat(cuped.controlValue())
        .isEqualTo(analyse(Metric.continuous("m"), 0, -1, -1).controlValue());
  }

  /** The relative error must carry the unadjusted denominator, or its intervals are too short. */
  @Test
  void relative_cuped_carriesTheUnadjustedDenominator() {
    Comparison cuped = analyse(Metric.continuous("m").withCuped(), 0, -1, 2);
    matches("cupedLift", relative(cuped));

    double ignoringIt = absolute(cuped).standardError() / cuped.controlValue().orElseThrow();
    assertThat(relative(cuped).standardError()).isNotCloseTo(ignoringIt, within(1e-4));
  }

  @Test
  void ratio_cuped_matchesNumericalDeltaMethod() {
    Comparison ratio = analyse(Metric.ratio("m").withCuped(), 0, 1, 2);

    matches("cupedRatio", absolute(ratio));
    matches("cupedRatioLift", relative(ratio));
    assertThat(absolute(ratio).standardError())
        .isLessThan(absolute(analyse(Metric.ratio("m"), 0, 1, -1)).standardError());
  }

  // gbstats (GrowthBook, MIT), test_frequentist.py: relative .70732, interval [-.03526, 1.44989] by
  // the
  // delta method; its error is half the width over 1.9603 (t, 4,900 degrees of freedom). The
  // absolute
  // test of the same data has p = .02016, so that interval contradicts it. Fieller's does not.
  @Test
  void lift_gbstatsVector_hasItsErrorAndNoContradiction() {
    double a = (52377.9767 / 3407 - Math.pow(1396.87 / 3407, 2)) / 3406;
    double b = (134698.29 / 3461 - Math.pow(2422.7 / 3461, 2)) / 3460;
    Pair.Estimated pair =
        new Pair.Estimated(
            new Arm.Estimate(3407, 0.41, 0.41, a, a, a, a * a / 3406),
            new Arm.Estimate(3461, 0.7, 0.7, b, b, b, b * b / 3460));

    Lift lift = Objects.requireNonNull(Lift.of(pair, 1.9603));
    assertThat(lift.value()).isEqualTo(0.70732, within(5e-6));
    assertThat(lift.standardError()).isEqualTo((1.44989 + 0.03526) / 2 / 1.9603, within(2e-5));
    assertThat(lift.low()).isPositive();
  }

  @Property(tries = 300)
  void relative_anyData_neverContradictsTheAbsolute(
      @ForAll @DoubleRange(min = -3, max = 3) double shift,
      @ForAll @DoubleRange(min = 1, max = 20) double level,
      @ForAll @IntRange(min = 1, max = 3) int sign) {
    double base = sign == 1 ? -level : level;
    Pair.Estimated pair =
        new Pair.Estimated(
            new Arm.Estimate(100, base, base, 0.09, 0.09, 0.09, 1e-4),
            new Arm.Estimate(100, base + shift, base + shift, 0.16, 0.16, 0.16, 1e-4));
    double critical = 2;

    Lift lift = Lift.of(pair, critical);
    if (lift != null) {
      boolean clear = Math.abs(shift) > critical * 0.5;
      assertThat(lift.low() > 0 || lift.high() < 0).isEqualTo(clear);
      assertThat(lift.value()).isBetween(lift.low(), lift.high());
      assertThat(Math.signum(lift.value())).isEqualTo(Math.signum(shift));
    } else {
      assertThat(level).isLessThanOrEqualTo(critical * 0.3 + 1e-9);
    }
  }

  @Test
  void quantile_clusteredValues_matchNumpyAndABootstrapOfUnits() {
    JsonNode oracle = Oracle.section("clusters");
    QuantileSample sample = new QuantileSample();
    oracle.get("units").forEach(unit -> sample.add(doubles(unit)));
    for (int percent : new int[] {50, 90}) {
      Arm.Estimate arm = (Arm.Estimate) sample.estimate(percent / 100.0);
      JsonNode expected = oracle.get("q" + percent);
      double error = number(expected, "bootstrapSe");
      assertThat(arm.value()).isEqualTo(number(expected, "value"), within(1e-9));
      assertThat(Math.sqrt(arm.varianceOfValue())).isEqualTo(error, within(0.2 * error));
    }

    // Control: the same values as if each came from a unit of its own would look far more certain.
    QuantileSample unclustered = new QuantileSample();
    for (JsonNode unit : oracle.get("units")) {
      for (double value : doubles(unit)) {
        unclustered.add(new double[] {value});
      }
    }
    double naive = ((Arm.Estimate) unclustered.estimate(0.5)).varianceOfValue();
    double error = number(oracle.get("q50"), "bootstrapSe");
    assertThat(Math.sqrt(naive)).isLessThan(0.75 * error);
  }

  @Test
  void quantile_notEnoughOrNoSpread_saysSo() {
    QuantileSample few = new QuantileSample();
    few.add(new double[] {1, 2, 3});
    few.add(new double[] {2});
    assertThat(few.estimate(0.99)).isInstanceOf(Arm.Missing.class);
    assertThat(new QuantileSample().estimate(0.5)).isEqualTo(new Arm.Missing("has no values"));

    QuantileSample flat = new QuantileSample();
    for (int i = 0; i < 100; i++) {
      flat.add(new double[] {7, 7});
    }
    assertThat(((Arm.Missing) flat.estimate(0.5)).reason()).contains("does not vary");
  }

  @Test
  void relative_controlAroundZero_isNoNumber() {
    ExperimentSums sums =
        Analysis.named("e", HALVES).metric(Metric.continuous("m")).oneLook(100).build().sums();
    for (int i = 0; i < 200; i++) {
      sums.add(UnitRow.of(i % 2 == 0 ? "control" : "treatment").value("m", i % 4 < 2 ? 1 : -1));
    }
    Comparison comparison = sums.analyse(NOW).of("m", "treatment");

    assertThat(comparison.absolute()).isInstanceOf(Effect.Measured.class);
    assertThat(((Effect.NotEnoughData) comparison.relative()).reason())
        .contains("not clearly away from 0");
  }

  private static void matches(String section, Effect.Measured effect) {
    JsonNode expected = Oracle.section("effects").get(section);
    assertThat(effect.value()).as(section).isEqualTo(number(expected, "value"), within(1e-6));
    assertThat(effect.standardError()).as(section).isEqualTo(number(expected, "se"), within(1e-6));
  }

  private static Effect.Measured absolute(Comparison comparison) {
    return (Effect.Measured) comparison.absolute();
  }

  private static Effect.Measured relative(Comparison comparison) {
    return (Effect.Measured) comparison.relative();
  }

  /** The oracle's units through the public interface; -1 for a column that is not used. */
  private static Comparison analyse(Metric metric, int value, int denominator, int before) {
    JsonNode rows = Oracle.section("effects");
    ExperimentSums sums =
        Analysis.named("e", HALVES)
            .metric(metric)
            .oneLook(100)
            .minUnits(10)
            .correcting(Correction.NONE)
            .build()
            .sums();
    for (String arm : List.of("control", "treatment")) {
      for (JsonNode node : rows.get(arm)) {
        double[] row = doubles(node);
        UnitRow unit = UnitRow.of(arm);
        if (denominator >= 0) {
          unit.ratio("m", row[value], row[denominator]);
        } else {
          unit.value("m", row[value]);
        }
        if (before >= 0 && denominator >= 0) {
          unit.before("m", row[before], row[before + 1]);
        } else if (before >= 0) {
          unit.before("m", row[before]);
        }
        sums.add(unit);
      }
    }
    return sums.analyse(NOW).of("m", "treatment");
  }
}
