package io.mlops4j.pipeline;

import static io.mlops4j.evaluation.Metric.AUC;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.Stage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The example of docs/pipelines.md, as it stands there, run. */
class PipelinesPageTest {
  private static final ModelLoader<String, String> CONSTANT =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("constant");
        }

        @Override
        public Model<String, String> load(ModelVersion version, ModelArtifact artifact) {
          return inputs -> Collections.nCopies(inputs.size(), "0.2");
        }
      };

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-03-02T12:00:00Z"));
  private final ObjectStore store = ObjectStore.inMemory();
  private double auc = 0.7;

  private DatasetSnapshot month(Interval interval) {
    return DatasetSnapshot.byContent(
        store,
        "flights",
        Map.of("flights.csv", () -> new ByteArrayInputStream(interval.toString().getBytes(UTF_8))));
  }

  private Check.Outcome expectations(DatasetSnapshot rows) {
    return new Check.Pass(rows.bytes() + " bytes are as they should be.");
  }

  private ModelArtifact train(DatasetSnapshot rows, double rate) {
    return ModelFiles.of(
        "constant", Map.of("model.txt", (rows.digest() + " " + rate).getBytes(UTF_8)));
  }

  private EvaluationReport evaluate(ModelVersion version, DatasetSnapshot rows) {
    return new EvaluationReport(
        version.toString(),
        rows.name(),
        rows.digest(),
        1000,
        OptionalLong.of(200),
        Map.of(AUC, new MetricValue.Defined(auc, 1000)),
        "test",
        "1",
        time.now());
  }

  private PipelineRunner runner(RegisteredModel<String, String> delay) {
    // docs: example
    Step<DatasetSnapshot> loaded =
        Step.named("load")
            .readsInterval()
            .retry(Retry.attempts(5))
            .source(Codec.snapshot(store), step -> month(step.interval()));
    Step<DatasetSnapshot> valid =
        Step.named("validate").check(loaded, (rows, step) -> expectations(rows));
    Step<ModelArtifact> trained =
        Step.named("train")
            .with("rate", 0.1)
            .timeout(Duration.ofHours(1))
            .map(valid, Codec.model(), (rows, step) -> train(rows, step.number("rate")));
    Step<ModelVersion> registered =
        Step.named("register")
            .everyRun()
            .map(
                trained,
                Codec.version(),
                RegistrySteps.register(delay, model -> Lineage.here(Flight.class)));
    Step<EvaluationReport> evaluated =
        Step.named("evaluate")
            .map(
                registered,
                valid,
                Codec.evaluation(),
                (version, rows, step) -> evaluate(version, rows));
    Step<ModelVersion> recorded =
        Step.named("record")
            .everyRun()
            .map(registered, evaluated, Codec.version(), RegistrySteps.evaluated(delay));
    GatePolicy policy = GatePolicy.named("flight-delay").require(Gate.metric(AUC).atLeast(0.60));
    Step<ModelVersion> promoted =
        Step.named("promote")
            .everyRun()
            .map(recorded, Codec.version(), RegistrySteps.promote(delay, policy));

    Pipeline retraining =
        Pipeline.named("flight-delay")
            .steps(promoted)
            .onRollBack(registered, RegistrySteps.reject(delay))
            .build();

    PipelineRunner runner =
        PipelineRunner.of(retraining, store, "pod-1")
            .trigger(Trigger.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Paris")))
            .trigger(Trigger.pulled("drift").withCoolDown(Duration.ofDays(1)))
            .time(time)
            .executor(Runnable::run)
            .build()
            .start();
    // docs: end
    return runner;
  }

  record Flight(String origin, double distance) {}

  @Test
  void example_night_promotesAVersionWhoseLineageSaysWhy() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> delay = registry.model("flight-delay", CONSTANT);
      try (PipelineRunner runner = runner(delay)) {
        time.advance(Duration.ofHours(15));

        PipelineRun run = runner.runs(1).get(0);
        assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(delay.champion().orElseThrow().lineage().tags())
            .containsEntry("pipeline", "flight-delay")
            .containsEntry("pipeline.run", run.id())
            .containsEntry("pipeline.interval", "2026-03-02T02:00:00Z/2026-03-03T02:00:00Z")
            .containsEntry("trigger", "nightly")
            .containsEntry("trigger.kind", "SCHEDULE")
            .containsEntry(
                "trigger.evidence", "Schedule 0 3 * * * Europe/Paris at 2026-03-03T02:00:00Z.");
      }
    }
  }

  @Test
  void example_worseModel_isRefusedAndRejectedAndTheChampionStays() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> delay = registry.model("flight-delay", CONSTANT);
      try (PipelineRunner runner = runner(delay)) {
        time.advance(Duration.ofHours(15));
        auc = 0.55;
        time.advance(Duration.ofDays(1));

        PipelineRun run = runner.runs(1).get(0);
        assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
        assertThat(run.reason()).contains("0.55").contains("0.6");
        assertThat(delay.version(2).stage()).isEqualTo(Stage.REJECTED);
        assertThat(delay.champion().orElseThrow().number()).isEqualTo(1);
      }
    }
  }

  @Test
  void page_example_isTheCodeThatRunsHere() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/io/mlops4j/pipeline/PipelinesPageTest.java"));
    String code =
        source
            .substring(
                source.indexOf("// docs: example\n") + 17, source.indexOf("    // docs: end"))
            .replaceAll("(?m)^ {4}", "");
    assertThat(Files.readString(Path.of("../docs/pipelines.md"))).contains(code);
  }
}
