package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.delivery.Arm;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.RolloutStatus;
import io.mlops4j.delivery.Watch;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A canary as a step, to its end: real registry, real ONNX versions, answers that are told. */
class CanaryStepTest {
  private static final ModelExport EXPORT =
      ModelExport.read(Path.of("../examples/from-python/exports/flights-linear"));
  private static final GatePolicy POLICY =
      GatePolicy.named("rollout").require(Gate.check("rollout"));
  private static final RolloutPlan PLAN =
      RolloutPlan.steps(0.3, 1)
          .watching(Watch.errorRateNotWorseBy(0.1), Watch.errorRateAtMost(0.2))
          .withMinSamples(60)
          .lasting(Duration.ofMinutes(5), Duration.ofHours(6));

  private final Bench bench = new Bench();
  private final ModelRegistry registry =
      ModelRegistry.on(
          bench.store,
          RegistryOptions.withDefaults().withTime(bench.time).withPollInterval(Duration.ofDays(1)));
  private final RegisteredModel<Map<String, ?>, Double> model =
      registry.model(
          "delay",
          OnnxModel.probability(EXPORT.schema())
              .options(OnnxOptions.withDefaults().withNativeOnly()));
  private final Rollout<Map<String, ?>, Double> rollout = rollout();
  private final Random random = new Random(20261126);
  private int sent;

  private Rollout<Map<String, ?>, Double> rollout() {
    int first = model.register(EXPORT.files(), Lineage.unknown()).number();
    model.stage(first);
    model.validate(first);
    model.promotions().bootstrap(first, "the first one");
    return Rollout.of(model, POLICY, PLAN)
        .store(bench.store)
        .scoreBy(risk -> risk)
        .time(bench.time)
        .every(Duration.ofMinutes(1))
        .build();
  }

  @AfterEach
  void close() {
    bench.close();
    rollout.close();
    registry.close();
  }

  private PipelineRunner runner() {
    Step<ModelVersion> registered =
        Step.named("register")
            .everyRun()
            .map(
                Step.named("train").source(Codec.model(), step -> EXPORT.files()),
                Codec.version(),
                RegistrySteps.register(model, artifact -> Lineage.unknown()));
    return bench
        .runner(
            Pipeline.named("canary")
                .steps(
                    Step.named("canary")
                        .await(registered, Codec.version(), DeliverySteps.canary(rollout)))
                .onRollBack(registered, RegistrySteps.reject(model))
                .build())
        .start();
  }

  /** A hundred requests a minute, of which the candidate fails some. */
  private void minutes(int count, double failing) {
    for (int minute = 0; minute < count; minute++) {
      for (int i = 0; i < 100; i++) {
        String unit = "u" + sent++;
        boolean candidate = rollout.arm(unit) == Arm.CANDIDATE;
        ModelVersion version = new ModelVersion("delay", candidate ? 2 : 1);
        if (candidate && random.nextDouble() < failing) {
          rollout.onFailure(
              new FailedPrediction(
                  version, FailedPrediction.Reason.MODEL, bench.time.now(), Duration.ofMillis(5)));
        } else {
          rollout.onPrediction(
              new Prediction<>(
                  "p" + sent,
                  "k" + sent,
                  unit,
                  version,
                  Prediction.Source.MODEL,
                  null,
                  0.25,
                  bench.time.now(),
                  Duration.ofMillis(5)));
        }
      }
      bench.time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void canary_goodCandidate_isPromotedByTheRegistrysGatesAndTheRunSucceeds() {
    PipelineRunner runner = runner();
    String id = runner.run("r", "by hand").run();
    assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
    minutes(30, 0);

    PipelineRun run = runner.find(id).orElseThrow();
    assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.PROMOTED);
    assertThat(model.champion().orElseThrow().number()).isEqualTo(2);
    assertThat(run.step("canary").note()).contains("delay:2");
  }

  @Test
  void canary_candidateFails_isRolledBackTheRunIsRefusedAndTheVersionRejected() {
    PipelineRunner runner = runner();
    String id = runner.run("r", "by hand").run();
    minutes(15, 0.5);

    PipelineRun run = runner.find(id).orElseThrow();
    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.reason()).contains("delay:2").contains("error");
    assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.ROLLED_BACK);
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
    assertThat(model.version(2).stage()).isIn(Stage.REJECTED, Stage.ARCHIVED);
  }
}
