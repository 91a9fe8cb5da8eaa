package io.mlops4j.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final String CANARY = "XyZzY-canary";

  record Loan(String purpose, String sex, double age, double score) {}

  private static final Schema<Loan> SCHEMA =
      Schema.of(Loan.class).withDomain("sex", "f", "m").withSensitive("sex");

  private static final Confidence QUICK = Confidence.withDefaults().withResamples(200);

  /** 400 rows: scores tell something, labels follow them; every 40th sex is not declared. */
  private static List<Labeled<Loan>> loans(int count) {
    List<Labeled<Loan>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double score = (i * 37 % 100) / 100.0;
      String purpose = i % 50 == 7 ? "rare" + i : i % 3 == 0 ? "car" : "tv";
      String sex = i % 40 == 11 ? CANARY : i % 2 == 0 ? "f" : "m";
      boolean good = (i * 53 % 100) / 100.0 < score;
      rows.add(
          new Labeled<>(
              new Loan(purpose, sex, i % 41 == 0 ? Double.NaN : 20 + i % 50, score), good ? 1 : 0));
    }
    return rows;
  }

  private static LabeledDataset<Loan> data(int count) {
    return LabeledDataset.of(SCHEMA, loans(count));
  }

  private static Contender<Loan> contender(String version) {
    return new Contender<>(version, "d-" + version, ls -> ls.stream().map(Loan::score).toList());
  }

  private static Evaluator.Builder<Loan> evaluator() {
    return Evaluator.<Loan>binary().metrics(Metric.AUC, Metric.f1At(0.5)).confidence(QUICK);
  }

  @Test
  void evaluate_slicesByFeatureRangeAndTest_dropNoRow() {
    EvaluationReport report =
        evaluator()
            .slices(Slicing.by(SCHEMA, "purpose"))
            .slices(Slicing.by(SCHEMA, "age", 30, 50))
            .slices(Slicing.where("high scores", loan -> loan.score() >= 0.5))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    EvaluationDetails details = report.details();
    for (String slicing : List.of("purpose", "age")) {
      assertThat(
              details.slices().stream()
                  .filter(s -> s.slicing().equals(slicing))
                  .mapToLong(SliceResult::rows)
                  .sum())
          .as(slicing)
          .isEqualTo(400);
    }
    assertThat(details.slices().stream().map(SliceResult::name))
        .containsExactly(
            "purpose: values with fewer than 50 rows",
            "purpose=car",
            "purpose=tv",
            "age < 30.0",
            "30.0 <= age < 50.0",
            "age >= 50.0",
            "age: missing",
            "high scores");
    SliceResult car = details.slice("purpose=car").orElseThrow();
    var alone =
        evaluator()
            .build()
            .evaluate(
                contender("credit:1"),
                data(400).filter(row -> row.row().purpose().equals("car")),
                NOON);
    assertThat(car.metrics()).isEqualTo(alone.metrics());
    assertThat(car.intervals()).isEqualTo(alone.details().intervals());
    assertThat(details.slice("age: missing").orElseThrow().metrics().get(Metric.AUC))
        .isEqualTo(new Undefined("Slice 'age: missing' has 10 rows; slices need 50."));
  }

  @Test
  void evaluate_sensitiveFeature_showsDeclaredGroupsAndNoValue() {
    EvaluationReport report =
        evaluator()
            .slices(Slicing.by(SCHEMA, "sex").withMinRows(5))
            .fairness(Fairness.by(SCHEMA, "sex"))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    assertThat(report.details().slices().stream().map(SliceResult::name))
        .containsExactly("sex=f", "sex=m", "sex: undeclared values");
    FairnessResult fairness = report.details().fairness("sex").orElseThrow();
    assertThat(fairness.unassigned()).isEqualTo(10);
    assertThat(fairness.groups()).hasSize(2);
    assertThat(fairness.value(FairnessMeasure.DISPARATE_IMPACT)).isInstanceOf(Defined.class);
    for (String output :
        List.of(
            new String(report.toJson(), UTF_8),
            report.toString(),
            report.toReport().toText(),
            report.toReport().toHtml())) {
      assertThat(output).doesNotContain(CANARY).contains("sex=f");
    }
    // Control: the same feature, not marked, does show it.
    var open = Schema.of(Loan.class).withDomain("sex", "f", "m");
    var shown =
        evaluator()
            .slices(Slicing.by(open, "sex").withMinRows(5))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    assertThat(new String(shown.toJson(), UTF_8)).contains(CANARY);
  }

  @Test
  void slicing_sensitiveWithoutDomainOrWrongEdges_isRefusedAtOnce() {
    var undeclared = Schema.of(Loan.class).withSensitive("sex");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Slicing.by(undeclared, "sex"))
        .withMessageContaining("need a declared domain");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Slicing.by(SCHEMA, "age"))
        .withMessageContaining("expected: at least one, ascending");
    assertThatIllegalArgumentException().isThrownBy(() -> Slicing.by(SCHEMA, "age", 5, 5));
    assertThatIllegalArgumentException().isThrownBy(() -> Slicing.by(SCHEMA, "purpose", 5));
    assertThatThrownBy(() -> Slicing.by(SCHEMA, "sx")).hasMessageContaining("sx");
  }

  @Test
  void fairness_smallGroupOrTooManyUnassigned_isUndefinedWithTheNumbers() {
    var small =
        evaluator()
            .fairness(Fairness.by(SCHEMA, "sex").withMinGroupSize(1000))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    for (FairnessMeasure measure : FairnessMeasure.values()) {
      assertThat(small.details().fairness("sex").orElseThrow().value(measure))
          .isEqualTo(
              new Undefined("Group 'sex=f' has 200 rows; fairness needs 1000 in each group."));
    }
    var mostly = Schema.of(Loan.class).withDomain("sex", "m", "d").withSensitive("sex");
    var empty =
        evaluator()
            .fairness(Fairness.by(mostly, "sex"))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    assertThat(
            empty.details().fairness("sex").orElseThrow().value(FairnessMeasure.DISPARATE_IMPACT))
        .isInstanceOfSatisfying(
            Undefined.class, u -> assertThat(u.reason()).contains("'sex=d' has 0 rows"));
    var nobody =
        evaluator()
            .fairness(Fairness.by(SCHEMA, "sex").selectedAtLeast(2))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON);
    assertThat(
            nobody.details().fairness("sex").orElseThrow().value(FairnessMeasure.DISPARATE_IMPACT))
        .isInstanceOfSatisfying(Undefined.class, u -> assertThat(u.reason()).contains("0/0"));
  }

  @Test
  void fairness_lowScoresAreFavourable_isTheMirrorImage() {
    Contender<Loan> risk =
        new Contender<>("r:1", "r", ls -> ls.stream().map(l -> 1 - l.score()).toList());
    var mirrored =
        LabeledDataset.of(
            SCHEMA, loans(400).stream().map(r -> new Labeled<>(r.row(), 1 - r.label())).toList());
    var direct =
        evaluator()
            .fairness(Fairness.by(SCHEMA, "sex").selectedAtLeast(0.505))
            .build()
            .evaluate(contender("credit:1"), data(400), NOON)
            .details()
            .fairness("sex")
            .orElseThrow();
    var other =
        evaluator()
            .fairness(Fairness.by(SCHEMA, "sex").selectedBelow(0.495))
            .build()
            .evaluate(risk, mirrored, NOON)
            .details()
            .fairness("sex")
            .orElseThrow();
    assertThat(other.value(FairnessMeasure.EQUALIZED_ODDS_DIFFERENCE))
        .isEqualTo(direct.value(FairnessMeasure.EQUALIZED_ODDS_DIFFERENCE));
    assertThat(other.value(FairnessMeasure.DISPARATE_IMPACT))
        .isEqualTo(direct.value(FairnessMeasure.DISPARATE_IMPACT));
  }

  private static EvaluationReport compared() {
    return evaluator()
        .slices(Slicing.by(SCHEMA, "purpose"))
        .fairness(Fairness.by(SCHEMA, "sex"))
        .build()
        .compare(contender("credit:2"), contender("credit:1"), data(400), NOON);
  }

  /** What this evaluation gave before reports had a fingerprint of the rows. */
  private static EvaluationReport withoutFingerprint(EvaluationReport report) {
    EvaluationDetails details = report.details();
    return new EvaluationReport(
        report.modelVersion(),
        report.datasetName(),
        report.datasetDigest(),
        report.rows(),
        report.positives(),
        report.metrics(),
        report.evaluator(),
        report.evaluatorVersion(),
        report.evaluatedAt(),
        new EvaluationDetails(
            details.modelDigest(),
            details.configDigest(),
            details.intervals(),
            details.slices(),
            details.fairness(),
            details.comparisons(),
            details.roc(),
            details.precisionRecall(),
            details.calibration()));
  }

  /** The committed file must be read, and be what this evaluation gives, for ever. */
  @Test
  void fromJson_committedFormat2_isReadAndMadeAgain() throws IOException {
    byte[] stored;
    try (var in = EvaluatorTest.class.getResourceAsStream("/evaluation/report-2.json")) {
      stored = in.readAllBytes();
    }
    assertThat(EvaluationReport.fromJson(stored)).isEqualTo(withoutFingerprint(compared()));
    assertThat(new String(withoutFingerprint(compared()).toJson(), UTF_8))
        .isEqualTo(new String(stored, UTF_8));
  }

  @Test
  void fromJson_numbersThatPrintInTwoWays_areRead() {
    var comparison =
        PairedComparison.binary(
            "m:1",
            "d",
            IntStream.range(0, 200).mapToDouble(i -> i / 1e7).toArray(),
            IntStream.range(0, 200).mapToDouble(i -> (i * 37 % 200) / 1e7).toArray(),
            labels(200),
            1e-5,
            List.of(Metric.AUC, Metric.BRIER),
            QUICK);
    var report =
        EvaluationReport.of(
                "m:2",
                "d",
                "ab",
                BinaryEvaluation.of(new double[200], labels(200)),
                List.of(Metric.AUC),
                QUICK,
                NOON)
            .with(comparison);
    assertThat(EvaluationReport.fromJson(report.toJson())).isEqualTo(report);
  }

  private static boolean[] labels(int count) {
    boolean[] labels = new boolean[count];
    for (int i = count / 2; i < count; i++) {
      labels[i] = i % 7 != 0;
    }
    return labels;
  }

  @Test
  void compare_report_roundTripsAndKeepsItsDigest() {
    EvaluationReport report = compared();
    EvaluationReport read = EvaluationReport.fromJson(report.toJson());
    assertThat(read).isEqualTo(report);
    assertThat(read.digest()).isEqualTo(report.digest());
    assertThat(report.details().modelDigest()).contains("d-credit:2");
    assertThat(report.datasetDigest()).isEqualTo(data(400).digest());
    assertThat(report.details().comparison("credit:1").orElseThrow().rows()).isEqualTo(400);
    String changed =
        new String(report.toJson(), UTF_8).replace("\"unassigned\":10", "\"extra\":10");
    assertThatThrownBy(() -> EvaluationReport.fromJson(changed.getBytes(UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("details that this format does not have");
  }

  @Test
  void evaluate_cached_callsTheModelOnceUntilSomethingChanges() {
    AtomicInteger calls = new AtomicInteger();
    Contender<Loan> counted =
        new Contender<>(
            "credit:1",
            "d1",
            ls -> {
              calls.incrementAndGet();
              return ls.stream().map(Loan::score).toList();
            });
    ObjectStore store = ObjectStore.inMemory();
    var evaluator = evaluator().cachedIn(store).build();
    var first = evaluator.evaluate(counted, data(400), NOON);
    var second = evaluator.evaluate(counted, data(400), NOON.plusSeconds(60));
    assertThat(second).isEqualTo(first);
    assertThat(calls).hasValue(1);
    evaluator.evaluate(counted, data(300), NOON);
    assertThat(calls).hasValue(2);
    evaluator.evaluate(new Contender<>("credit:1", "d2", counted.model()), data(400), NOON);
    assertThat(calls).hasValue(3);
    evaluator()
        .cachedIn(store)
        .slices(Slicing.by(SCHEMA, "purpose"))
        .build()
        .evaluate(counted, data(400), NOON);
    assertThat(calls).hasValue(4);
  }

  @Test
  void evaluate_modelOrLabelThatCannotBe_namesTheRowNotTheValue() {
    var evaluator = evaluator().build();
    assertThatThrownBy(
            () -> evaluator.evaluate(new Contender<>("m:1", "d", l -> List.of()), data(9), NOON))
        .isInstanceOf(MlopsException.class)
        .hasMessage("m:1 gave 0 answers for 9 rows.");
    assertThatThrownBy(
            () ->
                evaluator.evaluate(
                    new Contender<>("m:1", "d", l -> l.stream().map(x -> Double.NaN).toList()),
                    data(9),
                    NOON))
        .hasMessageContaining("no finite answer for row 0");
    var labels =
        LabeledDataset.of(SCHEMA, List.of(new Labeled<>(new Loan("a", "f", 1, 0.5), 0.25)));
    assertThatThrownBy(() -> evaluator.evaluate(contender("m:1"), labels, NOON))
        .hasMessageContaining("Row 0 has a label other than 0 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Evaluator.<Loan>regression().fairness(Fairness.by(SCHEMA, "sex")));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                evaluator()
                    .slices(Slicing.by(SCHEMA, "sex"))
                    .slices(Slicing.by(SCHEMA, "sex"))
                    .build());
  }

  record Wide(int index, ByteBuffer payload) {}

  @Test
  void evaluate_millionRowsOfFourKilobytes_keepsNoneAndTellsProgress() {
    int rows = 1_000_000;
    Schema<Wide> schema = Schema.<Wide>builder("wide").numeric("index", Wide::index).build();
    List<Integer> indices = IntStream.range(0, rows).boxed().toList();
    // 4 GB in all, many times the test's heap: a kept row is an OutOfMemoryError.
    LabeledDataset<Wide> data =
        Dataset.of(Schema.<Integer>builder("i").numeric("i", i -> i).build(), indices)
            .map(schema, i -> new Wide(i, ByteBuffer.allocate(4096)))
            .label(wide -> ((wide.index() * 2654435761L) >>> 7) % 10 < wide.index() % 10 ? 1 : 0);
    List<Long> told = new ArrayList<>();
    EvaluationReport report =
        Evaluator.<Wide>binary()
            .metrics(Metric.AUC, Metric.LOG_LOSS, Metric.accuracyAt(0.5))
            .progress(told::add)
            .build()
            .evaluate(
                new Contender<>(
                    "m:1", "d", ws -> ws.stream().map(w -> w.index() % 10 / 10.0).toList()),
                data,
                NOON);
    assertThat(report.rows()).isEqualTo(rows);
    assertThat(told).hasSize(977).isSorted().endsWith((long) rows);
    assertThat(report.details().intervals()).hasSize(3);
  }

  @Test
  void evaluate_regression_hasIntervalsSlicesAndComparison() {
    var report =
        Evaluator.<Loan>regression()
            .confidence(QUICK)
            .slices(Slicing.by(SCHEMA, "purpose"))
            .build()
            .compare(
                contender("m:2"),
                new Contender<>("m:1", "d", l -> l.stream().map(x -> 0.5).toList()),
                data(400),
                NOON);
    assertThat(report.details().intervals()).containsOnlyKeys(RegressionEvaluation.STANDARD);
    assertThat(report.details().slices()).hasSize(3);
    var comparison = report.details().comparison("m:1").orElseThrow();
    assertThat(comparison.differences()).containsOnlyKeys(RegressionEvaluation.STANDARD);
    assertThat(comparison.churn()).isEmpty();
    assertThat(EvaluationReport.fromJson(report.toJson())).isEqualTo(report);
  }
}
