package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several classes and rankings run through the evaluator, as through their own evaluations. */
class EvaluatorTasksTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final List<String> CLASSES = List.of("red", "green", "blue");
  private static final Confidence QUICK = Confidence.withDefaults().withResamples(200);

  record Item(String query, String shop, double a, double b, double c) {
    ClassProbabilities probabilities() {
      double sum = a + b + c;
      return ClassProbabilities.unnamed(a / sum, b / sum, c / sum);
    }
  }

  private static final Schema<Item> SCHEMA = Schema.of(Item.class);

  private static List<Labeled<Item>> items(int count) {
    Random random = new Random(3);
    List<Labeled<Item>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int truth = random.nextInt(3);
      double[] p = {
        0.1 + random.nextDouble(), 0.1 + random.nextDouble(), 0.1 + random.nextDouble()
      };
      p[truth] += 0.5;
      rows.add(
          new Labeled<>(
              new Item("q" + i % 100, i % 2 == 0 ? "north" : "south", p[0], p[1], p[2]), truth));
    }
    return rows;
  }

  private static LabeledDataset<Item> data(int count) {
    return LabeledDataset.of(SCHEMA, items(count));
  }

  private static Contender<Item> classifier(String version) {
    return Contender.ofClasses(
        version, "d-" + version, items -> items.stream().map(Item::probabilities).toList());
  }

  private static Contender<Item> ranker(String version) {
    return new Contender<>(version, "d-" + version, items -> items.stream().map(Item::c).toList());
  }

  @Test
  void multiclass_batched_isWhatItsEvaluationSays() {
    List<Labeled<Item>> rows = items(2_500);
    double[][] p =
        rows.stream().map(r -> r.row().probabilities().toArray()).toArray(double[][]::new);
    int[] truth = rows.stream().mapToInt(r -> (int) r.label()).toArray();
    var direct = MulticlassEvaluation.of(CLASSES, p, truth);
    EvaluationReport report =
        Evaluator.<Item>multiclass(CLASSES)
            .confidence(QUICK)
            .slices(Slicing.by(SCHEMA, "shop"))
            .build()
            .evaluate(classifier("m:1"), data(2_500), NOON);
    assertThat(report.rows()).isEqualTo(2_500);
    assertThat(report.evaluator()).isEqualTo("mlops4j-multiclass");
    List<Metric> metrics = List.copyOf(report.metrics().keySet());
    assertThat(report.metrics()).isEqualTo(direct.values(metrics));
    assertThat(report.details().intervals()).isEqualTo(direct.intervals(metrics, QUICK));
    assertThat(report.details().slices())
        .extracting(SliceResult::rows)
        .containsExactly(1250L, 1250L);
    assertThat(EvaluationReport.fromJson(report.toJson())).isEqualTo(report);
    assertThat(report.toReport().toHtml()).contains("multiclass-log-loss", "shop=north");
  }

  @Test
  void multiclass_comparison_isMcNemarAndThePairedBootstrap() {
    Contender<Item> guess =
        Contender.ofClasses(
            "m:0",
            "d",
            items -> Collections.nCopies(items.size(), ClassProbabilities.unnamed(0.4, 0.3, 0.3)));
    var comparison =
        Evaluator.<Item>multiclass(CLASSES)
            .metrics(Metric.MULTICLASS_ACCURACY, Metric.MULTICLASS_LOG_LOSS)
            .confidence(QUICK)
            .build()
            .compare(classifier("m:1"), guess, data(1_000), NOON)
            .details()
            .comparison("m:0")
            .orElseThrow();
    PairedDifference accuracy = comparison.differences().get(Metric.MULTICLASS_ACCURACY);
    assertThat(accuracy.method()).startsWith("McNemar");
    assertThat(accuracy.pValue().orElseThrow()).isLessThan(1e-6);
    PairedDifference loss = comparison.differences().get(Metric.MULTICLASS_LOG_LOSS);
    assertThat(loss.interval().orElseThrow().high()).isNegative();
    assertThat(comparison.churn()).isEmpty();
  }

  @Test
  void ranking_itemsOfAQueryAnywhere_areRankedTogether() {
    List<Labeled<Item>> rows = items(1_500);
    var collector = RankingEvaluation.collector();
    for (int q = 0; q < 100; q++) {
      String name = "q" + q;
      List<Labeled<Item>> of = rows.stream().filter(r -> r.row().query().equals(name)).toList();
      collector.add(
          of.stream().mapToDouble(r -> r.row().c()).toArray(),
          of.stream().mapToDouble(Labeled::label).toArray());
    }
    EvaluationReport report =
        Evaluator.<Item>ranking(Item::query)
            .slices(Slicing.by(SCHEMA, "shop"))
            .build()
            .evaluate(ranker("m:1"), data(1_500), NOON);
    assertThat(report.rows()).as("queries").isEqualTo(100);
    assertThat(report.metrics())
        .isEqualTo(collector.evaluate().values(List.copyOf(report.metrics().keySet())));
    assertThat(report.details().interval(Metric.ndcgAt(10))).isPresent();
    assertThat(report.details().slices()).hasSize(2);
    assertThat(EvaluationReport.fromJson(report.toJson())).isEqualTo(report);
  }

  @Test
  void ranking_comparisonWithItself_isNoDifference() {
    var comparison =
        Evaluator.<Item>ranking(Item::query)
            .confidence(QUICK)
            .build()
            .compare(ranker("m:2"), ranker("m:1"), data(1_500), NOON)
            .details()
            .comparison("m:1")
            .orElseThrow();
    assertThat(comparison.rows()).isEqualTo(100);
    PairedDifference ndcg = comparison.differences().get(Metric.ndcgAt(10));
    assertThat(ndcg.value().orElseThrow()).isCloseTo(0, within(1e-15));
    assertThat(ndcg.pValue()).hasValue(1);
  }

  @Test
  void rowOrder_anyTask_changesNoMetric() {
    List<Labeled<Item>> rows = new ArrayList<>(items(600));
    var before = reports(LabeledDataset.of(SCHEMA, rows));
    Collections.shuffle(rows, new Random(9));
    var after = reports(LabeledDataset.of(SCHEMA, rows));
    for (int i = 0; i < before.size(); i++) {
      EvaluationReport other = after.get(i);
      before
          .get(i)
          .metrics()
          .forEach(
              (metric, value) ->
                  assertThat(other.value(metric).number().orElseThrow())
                      .as(metric.id())
                      .isCloseTo(value.number().orElseThrow(), within(1e-12)));
    }
  }

  private static List<EvaluationReport> reports(LabeledDataset<Item> rows) {
    return List.of(
        Evaluator.<Item>multiclass(CLASSES).build().evaluate(classifier("m:1"), rows, NOON),
        Evaluator.<Item>ranking(Item::query).build().evaluate(ranker("m:1"), rows, NOON));
  }

  @Test
  void evaluate_answersOfAnotherTask_areRefusedByName() {
    var multiclass = Evaluator.<Item>multiclass(CLASSES).build();
    assertThatThrownBy(() -> multiclass.evaluate(ranker("m:1"), data(10), NOON))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("m:1 answers one number a row")
        .hasMessageContaining("Contender.ofClasses");
    assertThatThrownBy(
            () -> Evaluator.<Item>regression().build().evaluate(classifier("m:1"), data(10), NOON))
        .hasMessageContaining("probabilities of classes");
    Contender<Item> four =
        Contender.ofClasses(
            "m:4",
            "d",
            items ->
                items.stream().map(i -> ClassProbabilities.unnamed(.25, .25, .25, .25)).toList());
    assertThatThrownBy(() -> multiclass.evaluate(four, data(10), NOON))
        .hasMessageContaining("no probabilities of 3 classes that sum to 1 for row 0");
    Contender<Item> named =
        Contender.ofClasses(
            "m:5",
            "d",
            items ->
                items.stream()
                    .map(i -> ClassProbabilities.named(List.of("blue", "green", "red"), .2, .3, .5))
                    .toList());
    assertThatThrownBy(() -> multiclass.evaluate(named, data(10), NOON))
        .hasMessageContaining("answers the classes [blue, green, red]");
    assertThatIllegalArgumentException().isThrownBy(() -> Evaluator.multiclass(List.of("one")));
  }

  @Test
  void evaluate_labelsOfAnotherTask_areRefusedByRow() {
    var rows =
        LabeledDataset.of(SCHEMA, List.of(new Labeled<>(new Item("q", "north", .2, .3, .5), -1.0)));
    assertThatThrownBy(
            () ->
                Evaluator.<Item>multiclass(CLASSES).build().evaluate(classifier("m:1"), rows, NOON))
        .hasMessage("Row 0 has a label that is no class; expected 0 to 2.");
    assertThatThrownBy(
            () -> Evaluator.<Item>ranking(Item::query).build().evaluate(ranker("m:1"), rows, NOON))
        .hasMessage("Row 0 has a relevance below 0.");
  }

  @Test
  void fingerprint_ofAReport_isThatOfItsRows() {
    var report = Evaluator.<Item>ranking(Item::query).build().evaluate(ranker("m"), data(50), NOON);
    assertThat(report.details().rowFingerprint()).contains(RowFingerprint.of(data(50)));
    var byShop =
        Evaluator.<Item>ranking(Item::query)
            .rowsBy("shop", Item::shop)
            .build()
            .evaluate(ranker("m"), data(50), NOON);
    assertThat(byShop.details().rowFingerprint())
        .contains(RowFingerprint.byId(data(50), "shop", Item::shop));
    assertThat(byShop.details().configDigest()).isNotEqualTo(report.details().configDigest());
  }
}
