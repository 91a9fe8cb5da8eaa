package io.mlops4j.stats;

import static io.mlops4j.stats.StatsOracle.doubles;
import static io.mlops4j.stats.StatsOracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SampleRatioTest {
  private static final double[] HALVES = {0.5, 0.5};

  @Test
  void tests_oracleCases_matchScipy() {
    for (JsonNode row : StatsOracle.section("sampleRatio")) {
      long[] counts = Arrays.stream(doubles(row.get("counts"))).mapToLong(c -> (long) c).toArray();
      double[] shares = doubles(row.get("shares"));
      double p = number(row, "p");
      assertThat(SampleRatio.pValue(counts, shares)).isEqualTo(p, within(p * 1e-9));
      assertThat(SampleRatio.logEvidence(counts, shares))
          .isEqualTo(number(row, "logEvidence"), within(1e-6));
    }
  }

  // scipy.stats.chisquare on the pairs that the literature quotes
  @Test
  void pValue_publishedSplits_match() {
    assertThat(SampleRatio.pValue(new long[] {821_588, 815_482}, HALVES))
        .isEqualTo(1.8218e-6, within(5e-11));
    assertThat(SampleRatio.pValue(new long[] {4_750, 5_250}, HALVES))
        .isEqualTo(5.733e-7, within(5e-11));
    assertThat(SampleRatio.pValue(new long[] {9_900, 10_100}, HALVES))
        .isEqualTo(0.1573, within(5e-5));
    assertThat(SampleRatio.pValue(new long[] {600, 200, 200}, new double[] {0.5, 0.25, 0.25}))
        .isEqualTo(2.061e-9, within(5e-13));
    assertThat(SampleRatio.pValue(new long[] {95_100, 4_900}, new double[] {0.95, 0.05}))
        .isEqualTo(0.1468, within(5e-5));
  }

  /** A zero-weight arm is no degree of freedom, unlike elsewhere. */
  @Test
  void pValue_armWithoutShare_countsNotAtAll() {
    double[] shares = {0.5, 0.5, 0};

    assertThat(SampleRatio.pValue(new long[] {4_750, 5_250, 0}, shares))
        .isEqualTo(SampleRatio.pValue(new long[] {4_750, 5_250}, HALVES));
    assertThat(SampleRatio.logEvidence(new long[] {475, 525, 0}, shares))
        .isEqualTo(SampleRatio.logEvidence(new long[] {475, 525}, HALVES));
    assertThat(SampleRatio.pValue(new long[] {5, 5, 1}, shares)).isZero();
    assertThat(SampleRatio.logEvidence(new long[] {5, 5, 1}, shares))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  /**
   * 2,000 sound experiments of 5,000 units, looked at a hundred times each: the fixed test at .01
   * cries wolf far too often, the anytime test at .01 does not. Binomial bounds of 4 errors.
   */
  @Test
  void logEvidence_hundredLooks_keepsItsFalseAlarms() {
    SplittableRandom random = new SplittableRandom(20260);
    int fixed = 0;
    int anytime = 0;
    int runs = 2_000;
    for (int run = 0; run < runs; run++) {
      long[] counts = new long[2];
      boolean alarmFixed = false;
      boolean alarmAnytime = false;
      for (int look = 0; look < 100; look++) {
        for (int unit = 0; unit < 50; unit++) {
          counts[random.nextInt(2)]++;
        }
        alarmFixed |= SampleRatio.pValue(counts, HALVES) < 0.01;
        alarmAnytime |= SampleRatio.logEvidence(counts, HALVES) >= Math.log(100);
      }
      fixed += alarmFixed ? 1 : 0;
      anytime += alarmAnytime ? 1 : 0;
    }

    assertThat((double) fixed / runs).isBetween(0.07, 0.15); // about .11, eleven times too often
    assertThat((double) anytime / runs).isLessThan(0.01 + 4 * Math.sqrt(0.01 * 0.99 / runs));
  }

  @Test
  void logEvidence_brokenSplit_isFound() {
    assertThat(SampleRatio.logEvidence(new long[] {4_700, 5_300}, HALVES))
        .isGreaterThan(Math.log(1_000));
    assertThat(SampleRatio.logEvidence(new long[] {5_000, 5_000}, HALVES)).isNegative();
    assertThat(SampleRatio.logEvidence(new long[] {0, 0}, HALVES)).isZero();
    assertThat(SampleRatio.pValue(new long[] {0, 0}, HALVES)).isEqualTo(1);
  }

  @Test
  void arguments_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleRatio.pValue(new long[] {1}, new double[] {1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleRatio.pValue(new long[] {1, -1}, HALVES))
        .withMessage("count of arm 1: -1 (expected: at least 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleRatio.pValue(new long[] {1, 1}, new double[] {0.5, 0.6}))
        .withMessageContaining("sum 1.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleRatio.logEvidence(new long[] {1, 1}, new double[] {1, Double.NaN}));
  }
}
