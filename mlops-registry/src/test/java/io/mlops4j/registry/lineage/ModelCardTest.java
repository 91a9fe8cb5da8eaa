package io.mlops4j.registry.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Fairness;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Slicing;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Report;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
  record Loan(double income, String region, String sex, String name) {}

  private static final String CANARY = "CANARY-5d1c";
  private static final Schema<Loan> SCHEMA =
      Schema.of(Loan.class).withSensitive("sex", "name").withDomain("sex", "f", "m");
  private final ModelRegistry registry = ModelRegistry.inMemory();

  @AfterEach
  void close() {
    registry.close();
  }

  private static List<Loan> loans() {
    Random random = new Random(1);
    List<Loan> loans = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      loans.add(
          new Loan(
              random.nextInt(9) == 0 ? Double.NaN : random.nextDouble(),
              random.nextBoolean() ? "north" : "south",
              random.nextBoolean() ? "f" : "m",
              CANARY + i % 7));
    }
    return loans;
  }

  private RegisteredVersion<Loan, Double> full() {
    Dataset<Loan> data = Dataset.of(SCHEMA, loans());
    var model = registry.<Loan, Double>model("credit");
    RegisteredVersion<Loan, Double> version =
        model.register(
            ModelFiles.of("x", Map.of("m", "m".getBytes(StandardCharsets.UTF_8)))
                .withBaseline(Baseline.fit(SCHEMA, data::stream)),
            Lineage.here()
                .withData(data.facts())
                .withHyperparameter("depth", 6)
                .withMetric("auc", 0.8, data.facts())
                .withLicences("Apache-2.0", "CC-BY-4.0")
                .withCreatedBy("ann"));
    LabeledDataset<Loan> labeled = data.label(loan -> loan.income() > 0.5 ? 1 : 0);
    EvaluationReport report =
        Evaluator.<Loan>binary()
            .metrics(Metric.AUC, Metric.BRIER)
            .slices(Slicing.by(SCHEMA, "region"))
            .fairness(Fairness.by(SCHEMA, "sex").selectedAtLeast(0.5))
            .build()
            .evaluate(
                new Contender<>(
                    version.version().toString(),
                    Objects.requireNonNull(version.digests().get("m")),
                    rows ->
                        rows.stream()
                            .map(l -> Double.isNaN(l.income()) ? 0.1 : 0.9 * l.income())
                            .toList()),
                labeled,
                Instant.parse("2026-06-01T12:00:00Z"));
    model.recordEvaluation(version, report);
    return model.version(1);
  }

  @Test
  void toReport_ofAFullVersion_saysAllOfIt() {
    Report card =
        ModelCard.of(full())
            .purpose("Ranks applications for review.")
            .notFor("Deciding without a person.")
            .limit("Has seen two regions only.")
            .contact("risk@example.org")
            .toReport();
    assertThat(card.toMarkdown())
        .contains("# Model card\\: credit\\:1", "## Use", "## Evaluation", "## Training data")
        .contains("Ranks applications", "Deciding without a person", "two regions only")
        .contains("| income | NUMERIC |", "| depth | 6 |", "region", "Apache-2.0")
        .contains("Nobody knows its data snapshot")
        .doesNotContain(CANARY);
    assertThat(card.toHtml()).contains("Ranks applications").doesNotContain(CANARY);
    assertThat(card.toText()).doesNotContain(CANARY);
  }

  @Test
  void toReport_ofAnUnknownVersion_saysWhatNobodyKnows() {
    RegisteredVersion<?, ?> version =
        registry
            .model("m")
            .register(ModelFiles.of("x", Map.of("m", new byte[1])), Lineage.unknown());
    assertThat(ModelCard.of(version).toReport().toText())
        .contains("Its author does not say what it is for.")
        .contains("Its author names no limits.")
        .contains("It was never evaluated.")
        .contains("Nobody knows its data name, data digest");
  }

  private static CheckEvidence check(String name, CheckEvidence.Outcome outcome, String sentence) {
    return new CheckEvidence(
        name,
        "credit:1",
        Optional.empty(),
        outcome,
        sentence,
        new TreeMap<>(Map.of("rows", 600.0)),
        Instant.parse("2026-06-01T12:00:00Z"));
  }

  private static LatencyReport latency(Optional<String> champion, String where) {
    Map<Percentile, Long> times =
        Map.of(Percentile.P50, 150_000L, Percentile.P95, 300_000L, Percentile.P99, 450_000L);
    Map<Percentile, Long> rivals = new EnumMap<>(Percentile.class);
    Map<Percentile, Double> noise = new EnumMap<>(Percentile.class);
    for (Percentile percentile : Percentile.values()) {
      rivals.put(percentile, 100_000L);
      noise.put(percentile, 0.03);
    }
    return new LatencyReport(
        "credit:1",
        champion,
        "heldout",
        where,
        1,
        10,
        2000,
        times,
        rivals,
        noise,
        Instant.parse("2026-06-01T12:00:00Z"));
  }

  @Test
  void toReport_checksAndLatencies_areShownHereAndAfterAnImport(@TempDir Path root) {
    RegisteredVersion<Loan, Double> version = full();
    var model = registry.<Loan, Double>model("credit");
    String trainedOn = version.lineage().data().digest();
    model.recordCheck(1, check("contract", CheckEvidence.Outcome.PASS, "Superseded."));
    model.recordCheck(1, check("contract", CheckEvidence.Outcome.FAIL, "3 of 600 rows differ."));
    model.recordCheck(
        1,
        check(CheckEvidence.DATA_VALIDATION, CheckEvidence.Outcome.PASS, "All hold.")
            .onData(trainedOn)
            .ofSuite("7".repeat(64)));
    model.recordCheck(
        1, check("elsewhere", CheckEvidence.Outcome.NO_DATA, "Few.").onData("9".repeat(64)));
    model.recordLatency(1, latency(Optional.of("credit:7"), "Java 17, 2 processors"));
    String card = ModelCard.of(model.version(1)).toReport().toMarkdown();
    assertThat(card)
        .contains("## Checks", "| contract | FAIL | 3 of 600 rows differ. | rows 600 |")
        .contains("the training data", "9999999999999999…", "NO DATA", "## Latency")
        .contains("| the training data | 7777777777777777… |")
        .contains("| p99 | 450", "4.50", "3%", "credit\\:7", "2,000", "Java 17, 2 processors")
        .doesNotContain("Superseded", "No check of it", "Before it was imported");
    assertThat(ModelCard.of(model.version(1)).toReport().toHtml())
        .contains("3 of 600 rows differ.", "Java 17, 2 processors");

    try (ModelRegistry there = ModelRegistry.inMemory()) {
      var imported =
          there.<Loan, Double>model("loans").register(model.version(1).export(root.resolve("b")));
      assertThat(ModelCard.of(imported).toReport().toMarkdown())
          .contains("3 of 600 rows differ.", "Before it was imported", "credit\\:7", "4.50")
          .contains("7777777777777777…")
          .doesNotContain("Recorded here");
    }
  }

  @Test
  void toReport_withoutChecksAndLatencies_saysSo() {
    assertThat(ModelCard.of(full()).toReport().toText())
        .contains("No check of it was recorded.")
        .contains("How fast it answers was not measured.");
  }

  @Test
  void toReport_hostileEvidence_becomesNoMarkup() {
    full();
    String evil = "</td><script>alert(1)</script> [x](javascript:alert(1)) | # a";
    var model = registry.<Loan, Double>model("credit");
    model.recordCheck(1, check(evil, CheckEvidence.Outcome.PASS, evil).onData(evil).ofSuite(evil));
    model.recordLatency(1, latency(Optional.of(evil), evil));
    Report card = ModelCard.of(model.version(1)).toReport();
    assertThat(card.toHtml()).contains("alert(1)").doesNotContain("<script", "href=");
    assertThat(card.toMarkdown())
        .doesNotContain("<script")
        .doesNotContainPattern("(?<!\\\\)\\]\\(");
  }

  @Test
  void toReport_hostileWords_becomeNoMarkup() {
    String evil = "</p><script>alert(1)</script> [x](javascript:alert(1)) `c` | # a ![i](u)";
    RegisteredVersion<?, ?> version =
        registry
            .model("m")
            .register(
                ModelFiles.of("x", Map.of("m", new byte[1])),
                Lineage.unknown().withHyperparameter(evil, evil).withRun(evil).withTag(evil, evil));
    Report card = ModelCard.of(version).purpose(evil).limit(evil).contact(evil).toReport();
    assertThat(card.toHtml()).doesNotContain("<script", "href=");
    assertThat(card.toMarkdown())
        .doesNotContain("<script", "</p>")
        .doesNotContainPattern("(?<!\\\\)\\]\\(")
        .doesNotContainPattern("(?<!\\\\)!\\[")
        .contains("\\[x\\](javascript\\:alert(1))");
  }
}
