package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent, against the answers of a real server; LiveMlflowTest asks a real one. */
class MlflowRunTest {
  private final StubServer stub = new StubServer();
  private final MlflowServer mlflow = stub.client();

  @AfterEach
  void stop() {
    stub.close();
  }

  private MlflowRun run() {
    return mlflow.experiment("java").startRun("java");
  }

  private List<ObjectNode> bodies(String pathEnd) {
    return stub.asked().stream()
        .filter(a -> a.target().endsWith(pathEnd) && !a.method().equals("GET"))
        .map(a -> Json.parse(a.body(), "body"))
        .toList();
  }

  @Test
  void experiment_absent_isCreated() {
    stub.once("/get-by-name", StubServer.recorded(404, "experiment-unknown.json"));

    assertThat(mlflow.experiment("java").id()).isEqualTo("2");
    assertThat(bodies("experiments/create")).hasSize(1);
  }

  @Test
  void experiment_createdByAnotherMeanwhile_isTaken() {
    stub.once("/get-by-name", StubServer.recorded(404, "experiment-unknown.json"))
        .once("/create", StubServer.error(400, "RESOURCE_ALREADY_EXISTS"));

    assertThat(mlflow.experiment("java").id()).isEqualTo("2");
  }

  @Test
  void experiment_deleted_saysWhatToDo() {
    String json =
        new String(Fixtures.bytes("rest/experiment.json"), StandardCharsets.UTF_8)
            .replace("\"active\"", "\"deleted\"");
    stub.always("/get-by-name", StubServer.json(200, json));

    assertThatThrownBy(() -> mlflow.experiment("java"))
        .hasMessageEndingWith(
            "experiment 'java' was deleted. Restore it in MLflow, or use another name.");
  }

  @Test
  void startRun_answerLost_findsTheRunByItsTag() {
    stub.once("/runs/create", StubServer.cutOff());

    MlflowRun run = run();

    assertThat(run.id()).isEqualTo(recordedRunId());
    assertThat(bodies("runs/create")).hasSize(1);
    String request = tags(bodies("runs/create").get(0)).get("mlops4j.request");
    assertThat(bodies("runs/search").get(0).path("filter").asText())
        .isEqualTo("tags.`mlops4j.request` = '" + request + "'");
  }

  @Test
  void startRun_answerLostAndNoRun_saysThatItIsNotKnown() {
    stub.once("/runs/create", StubServer.cutOff()).once("/runs/search", StubServer.json(200, "{}"));

    assertThatThrownBy(this::run).hasMessageEndingWith("Whether it was done is not known.");
  }

  @Test
  void startRun_busyServer_isSentAgain() {
    stub.once("/runs/create", StubServer.error(429, "REQUEST_LIMIT_EXCEEDED"));

    run();

    assertThat(bodies("runs/create")).hasSize(2);
    assertThat(bodies("runs/create").get(0)).isEqualTo(bodies("runs/create").get(1));
  }

  private static String recordedRunId() {
    return Fixtures.json("rest/run-created.json").path("run").path("info").path("run_id").asText();
  }

  private static Map<String, String> tags(JsonNode body) {
    Map<String, String> tags = new TreeMap<>();
    body.path("tags").forEach(t -> tags.put(t.path("key").asText(), t.path("value").asText()));
    return tags;
  }

  @Test
  void params_many_areSentByTheHundred() {
    Map<String, Object> params = new LinkedHashMap<>();
    for (int i = 0; i < 250; i++) {
      params.put("p" + i, i);
    }

    run().params(params);

    assertThat(bodies("log-batch"))
        .extracting(b -> b.path("params").size())
        .containsExactly(100, 100, 50);
    assertThat(bodies("log-batch"))
        .allMatch(b -> b.path("run_id").asText().equals(recordedRunId()));
  }

