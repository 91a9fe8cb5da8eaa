package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.stats.Interval;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Every number of {@code oracles/intervals.py}: pROC, statsmodels, fairlearn, scikit-learn, SciPy.
 */
class IntervalsOracleTest {
  private static final JsonNode ORACLE = load();
  private static final JsonNode BINARY = ORACLE.get("binary");
  private static final boolean[] LABELS = labels(BINARY.get("labels"));
  private static final double[] CANDIDATE = numbers(BINARY.get("candidate"));
  private static final double[] CHAMPION = numbers(BINARY.get("champion"));
  private static final BinaryEvaluation SCORES = BinaryEvaluation.of(CANDIDATE, LABELS);
  private static final Confidence USUAL = Confidence.withDefaults();
  // Two bootstraps differ by chance: the ends of 1,000 and 9,999 draws by a few hundredths of a
  // width.
  private static final double BOOTSTRAP = 0.08;

  @Test
  void interval_auc_isThatOfProc() {
    MetricInterval interval = SCORES.interval(Metric.AUC, USUAL).orElseThrow();
    assertThat(interval.method()).isEqualTo("DeLong");
    assertThat(interval.low()).isCloseTo(BINARY.at("/proc/low").doubleValue(), within(1e-12));
    assertThat(interval.high()).isCloseTo(BINARY.at("/proc/high").doubleValue(), within(1e-12));
  }

  @Test
  void interval_fractionsAndMeans_areThoseOfStatsmodelsAndScipy() {
    checkAll(SCORES, BINARY.get("wilson"), 1e-12);
    checkAll(SCORES, BINARY.get("means"), 1e-12);
  }

  @Test
  void interval_noFormula_agreesWithScipysBootstrap() {
    BINARY
        .get("bootstrap")
        .properties()
        .forEach(e -> near(SCORES.interval(Metric.named(e.getKey()), USUAL), e.getValue()));
    var r = ORACLE.get("regression");
    var evaluation = RegressionEvaluation.of(numbers(r.get("predicted")), numbers(r.get("truth")));
    near(evaluation.interval(Metric.RMSE, USUAL), r.get("rmse bootstrap"));
    near(evaluation.interval(Metric.R2, USUAL), r.get("r2 bootstrap"));
    check(
        evaluation.interval(Metric.MAE, USUAL).orElseThrow().range(), r.get("mae interval"), 1e-12);
  }

  @Test
  void interval_sameSeed_sameBitsWhateverElseIsAsked() {
    var alone = SCORES.interval(Metric.f1At(0.5), USUAL);
    var among = SCORES.intervals(BinaryEvaluation.STANDARD, USUAL).get(Metric.f1At(0.5));
    assertThat(alone).contains(among);
    assertThat(SCORES.interval(Metric.f1At(0.5), USUAL.withSeed(2))).isNotEqualTo(alone);
    assertThat(SCORES.intervals(BinaryEvaluation.STANDARD, USUAL))
        .containsOnlyKeys(BinaryEvaluation.STANDARD);
  }

  @Test
  void interval_spreadThatCannotBeTold_isAbsent() {
    var perfect =
        BinaryEvaluation.of(new double[] {0, 0, 1, 1}, new boolean[] {false, false, true, true});
    assertThat(perfect.interval(Metric.AUC, USUAL)).isEmpty();
    var single = BinaryEvaluation.of(new double[] {0.4}, new boolean[] {true});
    assertThat(single.intervals(List.of(Metric.AUC, Metric.BRIER, Metric.f1At(0.5)), USUAL))
        .isEmpty();
    // Wilson's interval says how little one row proves.
    assertThat(single.interval(Metric.accuracyAt(0.3), USUAL).orElseThrow().low()).isLessThan(0.3);
  }

  @Test
  void calibration_uniformAndQuantileBins_areThoseOfScikitLearn() {
    checkCurve(SCORES.calibration(10), BINARY.get("uniform"));
    checkCurve(SCORES.calibrationByQuantiles(7), BINARY.get("quantile"));
  }

