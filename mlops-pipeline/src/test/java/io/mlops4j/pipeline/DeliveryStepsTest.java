package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.RolloutStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryStepsTest {
  private static final ModelVersion CHAMPION = new ModelVersion("m", 1);
  private static final ModelVersion CANDIDATE = new ModelVersion("m", 2);
  private static final Step<ModelVersion> REGISTERED =
      Step.named("register").source(Codec.version(), step -> CANDIDATE);

  private static Rollout<String, Double> rollout(Bench bench) {
    return Rollout.<String, Double>of(CHAMPION, RolloutPlan.steps(0.05, 0.25, 1.0))
        .store(bench.store)
        .time(bench.time)
        .every(Duration.ofHours(1))
        .build();
  }

  private static Pipeline canary(Rollout<?, ?> rollout) {
    return Pipeline.named("canary")
        .steps(
            Step.named("canary")
                .timeout(Duration.ofDays(14))
                .every(Duration.ofMinutes(30))
                .await(REGISTERED, Codec.version(), DeliverySteps.canary(rollout)))
        .build();
  }

  @Test
  void canary_noTraffic_waitsAndIsAbortedAtItsTimeout() {
    try (Bench bench = new Bench(Duration.ofMinutes(30));
        Rollout<String, Double> rollout = rollout(bench)) {
      PipelineRunner runner = bench.runner(canary(rollout)).start();
      String id = runner.run("r", "").run();
      bench.time.advance(Duration.ofDays(1));
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
      assertThat(rollout.status().candidate()).contains(CANDIDATE);

      bench.time.advance(Duration.ofDays(13));

      PipelineRun run = runner.find(id).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.FAILED);
      assertThat(run.reason()).isEqualTo("Step 'canary': It took longer than PT336H.");
      assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.ABORTED);
    }
  }

  @Test
  void canary_somebodyAborts_runIsRefusedWithTheReason() {
    try (Bench bench = new Bench(Duration.ofMinutes(30));
        Rollout<String, Double> rollout = rollout(bench)) {
      PipelineRunner runner = bench.runner(canary(rollout)).start();
      String id = runner.run("r", "").run();
      rollout.abort("Ada does not like it");
      bench.time.advance(Duration.ofMinutes(30));

      PipelineRun run = runner.find(id).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.reason()).contains("Ada does not like it");
    }
  }

  @Test
  void canary_runIsCancelled_rolloutIsAborted() {
    try (Bench bench = new Bench(Duration.ofMinutes(30));
        Rollout<String, Double> rollout = rollout(bench)) {
      PipelineRunner runner = bench.runner(canary(rollout)).start();
      String id = runner.run("r", "").run();
      runner.cancel(id, "not today");
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
      assertThat(rollout.status().phase()).isEqualTo(RolloutStatus.Phase.ABORTED);
    }
  }

  @Test
  void canary_runGoesOnElsewhereWhileItWaits_isNotBegunAgain() {
    try (Bench bench = new Bench(Duration.ofMinutes(30));
        Rollout<String, Double> rollout = rollout(bench)) {
      PipelineRunner first = bench.runner(canary(rollout)).start();
      String id = first.run("r", "").run();
      first.close();
      int begun = rollout.history().size();
      PipelineRunner second = bench.runner(canary(rollout), "pod-2", b -> b).start();
      bench.time.advance(Duration.ofHours(1));

      assertThat(second.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
      assertThat(rollout.history()).hasSize(begun);
    }
  }

  @Test
  void canary_replacedBySomebody_runIsRefusedAndTheOtherGoesOn() {
    try (Bench bench = new Bench(Duration.ofMinutes(30));
        Rollout<String, Double> rollout = rollout(bench)) {
      PipelineRunner runner = bench.runner(canary(rollout)).start();
      String id = runner.run("r", "").run();
      rollout.start(3, "Ada has a better one");
      bench.time.advance(Duration.ofMinutes(30));

      PipelineRun run = runner.find(id).orElseThrow();
      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.reason()).contains("The rollout of m:2 was replaced.", "m:3");
      assertThat(rollout.status().candidate()).contains(new ModelVersion("m", 3));
      assertThat(rollout.status().active()).isTrue();
    }
  }

  @Test
  void shadow_runIsCancelledWhileItWaits_isEnded() {
    List<String> did = new ArrayList<>();
    Box<Check.Outcome> answer = new Box<>(new Check.NoData("12 rows of 500"));
    Awaited<ModelVersion, ModelVersion> shadow =
        DeliverySteps.shadow(
            version -> did.add("begin " + version),
            version -> check(answer),
            version -> did.add("end " + version));
    Pipeline pipeline =
        Pipeline.named("shadow")
            .steps(Step.named("shadow").await(REGISTERED, Codec.version(), shadow))
            .build();
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(pipeline).start();
      String id = runner.run("r", "").run();
      runner.cancel(id, "not today");
      assertThat(did).containsExactly("begin m:2", "end m:2");
      assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
    }
  }

  @Test
  void shadow_noDataThenAnAnswer_waitsAndThenPassesOrRefuses() {
    for (boolean good : new boolean[] {true, false}) {
      List<String> did = new ArrayList<>();
      Box<Check.Outcome> answer = new Box<>(new Check.NoData("12 rows of 500"));
      Awaited<ModelVersion, ModelVersion> shadow =
          DeliverySteps.shadow(
              version -> did.add("begin " + version),
              version -> check(answer),
              version -> did.add("end " + version));
      Pipeline pipeline =
          Pipeline.named("shadow")
              .steps(Step.named("shadow").await(REGISTERED, Codec.version(), shadow))
              .build();
      try (Bench bench = new Bench()) {
        PipelineRunner runner = bench.runner(pipeline).start();
        String id = runner.run("r", "").run();
        bench.time.advance(Duration.ofHours(1));
        assertThat(did).containsExactly("begin m:2");

        answer.set(good ? new Check.Pass("flips 0.1 %") : new Check.Fail("flips 9 %"));
        bench.time.advance(Duration.ofMinutes(2));

        assertThat(did).containsExactly("begin m:2", "end m:2");
        assertThat(runner.find(id).orElseThrow().status())
            .isEqualTo(good ? RunStatus.SUCCEEDED : RunStatus.REFUSED);
      }
    }
  }

  private static Check check(Box<Check.Outcome> answer) {
    return new Check() {
      @Override
      public String name() {
        return "shadow";
      }

      @Override
      public Outcome evaluate() {
        return answer.get();
      }
    };
  }
}