  @Test
  void params_moreThanAMegabyte_areHalvedUntilTheyFit() {
    Map<String, Object> params = new LinkedHashMap<>();
    for (int i = 0; i < 100; i++) {
      params.put("p" + i, "ü€".repeat(3000)); // 6,000 characters, 15,000 bytes
    }

    run().params(params);

    assertThat(bodies("log-batch"))
        .extracting(b -> b.path("params").size())
        .containsExactly(50, 50);
    assertThat(stub.asked()).allMatch(a -> a.body().length < 1_000_000);
  }

  @Test
  void params_longValue_isRefusedBeforeAnythingIsSent() {
    MlflowRun run = run();

    assertThatThrownBy(() -> run.params(Map.of("a", 1, "b", "x".repeat(6001))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("param b: 6001 characters (MLflow takes at most 6000). Log it as an artifact.");
    assertThat(bodies("log-batch")).isEmpty();
  }

  @Test
  void names_thatMlflowRefuses_areRefusedHere() {
    MlflowRun run = run();
    for (String name : List.of("", "a\nb", "../x", "/a", "a//b", "a/./b", "ä", "x".repeat(251))) {
      assertThatThrownBy(() -> run.param(name, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("param name:");
      assertThatThrownBy(() -> run.metric(name, 1)).hasMessageContaining("metric name:");
      assertThatThrownBy(() -> run.tags(Map.of(name, "v"))).hasMessageContaining("tag name:");
    }
    assertThatThrownBy(() -> mlflow.experiment("java").startRun(" "))
        .hasMessageContaining("runName:");
  }

  @Test
  void metrics_notFinite_travelAsTexts() {
    run()
        .metrics(
            Map.of(
                "a",
                Double.NaN,
                "b",
                Double.POSITIVE_INFINITY,
                "c",
                Double.NEGATIVE_INFINITY,
                "d",
                0.5),
            3);

    JsonNode metrics = bodies("log-batch").get(0).path("metrics");
    assertThat(metrics)
        .extracting(m -> m.path("value").asText())
        .containsExactly("NaN", "Infinity", "-Infinity", "0.5");
    assertThat(metrics).allMatch(m -> m.path("step").asLong() == 3);
    // Impatient's clock: date -u -d 2026-11-26T12:00:00 +%s
    assertThat(metrics).allMatch(m -> m.path("timestamp").asLong() == 1_795_694_400_000L);
  }

  @Test
  void metrics_sentTwice_areTheSame() {
    stub.once("/log-batch", StubServer.cutOff());

    run().metric("auc", 0.7);

    assertThat(bodies("log-batch")).hasSize(2);
    assertThat(bodies("log-batch").get(0)).isEqualTo(bodies("log-batch").get(1));
  }

  @Test
  void lineage_sendsCommitAndDataWithItsDigest() {
    run()
        .lineage(
            Lineage.unknown()
                .withHyperparameter("trees", 200)
                .withMetric("auc", 0.71)
                .withTag("team", "operations")
                .withTag("mlflow.runName", "the imported run's")
                .withCode("abc123", Lineage.WorkTree.CLEAN)
                .withData("flights", "ab".repeat(32), 1000));

    assertThat(bodies("log-batch")).hasSize(3);
    assertThat(tags(bodies("log-batch").get(2)))
        .containsEntry("mlflow.source.git.commit", "abc123")
        .containsEntry("mlops4j.work_tree", "CLEAN")
        .containsEntry("imported.mlflow.runName", "the imported run's")
        .doesNotContainKey("mlflow.runName")
        .containsEntry("team", "operations");
    JsonNode dataset = bodies("log-inputs").get(0).path("datasets").path(0).path("dataset");
    assertThat(dataset.path("digest").asText()).isEqualTo("ab".repeat(16));
    assertThat(dataset.path("source").asText()).contains("ab".repeat(32));
    assertThat(dataset.path("profile").asText()).contains("1000");
  }

  @Test
  void evaluation_sendsDefinedMetricsAndWhatTheyWereMeasuredOn() {
    EvaluationReport report =
        EvaluationReport.binary(
            "java-delay:1",
            "flights-2026-11",
            "cd".repeat(32),
            BinaryEvaluation.of(
                new double[] {0.1, 0.9}, new boolean[] {true, true}), // No negatives.
            List.of(Metric.AUC, Metric.BRIER),
            Instant.parse("2026-11-26T12:00:00Z"));

    run().evaluation(report);

    JsonNode metrics = bodies("log-batch").get(0).path("metrics");
    assertThat(metrics).extracting(m -> m.path("key").asText()).containsExactly("brier");
    assertThat(metrics.get(0).path("value").asDouble())
        .isEqualTo(0.41, within(1e-12)); // (0.81 + 0.01) / 2
    assertThat(tags(bodies("log-batch").get(1)))
        .containsEntry("mlops4j.evaluation.dataset_digest", "cd".repeat(32))
        .containsEntry("mlops4j.evaluation.digest", report.digest());
  }

  @Test
  void artifact_path_isPutThroughTheProxy() {
    run().artifact("reports/gate 1.html", "hi".getBytes(StandardCharsets.UTF_8));

    StubServer.Asked put = stub.asked().get(stub.asked().size() - 1);
    assertThat(put.method() + " " + put.target())
        .isEqualTo(
            "PUT /api/2.0/mlflow-artifacts/artifacts/2/"
                + recordedRunId()
                + "/artifacts/reports/gate%201.html");
    assertThat(put.text()).isEqualTo("hi");
  }

  @Test
  void artifact_outsideTheRun_isRefused() {
    MlflowRun run = run();
    int before = stub.asked().size();

    for (String path : List.of("../x", "/x", "a/../../x", "a%2fb", "a\\b", "")) {
      assertThatThrownBy(() -> run.artifact(path, new byte[1]))
          .isInstanceOf(MlflowException.class)
          .hasMessageContaining("path is \"");
    }
    assertThat(stub.asked()).hasSize(before);
  }

  @Test
  void artifact_storeOutsideTheServer_isRefused() {
    String created =
        new String(Fixtures.bytes("rest/run-created.json"), StandardCharsets.UTF_8)
            .replace("mlflow-artifacts:/", "s3://bucket/");
    stub.always("/runs/create", StubServer.json(200, created));

    assertThatThrownBy(() -> run().artifact("a.txt", new byte[1]))
        .hasMessageContaining("outside its own artifact proxy (s3), and such addresses are not");
  }

  @Test
  void close_withoutFinish_marksTheRunFailed() {
    try (MlflowRun run = run()) {
      run.metric("auc", 0.7);
    }

    assertThat(bodies("runs/update"))
        .extracting(b -> b.path("status").asText())
        .containsExactly("FAILED");
  }

  @Test
  void finish_thenClose_endsOnce() {
    MlflowRun run = run();
    run.finish();
    run.close();

    assertThat(bodies("runs/update"))
        .extracting(b -> b.path("status").asText())
        .containsExactly("FINISHED");
    assertThatThrownBy(() -> run.metric("late", 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Run " + run.id() + " has ended. Start another.");
    assertThat(run.page().toString())
        .isEqualTo(stub.address() + "/#/experiments/2/runs/" + run.id());
  }

  private static RegisteredVersion<Object, Object> version(ModelRegistry registry) {
    RegisteredModel<Object, Object> model = registry.model("java-delay");
    MlflowModel read = MlflowModel.read(Fixtures.model("columns"));
    return read.importInto(model).version();
  }

  @Test
  void registerVersion_sendsFilesThenMlmodelThenTheEntry() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      MlflowVersion registered = run().registerVersion(version(registry));

      assertThat(registered).isEqualTo(new MlflowVersion("java-delay", 1, true));
      assertThat(registered).hasToString("models:/java-delay/1");
    }
    String id =
        Fixtures.json("rest/logged-created.json")
            .path("model")
            .path("info")
            .path("model_id")
            .asText();
    String root = "/api/2.0/mlflow-artifacts/artifacts/2/models/" + id + "/artifacts/";
    assertThat(stub.requests().subList(2, stub.requests().size()))
        .satisfies(
            requests ->
                assertThat(requests.get(0))
                    .startsWith("GET /api/2.0/mlflow/model-versions/search?"))
        .endsWith(
            "POST /api/2.0/mlflow/registered-models/create",
            "POST /api/2.0/mlflow/logged-models",
            "PUT " + root + "extra_files/golden.json",
            "PUT " + root + "model.onnx",
            "PUT " + root + "requirements.txt",
            "PUT " + root + "MLmodel",
            "PATCH /api/2.0/mlflow/logged-models/" + id,
            "POST /api/2.0/mlflow/runs/outputs",
            "POST /api/2.0/mlflow/model-versions/create");
    JsonNode entry = bodies("model-versions/create").get(0);
    assertThat(entry.path("source").asText()).isEqualTo("models:/" + id);
    assertThat(tags(entry)).containsEntry("mlops4j.version", "java-delay:1");
  }

  @Test
  void registerVersion_itsMlmodelFile_isReadBackAsTheSameModel() {
    byte[] mlmodel;
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      run().registerVersion(version(registry));
    }
    mlmodel =
        stub.asked().stream()
            .filter(a -> a.target().endsWith("/MLmodel"))
            .findFirst()
            .orElseThrow()
            .body();

    Mlmodel read = Mlmodel.parse(mlmodel, "MLmodel");

    assertThat(read.data()).hasToString("model.onnx");
    assertThat(read.extraFiles()).hasToString("[extra_files/golden.json]");
    assertThat(read.inputs()).hasToString("[features: float32[-1, 4]]");
    assertThat(read.outputs()).hasToString("[label: int64[-1], probabilities: float32[-1, 2]]");
    assertThat(read.fact("mlflow.run_id")).contains(recordedRunId());
  }

  @Test
  void registerVersion_again_isFoundAndNotRepeated() {
    stub.always("/model-versions/search", StubServer.recorded(200, "versions-found.json"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      MlflowVersion registered = run().registerVersion(version(registry));

      assertThat(registered).isEqualTo(new MlflowVersion("java-delay", 1, false));
    }
    assertThat(bodies("logged-models")).isEmpty();
    assertThat(bodies("model-versions/create")).isEmpty();
  }

  @Test
  void registerVersion_answerLost_findsTheVersionByItsTag() {
    stub.once("/model-versions/search", StubServer.recorded(200, "versions-none.json"))
        .always("/model-versions/search", StubServer.recorded(200, "versions-found.json"))
        .once("/model-versions/create", StubServer.cutOff());
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      assertThat(run().registerVersion(version(registry)))
          .isEqualTo(new MlflowVersion("java-delay", 1, true));
    }
    assertThat(bodies("model-versions/create")).hasSize(1);
  }

  @Test
  void registerVersion_uploadFails_marksTheLoggedModelFailed() {
    stub.always("/model.onnx", StubServer.error(500, "INTERNAL_ERROR"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var version = version(registry);

      assertThatThrownBy(() -> run().registerVersion(version))
          .hasMessageContaining("refused file model.onnx of logged model m-");
    }
    assertThat(
            stub.asked().stream()
                .filter(a -> a.method().equals("PATCH"))
                .map(a -> Json.parse(a.body(), "body").path("status").intValue()))
        .containsExactly(3); // LOGGED_MODEL_UPLOAD_FAILED
    assertThat(bodies("model-versions/create")).isEmpty();
  }

  @Test
  void registerVersion_notOnnx_hasNoOnnxFlavour() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Object, Object> model = registry.model("java-delay");
      var version =
          model.register(
              ModelFiles.of("tribuo", Map.of("model.pb", new byte[] {1, 2})), Lineage.unknown());
      run().registerVersion(version);
    }
    String yaml =
        stub.asked().stream()
            .filter(a -> a.target().endsWith("/MLmodel"))
            .findFirst()
            .orElseThrow()
            .text();
    assertThat(yaml).startsWith("flavors:\n  mlops4j:\n    format: \"tribuo\"\n");
    assertThatThrownBy(() -> Mlmodel.parse(yaml.getBytes(StandardCharsets.UTF_8), "MLmodel"))
        .hasMessageContaining("MLmodel has no onnx flavour (it has mlops4j)");
  }
}
