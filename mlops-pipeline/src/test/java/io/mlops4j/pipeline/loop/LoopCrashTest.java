package io.mlops4j.pipeline.loop;

import static io.mlops4j.data.expect.Expectation.feature;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.pipeline.CrashingStore;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import io.mlops4j.pipeline.loop.LoopWorld.Reading;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A loop whose process is killed at any write of its own or of the registry, and its successor. */
class LoopCrashTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int EACH = PROOF ? 1 : Boolean.getBoolean("mlops4j.ci") ? 5 : 23;
  private static final Expectations<Reading> EXPECTED =
      Expectations.of(LoopWorld.SCHEMA, feature("x").isBetween(-100, 100));

  /** A stage that passes at once, and keeps who went through it. */
  private static final class Passed implements LoopStage<Reading, Double> {
    final List<Integer> begun = new ArrayList<>();

    @Override
    public void begin(RegisteredVersion<Reading, Double> candidate, GatePolicy policy) {
      begun.add(candidate.number());
    }

    @Override
    public Optional<Check.Outcome> look(RegisteredVersion<Reading, Double> candidate) {
      return Optional.of(new Check.Pass("It was good."));
    }

    @Override
    public void end(RegisteredVersion<Reading, Double> candidate, String reason) {}
  }

  /** Two retrainings: the second has a champion to follow and goes through the stage. */
  private static List<PipelineRun> live(LoopWorld world, Passed stage) {
    // Never closed: it may have been killed.
    ContinuousLoop<Reading, Double> loop =
        ContinuousLoop.of(world.model)
            .data(world::data)
            .validate(EXPECTED)
            .train((data, step) -> LoopWorld.trained(data))
            .evidence(LoopEvidence.comparing(Evaluator.<Reading>binary().build()))
            .gates(LoopWorld.POLICY.require(Gate.dataValidated()))
            .stage("trial", stage)
            .every(LoopWorld.MINUTE)
            .time(world.time)
            .executor(Runnable::run)
            .storingIn(world.store, "one")
            .build();
    for (String id : List.of("first", "second")) {
      loop.run(id, "a test asks");
      world.pass(loop, 5);
    }
    return loop.runner().runs(9);
  }

  @Test
  void loop_killedAtAnyWrite_endsWithTheSameVersionsEvidenceAndChampion() {
    int writes = 0;
    boolean reached = true;
    for (int at = 1; reached; at += EACH) {
      reached = killedAt(at, at % 2 == 0);
      reached |= PROOF && killedAt(at, at % 2 != 0);
      writes += reached ? 1 : 0;
    }
    assertThat(writes).as("writes at which it was killed").isGreaterThan(100 / EACH);
  }

  private static boolean killedAt(int at, boolean afterwards) {
    ObjectStore store = ObjectStore.inMemory();
    boolean killed = false;
    Passed stage = new Passed();
    try {
      live(new LoopWorld(new CrashingStore(store, at, afterwards)), stage);
    } catch (CrashingStore.Killed e) {
      killed = true;
    }
    LoopWorld world = new LoopWorld(store);
    List<PipelineRun> runs = live(world, stage);

    String what = "write " + at + (afterwards ? ", after it" : ", before it");
    assertThat(runs).as(what).hasSize(2);
    assertThat(runs)
        .as(what)
        .allSatisfy(
            run -> assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED));
    assertThat(world.model.versions()).as(what).hasSize(2);
    assertThat(world.model.champion().orElseThrow().number()).as(what).isEqualTo(2);
    assertThat(world.model.promotions().champions()).as(what).hasSize(2);
    for (RegisteredVersion<Reading, Double> version : world.model.versions()) {
      assertThat(version.checks()).as(what).hasSize(1);
      assertThat(version.lineage().data().digest())
          .as(what)
          .isEqualTo(version.checks().get(0).data().orElseThrow());
      assertThat(version.evaluations().stream().map(e -> e.datasetDigest()).distinct())
          .as(what)
          .isNotEmpty();
    }
    assertThat(stage.begun.stream().distinct()).as(what).containsExactly(2);
    return killed;
  }
}
