package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Aggregate;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureRow;
import io.mlops4j.features.FeatureSet;
import io.mlops4j.features.FeatureView;
import io.mlops4j.features.Window;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Features that are joined by a step, and a model that a program outside trains. */
@Timeout(60)
class WorkStepsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  record Landing(String origin, Instant departed, Instant landed, double delay) {}

  record Flight(String origin, Instant at) {}

  private static final FeatureView<Landing, String> DEPARTED =
      FeatureView.named(
              "departed",
              Entity.of("airport", String.class),
              Schema.of(Landing.class),
              Landing::origin)
          .happened(Landing::departed)
          .known(Landing::landed)
          .id(landing -> landing.origin() + landing.departed())
          .feature("meanDelay", Aggregate.mean("delay"), Window.lastEvents(20))
          .ttl(Duration.ofDays(1))
          .build();

  private static final FeatureSet<Flight> FEATURES =
      FeatureSet.of(Schema.of(Flight.class), Flight::at).with(DEPARTED, Flight::origin);

  private static String joined(List<Landing> landings) {
    Dataset<FeatureRow<Flight>> rows =
        FEATURES
            .join(Dataset.of(Schema.of(Flight.class), List.of(new Flight("ORD", NOON))))
            .events(DEPARTED, Dataset.of(Schema.of(Landing.class), landings))
            .dataset();
    try (var all = rows.stream()) {
      return all.map(row -> Double.toString(row.number("meanDelay")))
          .collect(Collectors.joining(","));
    }
  }

  @Test
  void map_features_areJoinedAsOfTheRowAndReusedByTheNextRun() {
    List<Landing> landings =
        List.of(
            new Landing("ORD", NOON.minusSeconds(7_200), NOON.minusSeconds(3_600), 10),
            new Landing("ORD", NOON.minusSeconds(7_100), NOON.minusSeconds(3_500), 20),
            // Departed before, landed after: nobody knows yet.
            new Landing("ORD", NOON.minusSeconds(600), NOON.plusSeconds(3_600), 900));
    List<String> joins = new ArrayList<>();
    Step<String> load = Step.named("load").source(Codec.text(), step -> "landings");
    Step<String> features =
        Step.named("features")
            .map(
                load,
                Codec.text(),
                (rows, step) -> {
                  joins.add(rows);
                  return joined(landings);
                });
    List<String> trainedOn = new ArrayList<>();
    Step<String> train =
        Step.named("train")
            .everyRun()
            .map(
                features,
                Codec.text(),
                (rows, step) -> {
                  trainedOn.add(rows);
                  return "model";
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("p").steps(train).build()).start();
      for (String id : List.of("one", "two")) {
        PipelineRun run = runner.find(runner.run(id, "").run()).orElseThrow();
        assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
      }
    }
    assertThat(trainedOn).containsExactly("15.0", "15.0");
    assertThat(joins).hasSize(1);
  }

  private static Command trainer(Path directory) {
    return Command.of(Path.of("/bin/sh"), "train.sh")
        .withFile(directory.resolve("train.sh"))
        .withVariable("PATH", "/usr/bin:/bin")
        .withVariable("RATE", "0.1")
        .withSecret("TOKEN", "canary-4711")
        .in(directory);
  }

  @Test
  void map_command_trainsOutsideAndItsEnvironmentIsInTheLineage(@TempDir Path directory)
      throws Exception {
    Files.writeString(directory.resolve("train.sh"), "echo \"rate $RATE\" > model.txt; echo ok\n");
    ModelLoader<String, Double> loader = new Loader();
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      var model = registry.model("m", loader);
      for (int run = 0; run < 3; run++) {
        if (run == 2) {
          Files.writeString(directory.resolve("train.sh"), "echo other > model.txt; echo ok\n");
        }
        Command command = trainer(directory);
        Step<String> load = Step.named("load").source(Codec.text(), step -> "rows");
        Step<ModelArtifact> trained =
            Step.named("train")
                .code(command.identity())
                .map(
                    load,
                    Codec.model(),
                    (rows, step) -> {
                      step.note(command.run(step).output().strip());
                      return ModelFiles.of(
                          "text", Map.of("m", Files.readAllBytes(directory.resolve("model.txt"))));
                    });
        Step<ModelVersion> registered =
            Step.named("register")
                .everyRun()
                .map(
                    trained,
                    Codec.version(),
                    RegistrySteps.register(
                        model, artifact -> Lineage.unknown().withTags(command.captured())));
        try (PipelineRunner runner =
            bench.runner(Pipeline.named("p").steps(registered).build()).start()) {
          PipelineRun done = runner.find(runner.run("run-" + run, "").run()).orElseThrow();
          assertThat(done.status()).as(done.reason()).isEqualTo(RunStatus.SUCCEEDED);
          assertThat(done.step("train").status())
              .isEqualTo(run == 1 ? PipelineRun.StepStatus.REUSED : PipelineRun.StepStatus.DONE);
        }
      }
      assertThat(new String(model.version(1).artifact().bytes("m"), UTF_8)).isEqualTo("rate 0.1\n");
      assertThat(new String(model.version(3).artifact().bytes("m"), UTF_8)).isEqualTo("other\n");
      assertThat(model.version(1).lineage().tags())
          .containsEntry("command.env.RATE", "0.1")
          .containsEntry("command.env.TOKEN", "(secret)")
          .containsKey("command.executable.sha256");
      assertThat(model.version(1).lineage().toString()).doesNotContain("canary-4711");
    }
  }

  private static final class Loader implements ModelLoader<String, Double> {
    @Override
    public Set<String> formats() {
      return Set.of("text");
    }

    @Override
    public Model<String, Double> load(ModelVersion version, ModelArtifact artifact) {
      return rows -> rows.stream().map(row -> 0.5).toList();
    }
  }
}