  @Test
  void paired_aucAccuracyAndTheRest_areThoseOfProcStatsmodelsAndScipy() {
    var comparison =
        PairedComparison.binary(
            "m:1",
            "ab",
            CANDIDATE,
            CHAMPION,
            LABELS,
            0.5,
            List.of(Metric.AUC, Metric.accuracyAt(0.5), Metric.AVERAGE_PRECISION, Metric.BRIER),
            USUAL);
    JsonNode proc = BINARY.get("proc");
    PairedDifference auc = of(comparison, Metric.AUC);
    assertThat(auc.value().orElseThrow())
        .isCloseTo(proc.get("difference").doubleValue(), within(1e-12));
    assertThat(auc.pValue().orElseThrow())
        .isCloseTo(proc.get("pValue").doubleValue(), within(1e-12));
    check(
        auc.interval().orElseThrow(), proc.get("differenceLow"), proc.get("differenceHigh"), 1e-12);
    JsonNode mcnemar = BINARY.get("mcnemar");
    PairedDifference accuracy = of(comparison, Metric.accuracyAt(0.5));
    assertThat(accuracy.pValue().orElseThrow())
        .isCloseTo(mcnemar.get("pValue").doubleValue(), within(1e-12));
    check(accuracy.interval().orElseThrow(), mcnemar.get("low"), mcnemar.get("high"), 1e-12);
    BINARY
        .get("pairedBootstrap")
        .properties()
        .forEach(
            e -> {
              var found = of(comparison, Metric.named(e.getKey()));
              assertThat(found.pValue().orElseThrow()).isLessThan(0.01);
              nearRange(found.interval().orElseThrow(), e.getValue());
            });
    Churn churn = comparison.churn().orElseThrow();
    assertThat(List.of(churn.toPositive(), churn.toNegative()))
        .containsExactly(BINARY.at("/churn/0").longValue(), BINARY.at("/churn/1").longValue());
  }

  @Test
  void paired_modelWithItself_hasNoDifference() {
    var self =
        PairedComparison.binary(
            "m:1", "ab", CANDIDATE, CANDIDATE, LABELS, 0.5, BinaryEvaluation.STANDARD, USUAL);
    self.differences()
        .forEach(
            (metric, difference) -> {
              assertThat(difference.value().orElseThrow()).as(metric.id()).isZero();
              assertThat(difference.pValue().orElseThrow()).as(metric.id()).isEqualTo(1);
            });
    assertThat(self.churn().orElseThrow().rate()).isZero();
  }

  @Test
  void multiclass_everyMetric_isThatOfScikitLearn() {
    JsonNode m = ORACLE.get("multiclass");
    double[][] p = new double[m.get("probabilities").size()][];
    for (int i = 0; i < p.length; i++) {
      p[i] = numbers(m.get("probabilities").get(i));
    }
    var evaluation = MulticlassEvaluation.of(List.of("a", "b", "c"), p, ints(m.get("truth")));
    int checked = 0;
    for (Map.Entry<String, JsonNode> entry : m.properties()) {
      if (entry.getKey().startsWith("multiclass-")) {
        Metric metric = Metric.named(entry.getKey());
        assertThat(evaluation.value(metric).number().orElseThrow())
            .as(entry.getKey())
            .isCloseTo(entry.getValue().doubleValue(), within(1e-12));
        Interval range = evaluation.interval(metric, USUAL).orElseThrow().range();
        assertThat(range.contains(entry.getValue().doubleValue())).as(entry.getKey()).isTrue();
        checked++;
      }
    }
    assertThat(checked).isEqualTo(11);
    check(
        evaluation.interval(Metric.MULTICLASS_ACCURACY, USUAL).orElseThrow().range(),
        m.get("wilson"),
        1e-12);
  }

  @Test
  void ranking_everyMetric_isThatOfScikitLearnAndOfAllOrders() {
    JsonNode r = ORACLE.get("ranking");
    var collector = RankingEvaluation.collector();
    r.get("queries")
        .forEach(q -> collector.add(numbers(q.get("scores")), numbers(q.get("relevance"))));
    var evaluation = collector.evaluate();
    int checked = 0;
    for (Map.Entry<String, JsonNode> entry : r.properties()) {
      if (entry.getValue().isNumber()) {
        assertThat(evaluation.value(Metric.named(entry.getKey())).number().orElseThrow())
            .as(entry.getKey())
            .isCloseTo(entry.getValue().doubleValue(), within(1e-12));
        checked++;
      }
    }
    assertThat(checked).isEqualTo(9);
    check(
        evaluation.interval(Metric.ndcgAt(3), USUAL).orElseThrow().range(),
        r.get("ndcg@3 interval"),
        1e-12);
  }

  @Test
  void regression_quantileAndPoissonErrors_areThoseOfScikitLearn() {
    JsonNode r = ORACLE.get("regression");
    var evaluation = RegressionEvaluation.of(numbers(r.get("predicted")), numbers(r.get("truth")));
    for (String id : List.of("pinball@0.9", "pinball@0.1", "poisson-deviance")) {
      assertThat(evaluation.value(Metric.named(id)).number().orElseThrow())
          .as(id)
          .isCloseTo(r.get(id).doubleValue(), within(1e-12));
      assertThat(evaluation.interval(Metric.named(id), USUAL)).isPresent();
    }
    var notCounts = RegressionEvaluation.of(new double[] {1, 0}, new double[] {1, 2});
    assertThat(notCounts.value(Metric.POISSON_DEVIANCE))
        .isInstanceOfSatisfying(
            MetricValue.Undefined.class, u -> assertThat(u.reason()).contains("row 1"));
  }

