package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DistancesTest {
  private static final JsonNode ORACLE = Oracle.read("drift.json");
  private static final Offset<Double> EXACT = within(1e-12);

  private static CellDistances of(long[] reference, long[] live) {
    int[] used = IntStream.range(0, live.length).filter(i -> reference[i] + live[i] > 0).toArray();
    return new CellDistances(
        Arrays.stream(used).mapToLong(i -> reference[i]).toArray(),
        Arrays.stream(used).mapToLong(i -> live[i]).toArray());
  }

  private static CellDistances of(int scale, double[] p, double[] q) {
    return of(scaled(scale, p), scaled(scale, q));
  }

  private static long[] scaled(int scale, double... shares) {
    return DoubleStream.of(shares).mapToLong(s -> Math.round(s * scale)).toArray();
  }

  private static double[] shares(double... values) {
    return values;
  }

  // python oracles/drift.py
  @Test
  void distances_counts_equalScipy() {
    for (JsonNode c : ORACLE.get("distances")) {
      CellDistances d = of(Oracle.longs(c.get("reference")), Oracle.longs(c.get("current")));
      String name = c.get("name").asText();
      double chi = c.get("chiSquare").doubleValue();
      assertThat(d.chiSquare().statistic()).as(name).isCloseTo(chi, within(1e-10 * (1 + chi)));
      assertThat(d.chiSquare().pValue()).as(name).isCloseTo(c.get("chiSquareP").asDouble(), EXACT);
      assertThat(d.g().statistic()).as(name).isCloseTo(c.get("g").asDouble(), within(1e-7));
      assertThat(d.g().pValue()).as(name).isCloseTo(c.get("gP").asDouble(), within(1e-7));
      // scipy's own sum of differences loses digits near zero.
      assertThat(d.jensenShannon())
          .as(name)
          .isCloseTo(c.get("jensenShannon").asDouble(), within(1e-7));
      assertThat(d.hellinger()).as(name).isCloseTo(c.get("hellinger").asDouble(), EXACT);
      assertThat(d.totalVariation()).as(name).isCloseTo(c.get("totalVariation").asDouble(), EXACT);
      assertThat(d.largest()).as(name).isCloseTo(c.get("lInfinity").asDouble(), EXACT);
    }
  }

  // Evidently takes the reference for exact (3.17, p .673); with two samples it is 1.62, p .899.
  @Test
  void chiSquare_bothSidesAreSamples() {
    CellDistances d = of(new long[] {16, 18, 16, 14, 12, 12}, new long[] {16, 16, 16, 16, 16, 8});
    assertThat(d.chiSquare().statistic()).isCloseTo(1.62240896, within(1e-8));
    assertThat(d.chiSquare().pValue()).isCloseTo(.89852624, within(1e-8));
    assertThat(d.hellinger()).isCloseTo(.06812, within(1e-4)); // Evidently's own test
  }

  @Test
  void distances_publishedExamples_areMet() {
    // Wikipedia's Kullback-Leibler example; values by scipy 1.17.1.
    CellDistances wikipedia = of(75, shares(.36, .48, .16), shares(1 / 3., 1 / 3., 1 / 3.));
    assertThat(wikipedia.jensenShannon()).isCloseTo(.18000758112092813, within(1e-9));
    assertThat(wikipedia.hellinger()).isCloseTo(.15049827510763786, EXACT);
    assertThat(wikipedia.totalVariation()).isCloseTo(.17333333, within(1e-8));
    assertThat(wikipedia.largest()).isCloseTo(.17333333, within(1e-8));
    // SciPy's documentation of jensenshannon: 1.0 to base 2; .4645 nats for a half overlap.
    assertThat(of(100, shares(1, 0, 0), shares(0, 1, 0)).jensenShannon()).isEqualTo(1);
    assertThat(of(100, shares(1, 0), shares(.5, .5)).jensenShannon() * Math.sqrt(Math.log(2)))
        .isCloseTo(.46450140402245893, EXACT);
    // TFDV's metrics_test.cc: L-infinity, and the divergence of three values and a NaN to four.
    assertThat(of(10, shares(.1, .9), shares(.3, .7)).largest()).isCloseTo(.2, EXACT);
    assertThat(of(10, shares(0, .9, .1), shares(.3, .7, 0)).largest()).isCloseTo(.3, EXACT);
    assertThat(Math.pow(of(4, shares(.75, .25), shares(1, 0)).jensenShannon(), 2))
        .isCloseTo(.13792538096, within(1e-10));
    // NannyML's test_univariate_drift_methods.py.
    assertThat(of(new long[] {2, 2, 2, 0}, new long[] {2, 2, 2, 1}).largest())
        .isCloseTo(1 / 7., EXACT);
    assertThat(of(new long[] {2, 2, 2}, new long[] {0, 5, 0}).largest()).isCloseTo(2 / 3., EXACT);
  }

  // Evidently's G-test raises when the sizes differ: scaling one side changes no share.
  @Test
  void g_otherSampleSizes_isATestOfTwoSamples() {
    assertThat(of(new long[] {5, 5, 8}, new long[] {40, 60, 80}).g().pValue()).isBetween(0.7, 0.9);
  }

  private static long[] counts(double[] edges, double[] values) {
    long[] counts = new long[edges.length + 1];
    for (double value : values) {
      int cell = 0;
      while (cell < edges.length && value > edges[cell]) {
        cell++;
      }
      counts[cell]++;
    }
    return counts;
  }

  // python oracles/drift.py: wasserstein_distance of the clamped raw values
  @Test
  void transport_samples_isBoundedAroundScipy() {
    for (JsonNode c : ORACLE.get("transport")) {
      double[] edges = Oracle.doubles(c.get("edges"));
      OrderedDistances.Transport t =
          new OrderedDistances(
                  edges,
                  counts(edges, Oracle.doubles(c.get("x"))),
                  counts(edges, Oracle.doubles(c.get("y"))))
              .transport();
      String name = c.get("name").asText();
      double scipy = c.get("distance").doubleValue();
      assertThat(t.low() * t.scale()).as(name).isLessThanOrEqualTo(scipy + 1e-12);
      assertThat(t.high() * t.scale()).as(name).isGreaterThanOrEqualTo(scipy - 1e-12);
      assertThat(t.value() * t.scale()).as(name).isCloseTo(scipy, within(0.15 * scipy));
      double deviation = c.get("deviation").doubleValue();
      assertThat(t.scale()).as(name).isCloseTo(deviation, within(0.03 * deviation));
    }
  }

  // NannyML's estimate falls from .392 to .00005 when the reference has one value of 1e9.
  @Test
  void transport_oneOutlier_setsNeitherScaleNorDistance() {
    SplittableRandom random = new SplittableRandom(1);
    double[] edges = {-10, -1.5, -.5, 0, .5, 1.5, 1e9};
    double[] x = random.doubles(4_000).map(u -> 4 * u - 2).toArray();
    double[] y = random.doubles(4_000).map(u -> 4 * u - 1).toArray();
    double before =
        new OrderedDistances(edges, counts(edges, x), counts(edges, y)).transport().value();
    x[0] = 1e9;
    y[0] = -1e12;
    double after =
        new OrderedDistances(edges, counts(edges, x), counts(edges, y)).transport().value();
    assertThat(after).isCloseTo(before, within(0.01)).isGreaterThan(0.5);
  }

  @Test
  void transport_constantReference_isTheShareThatMoved() {
    double[] edges = {6.9, 7};
    long[] sevens = {0, 100, 0};
    assertThat(new OrderedDistances(edges, sevens, sevens).transport().value()).isZero();
    assertThat(
            new OrderedDistances(new double[0], new long[] {5}, new long[] {9}).transport().value())
        .isZero();
    double[] point = {7};
    assertThat(
            new OrderedDistances(point, new long[] {100, 0}, new long[] {1, 3}).transport().value())
        .isEqualTo(.75);
  }

  // python oracles/drift.py: cramervonmises_2samp, every value a cell of its own
  @Test
  void cramerVonMises_everyValueACell_equalsScipy() {
    for (JsonNode c : ORACLE.get("cramerVonMises")) {
      double[] x = Oracle.doubles(c.get("x"));
      double[] y = Oracle.doubles(c.get("y"));
      double[] edges =
          DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).sorted().distinct().toArray();
      CellDistances.Test test =
          new OrderedDistances(edges, counts(edges, x), counts(edges, y)).cramerVonMises();
      String name = c.get("name").asText();
      assertThat(test.statistic()).as(name).isCloseTo(c.get("statistic").asDouble(), EXACT);
      assertThat(test.pValue()).as(name).isCloseTo(c.get("pLimit").asDouble(), within(1e-6));
    }
    // Conover's example has D = .625 and T = .4375: scipy, and Commons Statistics.
    assertThat(ORACLE.get("cramerVonMises").get(0).get("statistic").asDouble()).isEqualTo(.4375);
  }

  @Property(tries = 500)
  void distances_anyCounts_areFiniteAndBounded(
      @ForAll @IntRange(min = 1, max = 20) int cells, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] a = random.longs(cells, 0, 1_000_000_000_000L).toArray();
    long[] b = random.longs(cells, 0, 3).toArray();
    b[random.nextInt(cells)]++;
    CellDistances d = of(a, b);
    for (double bounded :
        new double[] {
          d.jensenShannon(),
          d.hellinger(),
          d.totalVariation(),
          d.largest(),
          d.chiSquare().pValue(),
          d.g().pValue()
        }) {
      assertThat(bounded).isBetween(0.0, 1.0);
    }
    assertThat(d.chiSquare().statistic()).isFinite().isNotNegative();
    assertThat(d.g().statistic()).isFinite().isNotNegative();
    assertThat(d.largest()).isLessThanOrEqualTo(d.totalVariation() + 1e-12);
    // Hellinger's square and its root enclose total variation: H^2 <= TV <= sqrt(2) H.
    assertThat(d.totalVariation())
        .isBetween(Math.pow(d.hellinger(), 2) - 1e-9, Math.sqrt(2) * d.hellinger() + 1e-9);
    double[] edges = random.doubles(cells - 1, -1e300, 1e300).sorted().toArray();
    OrderedDistances line = new OrderedDistances(edges, a, b);
    OrderedDistances.Transport t = line.transport();
    assertThat(t.value()).isFinite().isBetween(t.low() - 1e-9, t.high() + 1e-9);
    assertThat(line.cramerVonMises().statistic()).isFinite();
    assertThat(line.cramerVonMises().pValue()).isBetween(0.0, 1.0);
  }

  // A p-value of no drift is uniform, whatever the number of rows: KLL sketches compared as if they
  // were exact call the same distribution drift in 95 of 100 runs at 100,000 rows.
  @Test
  void pValues_sameDistributionAtMillions_rejectAsOftenAsTheySay() {
    SplittableRandom random = new SplittableRandom(7);
    int rejections = 0;
    for (int run = 0; run < 200; run++) {
      long[] reference = new long[10];
      long[] live = new long[10];
      for (int i = 0; i < 10; i++) {
        // The counts of a million rows: normal around their mean.
        reference[i] = Math.round(100_000 + random.nextGaussian() * Math.sqrt(90_000));
        live[i] = Math.round(100_000 + random.nextGaussian() * Math.sqrt(90_000));
      }
      rejections += of(reference, live).chiSquare().pValue() < 0.05 ? 1 : 0;
    }
    assertThat(rejections).isBetween(2, 22); // 10 expected
  }
}
