package io.mlops4j.stats;

import static io.mlops4j.stats.StatsOracle.doubles;
import static io.mlops4j.stats.StatsOracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TwoSampleTest {
  @Test
  void welch_oracleCases_matchScipy() {
    for (JsonNode row : StatsOracle.section("welch")) {
      Difference difference =
          TwoSample.welch(moments(row.get("first")), moments(row.get("second")), 0.95);
      assertThat(difference.value()).isEqualTo(number(row, "difference"), within(1e-12));
      assertThat(difference.degreesOfFreedom()).isEqualTo(number(row, "df"), within(1e-9));
      assertThat(difference.pValue()).isEqualTo(number(row, "p"), within(1e-10));
      assertThat(difference.interval().low()).isEqualTo(number(row, "low"), within(1e-9));
      assertThat(difference.interval().high()).isEqualTo(number(row, "high"), within(1e-9));
    }
  }

  // gbstats (GrowthBook, MIT), test_frequentist.py, the absolute two-sided t test
  @Test
  void welch_publishedSums_matchGbstats() {
    Difference difference =
        TwoSample.welch(
            JointMoments.fromSums(3407, 1396.87, 52377.9767),
            JointMoments.fromSums(3461, 2422.7, 134698.29),
            0.95);

    assertThat(difference.value()).isEqualTo(0.29, within(5e-6));
    assertThat(difference.interval().low()).isEqualTo(0.04538, within(5e-6));
    assertThat(difference.interval().high()).isEqualTo(0.53462, within(5e-6));
    assertThat(difference.pValue()).isEqualTo(0.02016, within(5e-6));
  }

  @Test
  void proportions_oracleCases_matchStatsmodels() {
    for (JsonNode row : StatsOracle.section("proportions")) {
      double[] c = doubles(row.get("counts"));
      Interval interval =
          TwoSample.proportions((long) c[0], (long) c[1], (long) c[2], (long) c[3], 0.95)
              .interval();
      assertThat(interval.low()).isEqualTo(number(row, "low"), within(1e-12));
      assertThat(interval.high()).isEqualTo(number(row, "high"), within(1e-12));
      assertThat(
              TwoSample.pooledProportionsPValue((long) c[0], (long) c[1], (long) c[2], (long) c[3]))
          .isEqualTo(number(row, "pooledP"), within(1e-12));
    }
  }

  // pooled z of 200/1000 and 240/1000: 2.159168, p .030837; unpooled interval [.003733, .076267]
  @Test
  void proportions_publishedCase_matches() {
    Interval interval = TwoSample.proportions(200, 1000, 240, 1000, 0.95).interval();

    assertThat(interval.low()).isEqualTo(0.003733, within(5e-7));
    assertThat(interval.high()).isEqualTo(0.076267, within(5e-7));
    assertThat(TwoSample.pooledProportionsPValue(200, 1000, 240, 1000))
        .isEqualTo(0.030837, within(5e-7));
  }

  @Property(tries = 300)
  void difference_pValueAndInterval_neverContradict(
      @ForAll @DoubleRange(min = -10, max = 10) double value,
      @ForAll @DoubleRange(min = 0.1, max = 10) double error,
      @ForAll @IntRange(min = 1, max = 1_000) int df,
      @ForAll @DoubleRange(min = 0.5, max = 0.99) double level) {
    Difference difference = TwoSample.difference(value, error, df, level);

    assertThat(difference.interval().contains(0)).isEqualTo(difference.pValue() > 1 - level);
    assertThat(TwoSample.difference(-value, error, df, level).pValue())
        .isEqualTo(difference.pValue());
    // In other units nothing but the units changes.
    assertThat(TwoSample.difference(1_000 * value, 1_000 * error, df, level).pValue())
        .isEqualTo(difference.pValue(), within(1e-9));
  }

  @Test
  void difference_noVariation_isRefused() {
    JointMoments constant = JointMoments.of(1);
    constant.add(2);
    constant.add(2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TwoSample.welch(constant, constant, 0.95))
        .withMessageContaining("do not vary");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TwoSample.welch(JointMoments.of(1), constant, 0.95))
        .withMessage("first sample: 0 rows (expected: at least 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TwoSample.proportions(0, 10, 0, 10, 0.95));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TwoSample.proportions(11, 10, 0, 10, 0.95))
        .withMessageContaining("11 of 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TwoSample.difference(1, 1, 5, 1))
        .withMessage("level: 1.0 (expected: above 0, below 1)");
    assertThat(TwoSample.pooledProportionsPValue(0, 10, 0, 10)).isEqualTo(1);
  }

  @Test
  void interval_badEnds_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Interval(0, Double.POSITIVE_INFINITY, 0.95));
    assertThatIllegalArgumentException().isThrownBy(() -> new Interval(2, 1, 0.95));
    assertThatIllegalArgumentException().isThrownBy(() -> new Interval(1, 2, 95));
    assertThat(new Interval(1, 3, 0.95).width()).isEqualTo(2);
    assertThat(new Interval(1, 3, 0.95).contains(Double.NaN)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Difference(1, 1, 3, new Interval(0, 2, 0.9), Double.NaN));
  }

  private static JointMoments moments(JsonNode values) {
    JointMoments moments = JointMoments.of(1);
    for (double value : doubles(values)) {
      moments.add(value);
    }
    return moments;
  }
}
