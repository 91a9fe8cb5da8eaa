package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Java half of live/run.sh, against the server it started. No part of the usual suite: without
 * a server it fails. The Python half checks what this one wrote, and reads target/live.json.
 */
@Tag("live")
class LiveMlflowTest {
  record Flight(double distance, double hour, double dayOfWeek, double windKmh) {}

  @Test
  void live_importByAlias_thenLogRunAndVersionBack() throws Exception {
    String url = System.getProperty("mlflow.url", "");
    assertThat(url).as("property mlflow.url").startsWith("http://127.0.0.1:");
    MlflowServer mlflow = MlflowServer.at(URI.create(url));

    MlflowModel model = mlflow.registeredModel("flight-delay").alias("champion");
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Flight, Double> delay =
          registry.model("flight-delay-java", OnnxModel.probability(Schema.of(Flight.class)));
      var version = model.importInto(delay).version();
      double answer;
      // Serves only if it reproduces the golden rows, which are Python's answers.
      try (var predictor = Predictor.from(version.source()).build()) {
        answer = predictor.predict(new Flight(1000, 12, 3, 20));
      }
      delay.recordEvaluation(version, evaluation());

      var result =
          Json.object()
              .put("guide", guide(mlflow))
              .put("answer", answer)
              .put("golden", model.files().goldenRows().isPresent());
      try (MlflowRun run = mlflow.experiment("java").startRun("java retraining")) {
        log(run, version.lineage());
        MlflowVersion registered = run.registerVersion(delay.version(version.number()));
        assertThat(registered.isNew()).isTrue();
        assertThat(run.registerVersion(delay.version(version.number())))
            .isEqualTo(new MlflowVersion(registered.name(), registered.number(), false));
        MlflowModel external = mlflow.registeredModel("external").version(1);
        assertThat(external.files().files()).hasSize(2); // The graph, and its weights beside it.
        RegisteredModel<Object, Object> other = registry.model("external-java");
        run.registerVersion(external.importInto(other).version());
        result.put("runId", run.id()).put("name", registered.name());
        result.put("number", registered.number());
        run.finish();

        MlflowModel back = mlflow.registeredModel(registered.name()).version(registered.number());
        assertThat(back.files().bytes("model.onnx")).isEqualTo(model.files().bytes("model.onnx"));
        assertThat(back.files().goldenRows()).isEqualTo(model.files().goldenRows());
        assertThat(back.lineage().hyperparameters()).containsEntry("p249", "249");
      }
      try (MlflowRun abandoned = mlflow.experiment("java").startRun("abandoned")) {
        result.put("abandoned", abandoned.id());
      }
      Files.write(Path.of("target", "live.json"), Json.canonical(result));
    }
    assertThatThrownBy(() -> mlflow.registeredModel("flight-delay").alias("nobody"))
        .hasMessageContaining("alias nobody not found");
  }

  /** The model of docs/mlflow.md: from its directory and from the server it is the same. */
  private static boolean guide(MlflowServer mlflow) {
    MlflowModel model = MlflowModel.read(Path.of("target", "delay-model"));
    assertThat(mlflow.registeredModel("delay").alias("champion").digest())
        .isEqualTo(model.digest());
    assertThat(model.files().goldenRows().orElseThrow().rows()).hasSize(20);
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var delay = registry.model("delay", OnnxModel.probability(model.schema()));
      var imported = model.importInto(delay);
      // Serves only if it reproduces the golden rows.
      try (var predictor = Predictor.from(imported.version().source()).build()) {
        return predictor.predict(model.exampleRows().get(0)) > 0;
      }
    }
  }

  private static void log(MlflowRun run, Lineage lineage) {
    Map<String, Object> params = new HashMap<>();
    for (int i = 0; i < 250; i++) {
      params.put("p" + i, i);
    }
    params.put("long", "ü".repeat(6000));
    run.params(params);
    run.params(params); // The same again is no error.
    for (int step = 0; step < 3; step++) {
      run.metrics(Map.of("loss", 1.0 / (step + 1)), step);
    }
    Map<String, Double> many = new HashMap<>();
    for (int i = 0; i < 1200; i++) {
      many.put("m" + i, i / 10.0);
    }
    run.metrics(many, 0);
    run.metric("diverged", Double.NaN);
    run.metric("infinite", Double.POSITIVE_INFINITY);
    run.tags(Map.of("team", "operations"));
    run.artifact("reports/gate 1.html", "<p>passed</p>".getBytes(StandardCharsets.UTF_8));
    run.lineage(
        lineage
            .withCode("abc123", Lineage.WorkTree.CLEAN)
            .withData("flights-2026-10", "ab".repeat(32), 1000));
    run.evaluation(evaluation());
  }

  private static EvaluationReport evaluation() {
    return EvaluationReport.binary(
        "flight-delay-java:1",
        "flights-2026-11",
        "cd".repeat(32),
        BinaryEvaluation.of(
            new double[] {0.1, 0.9, 0.4, 0.8}, new boolean[] {false, true, false, true}),
        Instant.parse("2026-11-26T12:00:00Z"));
  }
}
