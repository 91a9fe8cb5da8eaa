package io.mlops4j.pipeline.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.RolloutStatus;
import io.mlops4j.delivery.shadow.Comparison;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.delivery.shadow.Tolerance;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The loop with a real rollout and a real shadow, and the bytes it keeps. */
class LoopStagesTest {
  private final LoopWorld world = new LoopWorld();

  @Test
  void canary_isStartedOnceAndItsAbortEndsTheRun() {
    try (Rollout<LoopWorld.Reading, Double> rollout = rollout();
        var loop = world.loop().stage("canary", LoopStage.canary(rollout)).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");
      assertThat(rollout.look().phase()).isEqualTo(RolloutStatus.Phase.RUNNING);
      assertThat(rollout.status().candidate()).contains(new ModelVersion("sign", 2));
      assertThat(last(loop).status()).isEqualTo(RunStatus.WAITING);

      rollout.abort("by hand");
      world.pass(loop, 2);
      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).reason()).contains("was aborted at step 1 of 3", "by hand");
    }
  }

  @Test
  void canary_runIsCancelled_isAborted() {
    try (Rollout<LoopWorld.Reading, Double> rollout = rollout();
        var loop = world.loop().stage("canary", LoopStage.canary(rollout)).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");
      loop.runner().cancel(last(loop).id(), "by hand");
      world.pass(loop, 3);

      assertThat(rollout.look().phase()).isEqualTo(RolloutStatus.Phase.ABORTED);
    }
  }

  @Test
  void canary_replacedBySomebody_endsTheRun() {
    try (Rollout<LoopWorld.Reading, Double> rollout = rollout();
        var loop = world.loop().stage("canary", LoopStage.canary(rollout)).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");
      int other =
          world
              .model
              .register(
                  LoopWorld.trained(world.data(world.time.now())),
                  io.mlops4j.registry.Lineage.unknown())
              .number();
      rollout.start(other, "somebody wants it");
      world.pass(loop, 2);

      assertThat(last(loop).reason()).contains("Its rollout has been replaced.", "sign:" + other);
    }
  }

  @Test
  void shadow_nothingMirrored_waits() {
    Shadow<LoopWorld.Reading, Double> shadow =
        Shadow.<LoopWorld.Reading, Double>of(
                LoopWorld.SCHEMA, Comparison.probability(Tolerance.absolute(0.1)))
            .errorsAtMost(0.1)
            .time(world.time)
            .build();
    try (var loop = world.loop().stage("shadow", LoopStage.shadow(world.model, shadow)).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");

      assertThat(last(loop).status()).isEqualTo(RunStatus.WAITING);
      assertThat(shadow.evaluate().sentence()).contains("nothing has been mirrored yet");
      loop.runner().cancel(last(loop).id(), "by hand");
      world.pass(loop, 3);
      assertThat(last(loop).status()).isEqualTo(RunStatus.CANCELLED);
    }
  }

  @Test
  void bytes_thatAreNone_areRefused() {
    Candidate candidate = new Candidate(new ModelVersion("sign", 3), "abc");
    assertThat(Candidate.CODEC.read(Candidate.CODEC.write(candidate))).isEqualTo(candidate);
    DataFacts facts = new DataFacts("rows", "a", 5, "b", 6);
    assertThat(DataFacts.CODEC.read(DataFacts.CODEC.write(facts))).isEqualTo(facts);
    String[] hostile = {
      "", "[]", "{}", "{\"format\":2}", "{\"format\":1,\"name\":7}", "{\"format\":1,\"model\":\"\"}"
    };
    for (String text : hostile) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> Candidate.CODEC.read(bytes)).isInstanceOf(RuntimeException.class);
      assertThatThrownBy(() -> DataFacts.CODEC.read(bytes)).isInstanceOf(RuntimeException.class);
    }
    var negative = Json.parse(DataFacts.CODEC.write(facts), "facts").put("learnRows", -1);
    assertThatThrownBy(() -> DataFacts.CODEC.read(Json.canonical(negative)))
        .hasMessage("learnRows: -1 (expected: a number of rows)");
  }

  private Rollout<LoopWorld.Reading, Double> rollout() {
    return Rollout.of(world.model, LoopWorld.POLICY, RolloutPlan.withDefaults())
        .store(world.store)
        .scoreBy(score -> score)
        .every(Duration.ofMinutes(1))
        .time(world.time)
        .build();
  }

  private void run(ContinuousLoop<?, ?> loop, String id) {
    loop.run(id, "a test asks");
    world.pass(loop, 4);
  }

  private static PipelineRun last(ContinuousLoop<?, ?> loop) {
    return loop.runner().runs(1).get(0);
  }
}
