package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/mlflow.md, run; and each block there is a part of this file. */
class MlflowGuideTest {
  private static final Path GUIDE = Path.of("../../docs/mlflow.md");
  private static final Path HERE = Path.of("src/test/java/io/mlops4j/mlflow/MlflowGuideTest.java");

  @Test
  void guide_directory(@TempDir Path models) {
    Path directory = Fixtures.model("columns");
    var model = MlflowModel.read(directory);
    try (var registry = ModelRegistry.open(models)) {
      var delay = registry.model("delay", OnnxModel.probability(model.schema()));
      var imported = model.importInto(delay); // Imported as delay:1 (NONE).
      try (var predictor = Predictor.from(imported.version().source()).build()) {
        double risk =
            predictor.predict(Map.of("distance", 1000, "hour", 12, "dayOfWeek", 3, "windKmh", 20));
        assertThat(risk).isBetween(0.0, 1.0);
      }
      assertThat(imported).hasToString("Imported as delay:1 (NONE).");
    }
  }

  @Test
  void guide_server() {
    try (StubServer stub = new StubServer();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      URI address = stub.address();
      RegisteredModel<Object, Object> delay = registry.model("delay");
      var mlflow =
          MlflowServer.at(address); // .withBearerToken(token) or .withBasicAuth(user, password)
      var model = mlflow.registeredModel("flight-delay").alias("champion"); // or .version(2)
      var imported = model.importInto(delay);
      assertThat(imported.isNew()).isTrue();
    }
  }

  @Test
  void guide_runs() {
    byte[] html = {1};
    try (StubServer stub = new StubServer();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      MlflowServer mlflow = MlflowServer.at(stub.address());
      RegisteredModel<Object, Object> delay = registry.model("java-delay");
      RegisteredVersion<Object, Object> version =
          MlflowModel.read(Fixtures.model("columns")).importInto(delay).version();
      EvaluationReport report =
          EvaluationReport.binary(
              "java-delay:1",
              "flights",
              "ab",
              BinaryEvaluation.of(new double[] {0.1, 0.9}, new boolean[] {false, true}),
              Instant.EPOCH);
      try (var run = mlflow.experiment("java").startRun("java")) {
        run.params(Map.of("trees", 200, "depth", 6));
        run.metrics(Map.of("loss", 0.42), 17); // step 17
        run.lineage(version.lineage()); // hyperparameters, metrics, tags, commit, data
        run.evaluation(report); // the evidence a gate saw
        run.artifact("gate.html", html);
        MlflowVersion there = run.registerVersion(version); // models:/java-delay/1
        run.finish(); // without it, close() marks the run FAILED
        assertThat(there).hasToString("models:/java-delay/1");
      }
      assertThat(stub.requests()).last().asString().isEqualTo("POST /api/2.0/mlflow/runs/update");
    }
  }

  @Test
  void guide_everyJavaBlock_isInThisFile() throws IOException {
    String here = withoutSpace(Files.readString(HERE));
    List<String> blocks = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(GUIDE));
    while (matcher.find()) {
      blocks.add(withoutSpace(matcher.group(1)));
    }

    assertThat(blocks).hasSize(3);
    // The formatter may break a line elsewhere; a try block may go on here.
    assertThat(blocks).allSatisfy(b -> assertThat(here).contains(b.replaceAll("}+$", "")));
  }

  /** Without comments, which the formatter breaks, and white space. */
  private static String withoutSpace(String text) {
    return text.replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
  }
}
