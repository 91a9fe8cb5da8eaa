package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.CREDIT_HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.cli.Shell.Said;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Fairness;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Slicing;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.tribuo.TribuoModel;
import io.mlops4j.tribuo.TribuoTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.rtree.CARTRegressionTrainer;

/** Versions that Java trained, measured from what is stored with them. */
class TribuoVersionsTest {
  /** The model must not know {@code personal}; it is only what groups are by. */
  record Loan(@Nullable String housing, double duration, double amount) {}

  record Line(
      @Nullable String housing,
      double duration,
      double amount,
      @Nullable String personal,
      double bad) {
    Loan loan() {
      return new Loan(housing, duration, amount);
    }
  }

  private static final Schema<Loan> LOAN = Schema.of(Loan.class);

  @TempDir Path directory;

  private static LabeledDataset<Loan> loans() {
    return Dataset.csv(CREDIT_HELD_OUT, Schema.of(Line.class)).label(LOAN, Line::loan, Line::bad);
  }

  private static TribuoModel<Loan> trained() {
    var trainer = new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(0.1, 0.1), 5, 1_000, 8, 1);
    return TribuoTrainer.classification(trainer)
        .train(loans(), columns -> columns.oneHot("housing").standardized("duration", "amount"));
  }

  private Shell registered(TribuoModel<Loan> model) {
    Shell shell = new Shell(directory.resolve("registry"));
    try (ModelRegistry registry = ModelRegistry.open(shell.registry())) {
      registry.model("loans").register(model.artifact(), Lineage.here());
    }
    return shell;
  }

  @Test
  void evaluate_tribuoVersion_saysWhatJavaSays() throws IOException {
    TribuoModel<Loan> model = trained();
    Shell shell = registered(model);
    Path policy = directory.resolve("policy.json");
    Files.writeString(
        policy,
        """
        {"format": 1, "name": "loans",
         "gates": [{"metric": "accuracy@0.6", "everySliceBy": "amount", "atLeast": 0.1},
                   {"fairness": "disparate-impact", "by": "personal", "atLeast": 0.01}],
         "evaluation": {
           "label": "bad",
           "columns": [{"name": "personal", "kind": "categorical", "sensitive": true,
                        "domain": ["Male.Single", "Female.NotSingle"]}],
           "slices": [{"by": "amount", "edges": [2000], "minRows": 20}],
           "fairness": [{"by": "personal", "selectedBelow": 0.3, "minGroupSize": 10}],
           "churnAt": 0.3}}
        """);

    Said said =
        shell.tell(
            "evaluate",
            "loans",
            "1",
            "--rows",
            CREDIT_HELD_OUT.toString(),
            "--policy",
            policy.toString());
    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("Slices", "amount < 2000", "Fairness", "disparate-impact");

    EvaluationReport stored;
    try (ModelRegistry registry = ModelRegistry.open(shell.registry())) {
      stored = registry.model("loans").version(1).evaluations().get(0);
    }
    EvaluationReport java =
        Evaluator.<Loan>binary()
            .metrics(stored.metrics().keySet().toArray(Metric[]::new))
            .slices(Slicing.by(LOAN, "amount", 2000).withMinRows(20))
            .build()
            .evaluate(new Contender<>("loans:1", "x", model), loans(), Instant.now());
    assertThat(stored.datasetDigest())
        .as("the group is not part of it")
        .isEqualTo(java.datasetDigest());
    assertThat(stored.metrics()).isEqualTo(java.metrics()).containsKey(Metric.accuracyAt(0.6));
    assertThat(stored.details().slices()).isEqualTo(java.details().slices());
    assertThat(stored.details().fairness()).singleElement().isNotNull();
    EvaluationReport fair = fairness(model);
    assertThat(stored.details().fairness()).isEqualTo(fair.details().fairness());
    assertThat(shell.ask("decide", "loans", "1", "--policy", policy.toString()).out())
        .contains("disparate-impact by personal");
  }

  /** The same groups over rows that are records. */
  private static EvaluationReport fairness(TribuoModel<Loan> model) {
    Schema<Line> line =
        Schema.of(Line.class)
            .withDomain("personal", "Male.Single", "Female.NotSingle")
            .withSensitive("personal");
    return Evaluator.<Line>binary()
        .fairness(Fairness.by(line, "personal").selectedBelow(0.3).withMinGroupSize(10))
        .build()
        .evaluate(
            new Contender<>(
                "loans:1", "x", rows -> model.predict(rows.stream().map(Line::loan).toList())),
            Dataset.csv(CREDIT_HELD_OUT, line).label(Line::bad),
            Instant.now());
  }

  @Test
  void evaluate_regression_measuresErrors() {
    TribuoModel<Loan> model =
        TribuoTrainer.regression(new CARTRegressionTrainer(3))
            .train(loans(), columns -> columns.oneHot("housing").standardized("duration"));
    Shell shell = registered(model);

    Said said =
        shell.tell(
            "evaluate",
            "loans",
            "1",
            "--rows",
            CREDIT_HELD_OUT.toString(),
            "--label",
            "amount2",
            "--task",
            "regression");
    assertThat(said.exit()).isEqualTo(21);
    JsonNode json =
        shell
            .tell(
                "evaluate",
                "loans",
                "1",
                "--rows",
                CREDIT_HELD_OUT.toString(),
                "--label",
                "bad",
                "--task",
                "regression",
                "--format",
                "json")
            .json();

    assertThat(json.path("metrics").path("rmse").path("value").asDouble()).isBetween(0.1, 0.6);
    assertThat(json.path("metrics").has("auc")).isFalse();
  }

  @Test
  void evaluate_otherFormats_areRefusedByName() {
    Shell shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
    shell.tell(
        "register",
        MODEL,
        "--file",
        LINEAR.resolve("model.onnx").toString(),
        "--model-format",
        "pickle",
        "--encoding",
        LINEAR.resolve("encoding.json").toString());

    Said said =
        shell.tell("evaluate", MODEL, "2", "--rows", Shell.HELD_OUT.toString(), "--label", "late");

    assertThat(said.exit()).isEqualTo(21);
    assertThat(said.err()).contains("flight-delay:2 is of format pickle", "onnx and tribuo");
  }

  @Test
  void evaluate_versionThatMissesItsGoldenRows_isNotMeasured() throws IOException {
    Shell shell = new Shell(directory.resolve("registry"));
    Path golden = directory.resolve("golden.json");
    Files.writeString(
        golden,
        Files.readString(LINEAR.resolve("golden.json"))
            .replaceFirst("\"(expected|probability)\": [0-9.e-]+", "\"$1\": 0.999"));
    Said registered =
        shell.tell(
            "register",
            MODEL,
            "--file",
            LINEAR.resolve("model.onnx").toString(),
            "--encoding",
            LINEAR.resolve("encoding.json").toString(),
            "--golden",
            golden.toString(),
            "--create");
    assertThat(registered.exit()).as(registered.err()).isZero();

    Said said =
        shell.tell("evaluate", MODEL, "1", "--rows", Shell.HELD_OUT.toString(), "--label", "late");

    assertThat(said.exit()).isEqualTo(21);
    assertThat(said.err()).contains("does not reproduce its golden row 1", "0.999");
    assertThat(shell.ask("show", MODEL, "1", "--format", "json").json().path("evaluations"))
        .isEmpty();
  }
}
