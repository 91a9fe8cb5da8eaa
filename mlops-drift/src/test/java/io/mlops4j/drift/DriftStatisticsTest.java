package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DriftStatisticsTest {
  private static final JsonNode ORACLE = Oracle.read("drift.json");

  // python oracles/drift.py
  @Test
  void psi_smoothedCounts_equalsNumpy() {
    for (JsonNode c : ORACLE.get("psi")) {
      assertThat(
              DriftStatistics.psi(Oracle.longs(c.get("reference")), Oracle.longs(c.get("current"))))
          .as(c.get("name").asText())
          .isCloseTo(c.get("psi").doubleValue(), within(1e-12));
    }
  }

  // Published and textbook values are unsmoothed shares: with 10^15 counts smoothing vanishes.
  @Test
  void psi_hugeCounts_approachesTheUnsmoothedValues() {
    long scale = 10_000_000_000_000L;
    assertThat(DriftStatistics.psi(scaled(scale, 50, 50), scaled(scale, 60, 40)))
        .isCloseTo(.04054651081081643, within(1e-12));
    long[] tenths = scaled(scale, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10);
    assertThat(DriftStatistics.psi(tenths, scaled(scale, 12, 11, 10, 10, 9, 9, 10, 10, 9, 10)))
        .isCloseTo(.00776034840365713, within(1e-12));
    assertThat(DriftStatistics.psi(tenths, scaled(scale, 20, 15, 12, 10, 9, 8, 8, 7, 6, 5)))
        .isCloseTo(.16900438410322735, within(1e-12));
    // Wikipedia's Kullback-Leibler example: .0852996 + .097455.
    assertThat(DriftStatistics.psi(scaled(scale, 9, 12, 4), scaled(scale, 25, 25, 25)))
        .isCloseTo(.1827546081037581, within(1e-12));
  }

  private static long[] scaled(long scale, long... shares) {
    return LongStream.of(shares).map(s -> s * scale).toArray();
  }

  // python oracles/drift.py; DESIGN notes: n = m = 1000, 10 cells, 5 %: .03384
  @Test
  void psiCriticalValue_sizesAndCells_equalsScipy() {
    for (JsonNode c : ORACLE.get("psiCritical")) {
      double expected = c.get("critical").doubleValue();
      assertThat(
              DriftStatistics.psiCriticalValue(
                  c.get("n").longValue(),
                  c.get("m").longValue(),
                  c.get("bins").intValue(),
                  c.get("alpha").doubleValue()))
          .isCloseTo(expected, within(1e-9 * expected));
    }
    assertThat(DriftStatistics.psiCriticalValue(1000, 1000, 10, .05))
        .isCloseTo(.03384, within(1e-5));
    assertThat(DriftStatistics.psiCriticalValue(10, 10, 1, .05)).isZero();
  }

  // python oracles/drift.py
  @Test
  void kolmogorov_wholeRange_equalsScipy() {
    for (JsonNode c : ORACLE.get("kolmogorovSf")) {
      double expected = c.get("sf").doubleValue();
      assertThat(DriftStatistics.kolmogorov(c.get("x").doubleValue()))
          .as("x = %s", c.get("x"))
          .isCloseTo(expected, within(1e-14 + 1e-9 * expected));
    }
  }

  // python oracles/drift.py: kstwobign.sf(sqrt(nm/(n+m)) D)
  @Test
  void ksPValue_scipySamples_equalsTheLimitLaw() {
    for (JsonNode c : ORACLE.get("ks")) {
      double d = c.get("statistic").doubleValue();
      double p = DriftStatistics.ksPValue(d, c.get("x").size(), c.get("y").size());
      assertThat(p).isCloseTo(c.get("pLimit").doubleValue(), within(1e-12));
      // On the safe side of the exact one, but for a sample of one value.
      if (c.get("x").size() > 1) {
        assertThat(p).isGreaterThan(c.get("pExact").doubleValue() - 1e-12);
      }
    }
  }

  @Test
  void ks_scipySamplesInBins_containsTheExactDistance() {
    for (JsonNode c : ORACLE.get("ks")) {
      double[] x = Oracle.doubles(c.get("x"));
      double[] y = Oracle.doubles(c.get("y"));
      double d = c.get("statistic").doubleValue();
      assertThat(exactKs(x, y)).isCloseTo(d, within(1e-12));
      double[] edges = {-1, -0.5, 0, 0.5, 1, 2, 3, 5};
      KsInterval interval = DriftStatistics.ks(count(x, edges), count(y, edges));
      assertThat(d).isBetween(interval.low() - 1e-12, interval.high() + 1e-12);
    }
  }

  @Property(tries = 500)
  void ks_anySamplesWithTies_intervalContainsTheExactDistance(
      @ForAll @Size(min = 1, max = 80) int[] left,
      @ForAll @Size(min = 1, max = 80) int[] right,
      @ForAll @Size(max = 30) int[] cuts,
      @ForAll @IntRange(min = 1, max = 50) int range) {
    double[] x = Arrays.stream(left).mapToDouble(i -> Math.floorMod(i, range)).toArray();
    double[] y = Arrays.stream(right).mapToDouble(i -> Math.floorMod(i, range) + 1).toArray();
    double[] edges =
        Arrays.stream(cuts).mapToDouble(i -> Math.floorMod(i, range)).sorted().distinct().toArray();
    KsInterval interval = DriftStatistics.ks(count(x, edges), count(y, edges));
    double d = exactKs(x, y);
    assertThat(d).isBetween(interval.low() - 1e-12, interval.high() + 1e-12);
  }

  private static long[] count(double[] values, double[] edges) {
    long[] counts = new long[edges.length + 1];
    for (double value : values) {
      int cell = 0;
      while (cell < edges.length && edges[cell] < value) {
        cell++;
      }
      counts[cell]++;
    }
    return counts;
  }

  private static double exactKs(double[] x, double[] y) {
    double d = 0;
    for (double at :
        java.util.stream.DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).toArray()) {
      double f = Arrays.stream(x).filter(v -> v <= at).count() / (double) x.length;
      double g = Arrays.stream(y).filter(v -> v <= at).count() / (double) y.length;
      d = Math.max(d, Math.abs(f - g));
    }
    return d;
  }

  // python oracles/drift.py
  @Test
  void logBayesFactor_counts_equalsScipy() {
    for (JsonNode c : ORACLE.get("dirichletMultinomial")) {
      double expected = c.get("logBayesFactor").doubleValue();
      // Differences of numbers of size 6e6 leave about 1e-8.
      assertThat(
              DriftStatistics.logBayesFactor(
                  Oracle.longs(c.get("first")), Oracle.longs(c.get("second"))))
          .as(c.get("name").asText())
          .isCloseTo(expected, within(1e-8));
    }
  }

  @Property(tries = 300)
  void statistics_anyCounts_areFiniteBoundedAndSymmetric(
      @ForAll @IntRange(min = 1, max = 30) int cells, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] a = random.longs(cells, 0, 1_000_000_000_000L).toArray();
    long[] b = random.longs(a.length, 0, 1_000_000).toArray();
    double psi = DriftStatistics.psi(a, b);
    assertThat(psi).isFinite().isNotNegative();
    assertThat(DriftStatistics.psi(b, a)).isCloseTo(psi, within(1e-9 * (1 + psi)));
    assertThat(DriftStatistics.psi(a, a)).isZero();
    double factor = DriftStatistics.logBayesFactor(a, b);
    assertThat(factor).isFinite();
    // Of logarithms of factorials near 10^14, whose last digit is worth more than 0.01.
    assertThat(DriftStatistics.logBayesFactor(b, a))
        .isCloseTo(factor, within(0.1 + 1e-7 * Math.abs(factor)));
    assertThat(DriftStatistics.psiContributions(a, b)).hasSize(a.length);
  }

  @Test
  void statistics_oneEmptySide_haveNoEvidence() {
    assertThat(DriftStatistics.logBayesFactor(new long[] {1, 2}, new long[2])).isZero();
    assertThatThrownBy(() -> DriftStatistics.ks(new long[] {1}, new long[1]))
        .hasMessageContaining("1 and 0 (expected: at least 1 each)");
  }

  @Test
  void statistics_wrongArguments_areNamed() {
    assertThatThrownBy(() -> DriftStatistics.psi(new long[2], new long[3]))
        .hasMessage("counts: 2 cells against 3");
    assertThatThrownBy(() -> DriftStatistics.psi(new long[2], new long[] {0, -4}))
        .hasMessage("counts[1]: -4 (expected: 0 or more)");
    assertThatThrownBy(() -> DriftStatistics.psiCriticalValue(1, 1, 2, 1))
        .hasMessageStartingWith("alpha: 1.0");
    assertThatThrownBy(() -> DriftStatistics.ksPValue(Double.NaN, 1, 1))
        .hasMessageStartingWith("distance: NaN");
    assertThatThrownBy(() -> new KsInterval(0.5, 0.4)).hasMessageContaining("0 <= low");
  }
}