  record Person(String group, double score) {}

  @Test
  void fairness_everyMeasure_isThatOfFairlearnWithIntervalsOfStatsmodels() {
    for (JsonNode f : ORACLE.get("fairness")) {
      FairnessResult result = fairness(f);
      Map<String, Double> rates = new HashMap<>();
      result.groups().forEach(g -> rates.put(g.name(), g.selectionRate().number().orElseThrow()));
      for (int i = 0; i < f.get("names").size(); i++) {
        assertThat(rates.get("group=" + f.get("names").get(i).asText()))
            .isCloseTo(f.get("rates").get(i).doubleValue(), within(1e-12));
      }
      for (FairnessMeasure measure : FairnessMeasure.values()) {
        String key =
            measure == FairnessMeasure.DISPARATE_IMPACT ? "demographic-parity-ratio" : measure.id();
        double expected = f.get(key).doubleValue();
        assertThat(result.value(measure).number().orElseThrow())
            .as(measure.id())
            .isCloseTo(expected, within(1e-12));
        Interval range = Objects.requireNonNull(result.intervals().get(measure)).range();
        assertThat(range.contains(expected)).as(measure.id()).isTrue();
        if (f.get("intervals").has(key)) {
          check(range, f.get("intervals").get(key), 1e-9);
        }
      }
    }
  }

  private static PairedDifference of(PairedComparison comparison, Metric metric) {
    return Objects.requireNonNull(comparison.differences().get(metric));
  }

  private static FairnessResult fairness(JsonNode f) {
    var schema = Schema.of(Person.class);
    double[] scores = numbers(f.get("scores"));
    boolean[] labels = labels(f.get("labels"));
    List<Labeled<Person>> rows = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      rows.add(
          new Labeled<>(new Person(f.get("group").get(i).asText(), scores[i]), labels[i] ? 1 : 0));
    }
    EvaluationReport report =
        Evaluator.<Person>binary()
            .metrics(Metric.AUC)
            .fairness(Fairness.by(schema, "group"))
            .build()
            .evaluate(
                new Contender<>("m:1", "ab", people -> people.stream().map(Person::score).toList()),
                LabeledDataset.of(schema, rows),
                Instant.EPOCH);
    return report.details().fairness("group").orElseThrow();
  }

  private static void checkAll(Evaluation evaluation, JsonNode expected, double tolerance) {
    expected
        .properties()
        .forEach(
            e ->
                check(
                    evaluation.interval(Metric.named(e.getKey()), USUAL).orElseThrow().range(),
                    e.getValue(),
                    tolerance));
  }

  private static void check(Interval range, JsonNode ends, double tolerance) {
    check(range, ends.get(0), ends.get(1), tolerance);
  }

  private static void check(Interval range, JsonNode low, JsonNode high, double tolerance) {
    assertThat(range.low()).isCloseTo(low.doubleValue(), within(tolerance));
    assertThat(range.high()).isCloseTo(high.doubleValue(), within(tolerance));
  }

  private static void near(Optional<MetricInterval> interval, JsonNode ends) {
    assertThat(interval.orElseThrow().method()).isEqualTo("bootstrap, 1000 resamples");
    nearRange(interval.orElseThrow().range(), ends);
  }

  private static void nearRange(Interval range, JsonNode ends) {
    double width = ends.get(1).doubleValue() - ends.get(0).doubleValue();
    check(range, ends, BOOTSTRAP * width);
  }

  private static void checkCurve(CalibrationCurve curve, JsonNode expected) {
    assertThat(curve.bins()).hasSize(expected.get(0).size());
    for (int i = 0; i < curve.bins().size(); i++) {
      assertThat(curve.bins().get(i).positiveRate())
          .isCloseTo(expected.get(0).get(i).doubleValue(), within(1e-12));
      assertThat(curve.bins().get(i).meanScore())
          .isCloseTo(expected.get(1).get(i).doubleValue(), within(1e-12));
    }
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  private static boolean[] labels(JsonNode array) {
    boolean[] labels = new boolean[array.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = array.get(i).intValue() == 1;
    }
    return labels;
  }

  private static JsonNode load() {
    try (var in = IntervalsOracleTest.class.getResourceAsStream("/oracles/intervals.json")) {
      return Json.parse(in.readAllBytes(), "oracle");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
