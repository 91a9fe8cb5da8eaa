package io.mlops4j.stats;

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

class ConfidenceSequenceTest {
  @Test
  void evidence_oracleCases_matchQuadrature() {
    for (JsonNode row : StatsOracle.section("mixtures")) {
      ConfidenceSequence sequence = new ConfidenceSequence(number(row, "rho"));
      double z = number(row, "z");
      double n = number(row, "n");
      assertThat(sequence.logEvidence(z, 1, n)).isEqualTo(number(row, "logTwoSided"), within(1e-9));
      assertThat(sequence.pValue(3 * z, 3, n))
          .isEqualTo(Math.min(1, Math.exp(-number(row, "logTwoSided"))), within(1e-9));
      assertThat(sequence.pValueOneSided(z, 1, n))
          .isEqualTo(Math.min(1, Math.exp(-number(row, "logOneSided"))), within(1e-9));
    }
  }

  // confseq (Howard; MIT), its C++ unit tests against an R reference: two-sided normal mixture with
  // rho 12.60056 at s = 10, v = 100: log evidence -.6510052, bound at alpha .05 30.35209; one-sided
  // -.06502391 and 27.66071. Their rho is 1/rho² here, s is z sqrt(v).
  @Test
  void bounds_confseqVectors_matchItsReference() {
    ConfidenceSequence two = ConfidenceSequence.tunedFor(0.05, 100);
    assertThat(1 / (two.rho() * two.rho())).isEqualTo(12.60056, within(5e-6));
    assertThat(two.logEvidence(1, 1, 100)).isEqualTo(-0.6510052, within(5e-7));
    assertThat(two.critical(0.05, 100) * 10).isEqualTo(30.35209, within(5e-6));

    ConfidenceSequence one = ConfidenceSequence.tunedFor(0.1, 100);
    assertThat(one.criticalOneSided(0.05, 100) * 10).isEqualTo(27.66071, within(5e-6));
    assertThat(one.pValueOneSided(1, 1, 100)).isEqualTo(1);
    assertThat(one.pValueOneSided(3, 1, 100)).isLessThan(0.05);
  }

  // gbstats (GrowthBook, MIT), test_frequentist.py, sequential two-sided t test tuned for 1,000:
  // relative effect .50336, interval [-.55844, 1.56516]; means 1396.87/3000 and 2422.7/3461.
  @Test
  void critical_gbstatsSequentialVector_matches() {
    ConfidenceSequence sequence = ConfidenceSequence.tunedFor(0.05, 1_000);
    JointMoments a = JointMoments.fromSums(3000, 1396.87, 52377.9767);
    JointMoments b = JointMoments.fromSums(3461, 2422.7, 134698.29);
    double lift = b.mean(0) / a.mean(0) - 1;
    double square = a.mean(0) * a.mean(0);
    double error =
        Math.sqrt(
            b.variance(0) / b.count() / square
                + a.variance(0) / a.count() * b.mean(0) * b.mean(0) / (square * square));

    Interval interval = sequence.interval(lift, error, 6461, 0.95);
    assertThat(lift).isEqualTo(0.50336, within(5e-6));
    assertThat(interval.low()).isEqualTo(-0.55844, within(5e-6));
    assertThat(interval.high()).isEqualTo(1.56516, within(5e-6));
  }

  // Johari et al. (2017), equation for normal data: with V = 4, tau² = 0.09, n = 200, mean d = 0.5,
  // sqrt(V/(V+n tau²)) exp(n² tau² d²/(2V(V+n tau²))), whose logarithm is 4.261262317517 (python
  // math)
  @Test
  void mixedOver_normalData_isTheMixtureSprt() {
    assertThat(ConfidenceSequence.mixedOver(0.3, 2).logEvidence(0.5, 2 / Math.sqrt(200), 200))
        .isEqualTo(4.261262317517151, within(1e-12));
    assertThatIllegalArgumentException().isThrownBy(() -> ConfidenceSequence.mixedOver(0, 1));
  }

  @Property(tries = 300)
  void interval_anyLevel_agreesWithThePValue(
      @ForAll @DoubleRange(min = -8, max = 8) double z,
      @ForAll @IntRange(min = 1, max = 1_000_000) int n,
      @ForAll @DoubleRange(min = 0.5, max = 0.99) double level) {
    ConfidenceSequence sequence = ConfidenceSequence.tunedFor(0.05, 5_000);

    Interval interval = sequence.interval(2 * z, 2, n, level);
    double pValue = sequence.pValue(2 * z, 2, n);
    if (Math.abs(pValue - (1 - level)) > 1e-9) {
      assertThat(interval.contains(0)).isEqualTo(pValue > 1 - level);
    }
    double bound = 2 * z - 2 * sequence.criticalOneSided(1 - level, n);
    double oneSided = sequence.pValueOneSided(2 * z, 2, n);
    if (Math.abs(oneSided - (1 - level)) > 1e-9) {
      assertThat(bound > 0).isEqualTo(oneSided < 1 - level);
    }
    assertThat(sequence.pValue(-z, 1, n)).isEqualTo(sequence.pValue(z, 1, n));
    assertThat(sequence.criticalOneSided(1 - level, n)).isLessThan(sequence.critical(1 - level, n));
  }

  @Test
  void tunedFor_otherSizes_areWider() {
    double tuned = ConfidenceSequence.tunedFor(0.05, 10_000).critical(0.05, 10_000);

    assertThat(ConfidenceSequence.tunedFor(0.05, 1_000).critical(0.05, 10_000))
        .isBetween(tuned, tuned * 1.15);
    assertThat(ConfidenceSequence.tunedFor(0.05, 100_000).critical(0.05, 10_000))
        .isBetween(tuned, tuned * 1.4);
  }

  @Test
  void arguments_outOfRange_areRefused() {
    ConfidenceSequence sequence = new ConfidenceSequence(0.1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConfidenceSequence(0))
        .withMessage("rho: 0.0 (expected: above 0, finite)");
    assertThatIllegalArgumentException().isThrownBy(() -> sequence.critical(0, 10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sequence.critical(0.05, 0))
        .withMessage("n: 0.0 (expected: at least 1)");
    assertThatIllegalArgumentException().isThrownBy(() -> sequence.pValue(Double.NaN, 1, 10));
    assertThatIllegalArgumentException().isThrownBy(() -> sequence.interval(1, 0, 10, 0.95));
  }
}
