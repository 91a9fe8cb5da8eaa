package io.mlops4j.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Folds, quantiles and hypercubes against scikit-learn and SciPy: {@code oracles/search.py}. */
class ScikitLearnFoldsTest {
  private static final JsonNode ORACLE = read();

  private static JsonNode read() {
    try {
      return Json.parse(Files.readAllBytes(Path.of("../oracles/search.json")), "oracle");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<List<Integer>> tests(List<RowSplit> splits) {
    return splits.stream().map(split -> list(split.test())).toList();
  }

  private static List<Integer> list(BitSet rows) {
    return rows.stream().boxed().toList();
  }

  private static List<List<Integer>> lists(JsonNode node) {
    List<List<Integer>> lists = new ArrayList<>();
    node.forEach(list -> lists.add(ints(list)));
    return lists;
  }

  private static List<Integer> ints(JsonNode node) {
    List<Integer> list = new ArrayList<>();
    node.forEach(i -> list.add(i.intValue()));
    return list;
  }

  @Test
  void kFold_withoutShuffling_hasScikitLearnsRows() {
    for (JsonNode c : ORACLE.get("kFold")) {
      assertThat(
              tests(
                  FoldIndexes.kFold(
                      c.get("rows").intValue(), c.get("k").intValue(), OptionalLong.empty())))
          .isEqualTo(lists(c.get("tests")));
    }
  }

  @Test
  void kFold_shuffled_hasTheSameSizes() {
    for (JsonNode c : ORACLE.get("kFold")) {
      List<RowSplit> splits =
          FoldIndexes.kFold(c.get("rows").intValue(), c.get("k").intValue(), OptionalLong.of(5));
      assertThat(splits.stream().map(s -> s.test().cardinality()))
          .isEqualTo(lists(c.get("tests")).stream().map(List::size).toList());
      assertThat(tests(splits)).isNotEqualTo(lists(c.get("tests")));
    }
  }

  @Test
  void stratified_withoutShuffling_hasScikitLearnsRows() {
    for (JsonNode c : ORACLE.get("stratified")) {
      double[] labels = ints(c.get("labels")).stream().mapToDouble(i -> i).toArray();
      int k = c.get("k").intValue();
      assertThat(tests(FoldIndexes.stratified(labels, k, OptionalLong.empty())))
          .isEqualTo(lists(c.get("tests")));
      List<RowSplit> shuffled = FoldIndexes.stratified(labels, k, OptionalLong.of(3));
      assertThat(shuffled.stream().map(s -> classes(s, labels)))
          .isEqualTo(
              FoldIndexes.stratified(labels, k, OptionalLong.empty()).stream()
                  .map(s -> classes(s, labels))
                  .toList());
    }
  }

  private static List<Double> classes(RowSplit split, double[] labels) {
    return split.test().stream().mapToObj(i -> labels[i]).sorted().toList();
  }

  @Test
  void grouped_groupsOfDifferentSizes_hasScikitLearnsRows() {
    for (JsonNode c : ORACLE.get("grouped")) {
      List<String> groups = new ArrayList<>();
      c.get("groups").forEach(g -> groups.add(g.textValue()));
      assertThat(tests(FoldIndexes.grouped(groups, c.get("k").intValue())))
          .isEqualTo(lists(c.get("tests")));
    }
  }

  @Test
  void timeOrdered_differentInstants_hasScikitLearnsRows() {
    for (JsonNode c : ORACLE.get("timeOrdered")) {
      Instant[] times = new Instant[c.get("rows").intValue()];
      java.util.Arrays.setAll(times, i -> Instant.ofEpochSecond(i));
      int gap = c.get("gap").intValue();
      TimeFolds how =
          TimeFolds.of(c.get("k").intValue())
              .withHorizon(gap == 0 ? Duration.ZERO : Duration.ofSeconds(gap + 1))
              .withTestRows(c.get("testRows").intValue())
              .withMaxTrainRows(c.get("maxTrainRows").intValue());
      List<RowSplit> splits = TimeIndexes.of(times, how).ordered();
      for (int i = 0; i < splits.size(); i++) {
        JsonNode split = c.get("splits").get(i);
        assertThat(list(splits.get(i).train())).isEqualTo(ints(split.get("train")));
        assertThat(list(splits.get(i).test())).isEqualTo(ints(split.get("test")));
      }
      assertThat(splits).hasSameSizeAs(c.get("splits"));
    }
  }

  @Test
  void at_quantiles_areScipys() {
    JsonNode quantiles = ORACLE.get("quantiles");
    JsonNode at = quantiles.get("at");
    JsonNode whole = quantiles.get("whole");
    JsonNode uniform = quantiles.get("uniform");
    JsonNode log = quantiles.get("logUniform");
    var wholeRange =
        new Dimension.Whole(whole.get("low").longValue(), whole.get("high").longValue());
    var range =
        new Dimension.Between(
            uniform.get("low").doubleValue(), uniform.get("high").doubleValue(), false);
    var logRange =
        new Dimension.Between(log.get("low").doubleValue(), log.get("high").doubleValue(), true);
    for (int i = 0; i < at.size(); i++) {
      double q = at.get(i).doubleValue();
      assertThat(wholeRange.at(q)).isEqualTo(whole.get("values").get(i).longValue());
      assertThat((Double) range.at(q))
          .isCloseTo(uniform.get("values").get(i).doubleValue(), within(1e-12));
      double expected = log.get("values").get(i).doubleValue();
      assertThat((Double) logRange.at(q)).isCloseTo(expected, within(1e-12 * expected));
    }
  }

  @Test
  void latinHypercube_centeredDiscrepancy_isThatOfScipys() {
    JsonNode oracle = ORACLE.get("discrepancy");
    SearchSpace space =
        SearchSpace.empty().uniform("a", 0, 1).uniform("b", 0, 1).uniform("c", 0, 1);
    double latin = 0;
    double random = 0;
    for (int seed = 0; seed < 400; seed++) {
      latin += discrepancy(UnitCube.latin(40, space, seed).points()) / 400;
      random += discrepancy(UnitCube.random(40, space, seed).points()) / 400;
    }
    // Two means of 400: five standard errors of their difference.
    assertThat(latin)
        .isCloseTo(mean(oracle, "latinHypercube"), within(tolerance(oracle, "latinHypercube")));
    assertThat(random).isCloseTo(mean(oracle, "random"), within(tolerance(oracle, "random")));
    // The control: the two would not be taken for each other.
    assertThat(random)
        .isNotCloseTo(mean(oracle, "latinHypercube"), within(tolerance(oracle, "latinHypercube")));
  }

  private static double mean(JsonNode oracle, String of) {
    return oracle.get(of).get("mean").doubleValue();
  }

  private static double tolerance(JsonNode oracle, String of) {
    return 5 * oracle.get(of).get("sd").doubleValue() * Math.sqrt(2.0 / 400);
  }

  /** Centered discrepancy (Hickernell 1998), as scipy.stats.qmc.discrepancy computes it. */
  private static double discrepancy(double[][] x) {
    int n = x.length;
    double first = 0;
    double second = 0;
    for (double[] a : x) {
      double product = 1;
      for (double v : a) {
        double u = Math.abs(v - 0.5);
        product *= 1 + 0.5 * u - 0.5 * u * u;
      }
      first += product;
      for (double[] b : x) {
        double pair = 1;
        for (int d = 0; d < a.length; d++) {
          pair *=
              1
                  + 0.5 * Math.abs(a[d] - 0.5)
                  + 0.5 * Math.abs(b[d] - 0.5)
                  - 0.5 * Math.abs(a[d] - b[d]);
        }
        second += pair;
      }
    }
    return Math.pow(13.0 / 12, x[0].length) - 2.0 / n * first + second / ((double) n * n);
  }
}
