package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A shadow as a step: two real ONNX versions answer the same live rows, and a run waits for it. */
@Timeout(60)
class ShadowStepTest {
  private static final Path EXPORTS = Path.of("../examples/from-python/exports");
  private static final ModelExport LINEAR = ModelExport.read(EXPORTS.resolve("flights-linear"));
  private static final Schema<Map<String, ?>> SCHEMA = LINEAR.schema();

  private static List<Map<String, ?>> rows() {
    List<Map<String, ?>> rows = new ArrayList<>();
    try (var all =
        Dataset.csv(Path.of("../examples/from-python/data/flights-heldout.csv"), SCHEMA).stream()) {
      all.limit(400).forEach(rows::add);
    }
    return rows;
  }

  /** What a run waits for, from the beginning of the showing to its end. */
  private static final class Mirrored {
    private final RegisteredModel<Map<String, ?>, Double> model;
    private final Shadow<Map<String, ?>, Double> shadow;
    private final List<String> did = new ArrayList<>();

    Mirrored(RegisteredModel<Map<String, ?>, Double> model) {
      this.model = model;
      this.shadow =
          Shadow.of(SCHEMA, Comparison.probability(Tolerance.absolute(0.02)))
              .disagreementAtMost(0.1)
              .minimumRows(100)
              .build();
    }

    void begin(ModelVersion version) {
      did.add("begin " + version);
    }

    void end(ModelVersion version) {
      did.add("end " + version);
    }

    /** Live rows, answered by the champion and mirrored to the candidate. */
    void serve(int candidate) {
      try (var next = Predictor.from(model.version(candidate).source()).name("next").build();
          var mirror = Mirror.to(next).maxLoad(1).listener(shadow).build();
          var live = Predictor.from(model.production()).mirror(mirror).build()) {
        rows().forEach(live::predict);
        assertThat(live.awaitListeners(Duration.ofSeconds(20))).isTrue();
        assertThat(mirror.await(Duration.ofSeconds(20))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"flights-linear, SUCCEEDED", "flights-lightgbm, REFUSED"})
  void shadow_liveRows_passTheSameModelAndRefuseAnother(String export, RunStatus expected) {
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      var model =
          registry.model(
              "delay",
              OnnxModel.probability(SCHEMA).options(OnnxOptions.withDefaults().withNativeOnly()));
      int first = model.register(LINEAR.files(), Lineage.unknown()).number();
      model.stage(first);
      model.validate(first);
      model.promotions().bootstrap(first, "the first one");
      Mirrored mirrored = new Mirrored(model);
      ModelVersion champion = model.version(first).version();
      Step<ModelArtifact> trained =
          Step.named("train")
              .source(Codec.model(), step -> ModelExport.read(EXPORTS.resolve(export)).files());
      Step<ModelVersion> registered =
          Step.named("register")
              .everyRun()
              .map(
                  trained,
                  Codec.version(),
                  RegistrySteps.register(model, artifact -> Lineage.unknown()));
      Step<ModelVersion> compared =
          Step.named("shadow")
              .await(
                  registered,
                  Codec.version(),
                  DeliverySteps.shadow(
                      mirrored::begin,
                      version -> mirrored.shadow.check(champion, version),
                      mirrored::end));
      PipelineRunner runner =
          bench
              .runner(
                  Pipeline.named("p")
                      .steps(compared)
                      .onRollBack(registered, RegistrySteps.reject(model))
                      .build())
              .start();
      String id = runner.run("r", "by hand").run();
      bench.time.advance(Duration.ofMinutes(5));
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);

      mirrored.serve(2);
      bench.time.advance(Duration.ofMinutes(2));

      PipelineRun run = runner.find(id).orElseThrow();
      assertThat(run.status()).as(run.reason()).isEqualTo(expected);
      assertThat(mirrored.did).containsExactly("begin delay:2", "end delay:2");
      assertThat(model.version(2).stage())
          .isEqualTo(expected == RunStatus.REFUSED ? Stage.REJECTED : Stage.NONE);
    }
  }
}
