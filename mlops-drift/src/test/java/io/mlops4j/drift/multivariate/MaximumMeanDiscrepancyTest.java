package io.mlops4j.drift.multivariate;

import static io.mlops4j.drift.multivariate.RowSample.MONDAY;
import static io.mlops4j.drift.multivariate.RowSample.SCHEMA;
import static io.mlops4j.drift.multivariate.RowSample.both;
import static io.mlops4j.drift.multivariate.RowSample.feed;
import static io.mlops4j.drift.multivariate.RowSample.matrix;
import static io.mlops4j.drift.multivariate.RowSample.oracle;
import static io.mlops4j.drift.multivariate.RowSample.prediction;
import static io.mlops4j.drift.multivariate.RowSample.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Check;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.multivariate.MaximumMeanDiscrepancy.Options;
import io.mlops4j.drift.multivariate.RowSample.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MaximumMeanDiscrepancyTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Options OPTIONS =
      Options.withDefaults().withRows(400, 100, 3).withFalseAlarms(0.01, 199);

  private static MaximumMeanDiscrepancy<Row, Double> discrepancy(Options options) {
    return MaximumMeanDiscrepancy.comparing(SCHEMA, rows(3_000, 1, 0, 0, "Bonn").stream(), options);
  }

  private static Check.Outcome verdict(double correlation, double shift, String city) {
    var discrepancy = discrepancy(OPTIONS);
    feed(discrepancy, SCHEMA, 1, MONDAY, rows(1_000, 2, correlation, shift, city));
    return discrepancy.evaluate();
  }

  // python oracles/rows.py: scikit-learn's rbf_kernel, numpy's median
  @Test
  void discrepancy_ofSplits_equalsNumpy() {
    for (JsonNode c : oracle("discrepancies")) {
      double bandwidth = KernelMatrix.medianDistance(matrix(c.get("learned")));
      assertThat(bandwidth).isCloseTo(c.get("bandwidth").asDouble(), within(1e-12));
      double[][] x = matrix(c.get("x"));
      KernelMatrix kernel = KernelMatrix.of(both(x, matrix(c.get("y"))), bandwidth);
      double squared = kernel.discrepancy(IntStream.range(0, x.length).toArray());
      assertThat(squared).isCloseTo(c.get("unbiased").asDouble(), within(1e-12));
      assertThat(squared).isNotCloseTo(c.get("biased").asDouble(), within(1e-2));
      for (int i = 0; i < c.get("splits").size(); i++) {
        int[] split = new int[x.length];
        for (int j = 0; j < split.length; j++) {
          split[j] = c.get("splits").get(i).get(j).asInt();
        }
        assertThat(kernel.discrepancy(split))
            .isCloseTo(c.get("ofSplits").get(i).asDouble(), within(1e-12));
      }
    }
  }

  @Property(tries = 100)
  void discrepancy_anyRows_isBoundedSymmetricAndWithoutOrder(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int n) {
    double[][] x = normals(n, 2, 0, seed);
    double[][] y = normals(n + 3, 2, 1, seed + 1);
    double bandwidth = KernelMatrix.medianDistance(x);
    double[][] turned = both(y, x);
    Collections.reverse(Arrays.asList(turned));
    int[] first = IntStream.range(0, n).toArray();
    int[] rest = IntStream.range(n, 2 * n + 3).toArray();
    KernelMatrix kernel = KernelMatrix.of(both(x, y), bandwidth);
    double squared = kernel.discrepancy(first);
    assertThat(squared).isBetween(-2.0, 2.0);
    assertThat(kernel.discrepancy(rest)).isCloseTo(squared, within(1e-12));
    assertThat(KernelMatrix.of(turned, bandwidth).discrepancy(first))
        .isCloseTo(squared, within(1e-12));
  }

  // scipy.stats.permutation_test over all splits; ours draws 20,000 of them: four standard errors.
  @Test
  void pValue_manyPermutations_isThatOfAllSplits() {
    for (JsonNode c : oracle("exhaustive")) {
      double[][] x = matrix(c.get("x"));
      double[][] all = both(x, matrix(c.get("y")));
      KernelMatrix kernel = KernelMatrix.of(all, c.get("bandwidth").asDouble());
      double squared = kernel.discrepancy(IntStream.range(0, x.length).toArray());
      assertThat(squared).isCloseTo(c.get("statistic").asDouble(), within(1e-12));
      double p = c.get("p").asDouble();
      Permutations chance =
          Permutations.of(
              squared, 1e-12, x.length, all.length, 19_999, 0.05, 7, kernel::discrepancy);
      assertThat(chance.pValue()).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / 20_000)));
    }
  }

  @Test
  void pValue_andWhatChanceGives_agree() {
    // Of 1 to 9 as the values of 9 permutations, 2 may be as large if alpha is 0.3.
    double[] at = {0};
    Permutations chance = Permutations.of(8, 0, 1, 2, 9, 0.3, 1, group -> ++at[0]);
    assertThat(chance).isEqualTo(new Permutations(0.3, 7));
    at[0] = 0;
    assertThat(Permutations.of(7, 0, 1, 2, 9, 0.3, 1, group -> ++at[0]).pValue()).isEqualTo(0.4);
    at[0] = 0;
    assertThat(Permutations.of(99, 0, 1, 2, 9, 0.1, 1, group -> ++at[0]))
        .isEqualTo(new Permutations(0.1, 9)); // never 0
    assertThat(Permutations.of(5, 1e-12, 1, 2, 9, 0.1, 1, group -> 5 - 1e-15).pValue())
        .isEqualTo(1); // a tie but for rounding
  }

  /** Evidently 0.7.21 flags some 95 of 100 of such windows when asked for 5. */
  @Test
  void pValue_rowsOfOneKind_isSmallAsOftenAsItSays() {
    int runs = PROOF ? 4_000 : 200;
    int[] tenths = new int[10];
    int small = 0;
    Options options = OPTIONS.withRows(100, 50, 1).withFalseAlarms(0.05, 99);
    for (int run = 0; run < runs; run++) {
      MaximumMeanDiscrepancy<Row, Double> discrepancy =
          MaximumMeanDiscrepancy.comparing(
              SCHEMA,
              rows(100, 10_000 + run, 0.3, 0, "Bonn").stream(),
              new Options(
                  options.limit(), 0.05, 100, 50, 99, Duration.ofDays(7), options.seed() + run));
      feed(discrepancy, SCHEMA, 1, MONDAY, rows(60, 90_000 + run, 0.3, 0, "Bonn"));
      double p = discrepancy.discrepancy().orElseThrow().pValue();
      small += p <= 0.05 ? 1 : 0;
      tenths[(int) Math.ceil(p * 10 - 1e-9) - 1]++;
    }
    // Binomial, four deviations either way: all tenths are as frequent.
    double deviation = Math.sqrt(runs * 0.05 * 0.95);
    assertThat((double) small).isBetween(runs * 0.05 - 4 * deviation, runs * 0.05 + 4 * deviation);
    double ofTenths = Math.sqrt(runs * 0.1 * 0.9);
    for (int tenth : tenths) {
      assertThat((double) tenth).isBetween(runs * 0.1 - 4 * ofTenths, runs * 0.1 + 4 * ofTenths);
    }
  }

  @Test
  void evaluate_sameRows_passes() {
    Check.Outcome outcome = verdict(0, 0, "Bonn");
    assertThat(outcome).isInstanceOf(Check.Pass.class);
    assertThat(outcome.sentence())
        .startsWith("distribution of live rows of Row against training: squared discrepancy ")
        .contains("400 against 400 rows")
        .endsWith(", not above 0.005.");
  }

  @Test
  void evaluate_anyKindOfChange_fails() {
    assertThat(verdict(0, 0.5, "Bonn")).isInstanceOf(Check.Fail.class);
    assertThat(verdict(0.6, 0, "Bonn")).isInstanceOf(Check.Fail.class); // each number as ever
    assertThat(verdict(0, 0, "Kiel")).isInstanceOf(Check.Fail.class);
    assertThat(verdict(0.6, 0, "Bonn").sentence())
        .contains("(p = 0.0050, 400 against")
        .endsWith(", above 0.005.");
  }

  @Test
  void evaluate_smallOrUncertain_doesNotFail() {
    // Certainly different, but by less than the limit.
    var strict = discrepancy(OPTIONS.withLimit(0.2));
    feed(strict, SCHEMA, 1, MONDAY, rows(1_000, 2, 0, 0.5, "Bonn"));
    assertThat(strict.discrepancy().orElseThrow().pValue()).isLessThanOrEqualTo(0.01);
    assertThat(strict.evaluate()).isInstanceOf(Check.Pass.class);
    // Small, but chance alone would reach the limit with so few rows: neither yes nor no.
    var few = discrepancy(OPTIONS);
    feed(few, SCHEMA, 1, MONDAY, rows(120, 5, 0, 0, "Bonn"));
    Discrepancy found = few.discrepancy().orElseThrow();
    assertThat(found.squared()).isLessThan(OPTIONS.limit());
    assertThat(found.byChance()).isGreaterThan(OPTIONS.limit());
    assertThat(few.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(few.evaluate().sentence()).contains("too few rows to say");
  }

  // The closed form for normal distributions, oracles/rows.py: it grows with the square of a shift.
  @Test
  void squared_everyNumberShiftedByASeventh_isAboutTheDefaultLimit() {
    double limit = Options.withDefaults().limit();
    for (JsonNode c : oracle("normalShifts")) {
      double ofFifth = c.get("fifth").asDouble();
      assertThat(ofFifth * 25 / 49).isBetween(0.75 * limit, 1.25 * limit);
      int d = c.get("d").asInt();
      if (d == 3) {
        double[][] x = normals(800, d, 0, 1);
        double bandwidth = KernelMatrix.medianDistance(x);
        assertThat(bandwidth).isCloseTo(c.get("bandwidth").asDouble(), within(0.1));
        KernelMatrix kernel = KernelMatrix.of(both(x, normals(800, d, 0.2, 2)), bandwidth);
        assertThat(kernel.discrepancy(IntStream.range(0, 800).toArray()))
            .isCloseTo(ofFifth, within(0.005)); // its standard error is below .002
      }
    }
  }

  private static double[][] normals(int n, int d, double mean, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] result = new double[n][d];
    for (double[] row : result) {
      for (int j = 0; j < d; j++) {
        row[j] = mean + random.nextGaussian();
      }
    }
    return result;
  }

  @Test
  void evaluate_vectors_areCompared() {
    Schema<float[]> schema =
        Schema.<float[]>builder("text").vector("embedding", 200, v -> v).build();
    List<List<float[]>> samples = new ArrayList<>();
    for (int sample = 0; sample < 3; sample++) {
      SplittableRandom random = new SplittableRandom(sample);
      List<float[]> texts = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        float[] vector = new float[200];
        double topic = random.nextGaussian() + (sample == 2 ? 1 : 0);
        for (int j = 0; j < vector.length; j++) {
          vector[j] = (float) (1e6 * (topic * (j % 3) + random.nextGaussian()));
        }
        texts.add(vector);
      }
      samples.add(texts);
    }
    Options options = OPTIONS.withRows(150, 100, 1);
    for (int sample = 1; sample < 3; sample++) {
      MaximumMeanDiscrepancy<float[], Double> discrepancy =
          MaximumMeanDiscrepancy.comparing(schema, samples.get(0).stream(), options);
      feed(discrepancy, schema, 1, MONDAY, samples.get(sample));
      double p = discrepancy.discrepancy().orElseThrow().pValue();
      assertThat(p <= 0.01).isEqualTo(sample == 2);
    }
  }

  @Test
  void discrepancy_degenerateRows_areNeverNaN() {
    List<Row> broken = new ArrayList<>();
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, -Double.MAX_VALUE, Double.MIN_VALUE, 0};
    for (int i = 0; i < 250; i++) {
      broken.add(new Row(odd[i % 5], odd[i % 3], 7, null));
    }
    List<Row> same = IntStream.range(0, 250).mapToObj(i -> new Row(1, 1, 1, "x")).toList();
    for (List<Row> reference : List.of(broken, same)) {
      for (List<Row> live : List.of(broken, same)) {
        MaximumMeanDiscrepancy<Row, Double> discrepancy =
            MaximumMeanDiscrepancy.comparing(
                SCHEMA, reference.stream(), OPTIONS.withRows(100, 50, 1));
        feed(discrepancy, SCHEMA, 1, MONDAY, live);
        Discrepancy found = discrepancy.discrepancy().orElseThrow();
        assertThat(found.squared()).isBetween(-1.0, 2.0);
        assertThat(found.byChance()).isBetween(-1.0, 2.0);
        assertThat(found.bandwidth()).isPositive().isFinite();
        assertThat(discrepancy.evaluate() instanceof Check.Fail).isEqualTo(reference != live);
        if (reference == same && live == same) {
          assertThat(found.pValue()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void discrepancy_windowsVersionsAndSources_areNotMixed() {
    var discrepancy = discrepancy(OPTIONS);
    assertThat(discrepancy.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(discrepancy.evaluate().sentence()).contains("fewer than 100 live rows");
    feed(discrepancy, SCHEMA, 1, MONDAY, rows(300, 2, 0, 1, "Bonn"));
    Instant next = MONDAY.plus(Duration.ofDays(7));
    feed(discrepancy, SCHEMA, 1, next, rows(50, 3, 0, 0, "Bonn"));
    assertThat(discrepancy.discrepancy().orElseThrow().live()).isEqualTo(300);
    feed(discrepancy, SCHEMA, 1, next, rows(70, 4, 0, 0, "Bonn"));
    assertThat(discrepancy.discrepancy().orElseThrow().live()).isEqualTo(120);
    assertThat(discrepancy.discrepancy()).isEqualTo(discrepancy.discrepancy());
    feed(discrepancy, SCHEMA, 2, next, rows(99, 5, 0, 0, "Bonn"));
    discrepancy.onPrediction(prediction(Prediction.Source.MODEL, 2, null, next));
    for (Row row : rows(10, 6, 0, 0, "Bonn")) {
      discrepancy.onPrediction(prediction(Prediction.Source.FALLBACK, 2, SCHEMA.encode(row), next));
    }
    assertThat(discrepancy.discrepancy()).isEmpty();
    assertThat(discrepancy.toString()).isEqualTo("MaximumMeanDiscrepancy(Row, 400 rows)");
  }

  @Test
  void options_outOfRange_areNamed() {
    assertThatThrownBy(() -> OPTIONS.withLimit(0)).hasMessageContaining("limit: 0.0");
    assertThatThrownBy(() -> OPTIONS.withLimit(Double.NaN)).hasMessageContaining("limit: NaN");
    assertThatThrownBy(() -> OPTIONS.withFalseAlarms(0.5, 99)).hasMessageContaining("alpha: 0.5");
    assertThatThrownBy(() -> OPTIONS.withFalseAlarms(0.01, 98))
        .hasMessageContaining("permutations: 98 (expected: 99..99999, for alpha 0.01)");
    assertThatThrownBy(() -> OPTIONS.withRows(2_001, 50, 1)).hasMessageContaining("rows: 2001");
    assertThatThrownBy(() -> OPTIONS.withRows(200, 20, 1)).hasMessageContaining("leastRows: 20");
    assertThatThrownBy(() -> OPTIONS.withWindow(Duration.ZERO)).hasMessageContaining("window");
    assertThatThrownBy(
            () ->
                MaximumMeanDiscrepancy.comparing(SCHEMA, rows(199, 1, 0, 0, "x").stream(), OPTIONS))
        .hasMessageContaining("reference: 199 rows of Row (expected: at least 200");
    Schema<float[]> wide =
        Schema.floats(IntStream.range(0, 129).mapToObj(i -> "f" + i).toArray(String[]::new));
    assertThatThrownBy(
            () ->
                MaximumMeanDiscrepancy.comparing(
                    wide, IntStream.range(0, 300).mapToObj(i -> new float[129]), OPTIONS))
        .hasMessageContaining("columns of float[129]: 258 (expected: at most 256)");
  }
}
