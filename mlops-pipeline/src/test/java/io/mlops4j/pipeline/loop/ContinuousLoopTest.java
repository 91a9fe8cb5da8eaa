package io.mlops4j.pipeline.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.pipeline.Occasion;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.Retry;
import io.mlops4j.pipeline.RunStatus;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The loop on a small world: what goes through, what is stopped, and what a restart finds. */
class ContinuousLoopTest {
  private final LoopWorld world = new LoopWorld();

  @Test
  void run_goodData_promotesWithLineageOfWhyAndOnWhat() {
    try (var loop = world.loop().build()) {
      run(loop, "first");

      assertThat(last(loop).status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(champion()).isEqualTo(1);
      assertThat(world.model.version(1).lineage().tags())
          .containsEntry("trigger.kind", "MANUAL")
          .containsKeys("pipeline.run", "trigger.evidence");
      assertThat(world.model.version(1).lineage().data().name()).isEqualTo("readings");
    }
  }

  @Test
  void run_invertedLabels_areStoppedByTheExpectationBeforeAnythingIsTrained() {
    world.learnInverted = true;
    try (var loop = world.loop().expect("signs", LoopWorld::signs).build()) {
      run(loop, "inverted");

      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).step("validate").error()).contains("signs: Larger readings are neg");
      assertThat(world.model.versions()).isEmpty();
    }
  }

  @Test
  void run_invertedLabelsWithoutTheExpectation_areStoppedByTheGates() {
    world.learnInverted = true;
    try (var loop = world.loop().build()) {
      run(loop, "inverted");

      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).step("gates").error()).contains("sign:1", "auc");
      assertThat(world.model.version(1).stage()).isEqualTo(Stage.ARCHIVED);
    }
  }

  @Test
  void run_invertedLabelsOnBothSidesWithoutExpectation_goThrough() {
    world.learnInverted = true;
    world.judgeInverted = true;
    try (var loop = world.loop().build()) {
      run(loop, "inverted");

      assertThat(champion()).isEqualTo(1);
    }
  }

  @Test
  void expect_noData_isNoPass() {
    try (var loop = world.loop().expect("later", data -> new Check.NoData("Too few.")).build()) {
      run(loop, "early");

      assertThat(last(loop).reason()).contains("No data: later: Too few.");
      assertThat(world.model.versions()).isEmpty();
    }
  }

  @Test
  void stage_candidate_goesThroughItOnceThereIsAChampion() {
    Trial trial = new Trial();
    try (var loop = world.loop().stage("trial", trial).build()) {
      run(loop, "first");
      assertThat(trial.begun).isEmpty();

      world.shift = 1;
      run(loop, "second");
      assertThat(trial.begun).containsExactly(2);
      assertThat(last(loop).status()).isEqualTo(RunStatus.WAITING);
      assertThat(champion()).isEqualTo(1);

      trial.outcome = new Check.Pass("It was good.");
      world.pass(loop, 4);
      assertThat(champion()).isEqualTo(2);
      assertThat(last(loop).step("trial").note()).isEqualTo("It was good.");
    }
  }

  @Test
  void stage_fails_leavesTheChampionAndArchivesTheCandidate() {
    Trial trial = new Trial();
    try (var loop = world.loop().stage("trial", trial).build()) {
      run(loop, "first");
      world.shift = 1;
      trial.outcome = new Check.Fail("It was bad.");
      run(loop, "second");

      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).reason()).contains("sign:2: It was bad.");
      assertThat(champion()).isEqualTo(1);
      assertThat(world.model.version(2).stage()).isEqualTo(Stage.ARCHIVED);
    }
  }

  @Test
  void restart_whileAStageWaits_goesOnWithTheSameCandidate() {
    Trial trial = new Trial();
    try (var loop = world.loop().stage("trial", trial).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");
    }
    trial.outcome = new Check.Pass("It was good.");
    try (var loop = world.loop().stage("trial", trial).build()) {
      world.pass(loop, 5);

      assertThat(champion()).isEqualTo(2);
      assertThat(trial.begun).containsExactly(2);
      assertThat(world.model.versions()).hasSize(2);
    }
  }

  @Test
  void cancel_whileAStageWaits_endsTheStage() {
    Trial trial = new Trial();
    try (var loop = world.loop().stage("trial", trial).build()) {
      run(loop, "first");
      world.shift = 1;
      run(loop, "second");
      loop.runner().cancel(last(loop).id(), "by hand");
      world.pass(loop, 3);

      assertThat(trial.ended).containsExactly(2);
      assertThat(last(loop).status()).isEqualTo(RunStatus.CANCELLED);
      assertThat(loop.story()).anyMatch(e -> e.kind() == LoopEvent.Kind.CANCELLED);
    }
  }

  @Test
  void approval_policyAsksForOne_isWaitedForAndThenPromoted() {
    GatePolicy asking = LoopWorld.POLICY.requireApproval("owner").allowApprovalByRegistrant();
    var builder =
        ContinuousLoop.of(world.model)
            .data(world::data)
            .train((data, step) -> LoopWorld.trained(data))
            .evidence((model, candidate, data, now) -> evaluate(candidate, data))
            .gates(asking)
            .every(LoopWorld.MINUTE)
            .time(world.time)
            .executor(Runnable::run)
            .storingIn(world.store, "one");
    try (var loop = builder.build()) {
      run(loop, "first");
      assertThat(last(loop).status()).isEqualTo(RunStatus.WAITING);
      assertThat(world.model.champion()).isEmpty();

      GateDecision waiting = world.model.promote(1, asking.onDataset(judged()));
      world
          .registry
          .as("rita")
          .model("sign")
          .promotions()
          .approve(waiting, "owner", "looked at it");
      world.pass(loop, 3);
      assertThat(champion()).isEqualTo(1);
    }
  }

  @Test
  void watchAfterwards_checkFails_bringsTheChampionBeforeBack() {
    List<Check.Outcome> said = new ArrayList<>(List.of(new Check.Pass("fine")));
    Check check = check(said);
    try (var loop = world.loop().watchAfterwards(Duration.ofHours(1), check).build()) {
      run(loop, "first");
      world.time.advance(Duration.ofHours(1));
      world.pass(loop, 2);
      assertThat(last(loop).status()).isEqualTo(RunStatus.SUCCEEDED);

      world.shift = 1;
      run(loop, "second");
      assertThat(champion()).isEqualTo(2);
      said.set(0, new Check.Fail("AUC fell to 0.5."));
      world.pass(loop, 2);

      assertThat(champion()).isEqualTo(1);
      assertThat(last(loop).reason())
          .contains("sign:2 was rolled back, sign:1", "AUC fell to 0.5.");
    }
  }

  @Test
  void watchAfterwards_firstChampion_hasNobodyToGoBackTo() {
    Check bad = check(List.of(new Check.Fail("bad")));
    try (var loop = world.loop().watchAfterwards(Duration.ofHours(1), bad).build()) {
      run(loop, "first");
      world.pass(loop, 2);

      assertThat(champion()).isEqualTo(1);
      assertThat(last(loop).reason()).contains("there is none to go back to");
    }
  }

  @Test
  void data_changeWhileTheRunGoesOn_endsItAndSaysSo() {
    Retry often = Retry.attempts(50).withBackOff(LoopWorld.MINUTE, LoopWorld.MINUTE);
    boolean[] broken = {true};
    Supplier<ContinuousLoop<LoopWorld.Reading, Double>> built =
        () ->
            ContinuousLoop.of(world.model)
                .data(world::data)
                .train(
                    (data, step) -> {
                      if (broken[0]) {
                        throw new IllegalStateException("the machine was switched off");
                      }
                      return LoopWorld.trained(data);
                    })
                .evidence((model, candidate, data, now) -> {})
                .gates(LoopWorld.POLICY)
                .name("signs")
                .retry(often)
                .timeout(Duration.ofHours(1))
                .every(LoopWorld.MINUTE)
                .time(world.time)
                .executor(Runnable::run)
                .storingIn(world.store, "one")
                .build();
    try (var loop = built.get()) {
      run(loop, "first");
      assertThat(last(loop).step("train").error()).contains("switched off");
    }
    world.shift = 77;
    broken[0] = false;
    try (var loop = built.get()) {
      world.pass(loop, 6);

      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).reason()).contains("its data changed while it ran");
      assertThat(world.model.versions()).isEmpty();
    }
  }

  @Test
  void trigger_fires_beginsARunAndStandsInTheStory() {
    Trigger trigger =
        Trigger.when(
            "data", Occasion.Kind.DATA_ARRIVAL, () -> Optional.of(new Trigger.Signal("a", "New.")));
    try (var loop = world.loop().trigger(trigger).expect("signs", LoopWorld::signs).build()) {
      world.pass(loop, 4);

      assertThat(loop.story())
          .extracting(LoopEvent::kind)
          .startsWith(LoopEvent.Kind.TRIGGERED)
          .endsWith(LoopEvent.Kind.PROMOTED);
      assertThat(loop.story().get(0).sentence()).isEqualTo("New.");
      assertThat(loop.report().toText())
          .contains("The loop of sign", "promoted", "Larger readings are positive.");
      assertThat(loop.report().toHtml()).contains("sign:1 is in production.");
    }
  }

  @Test
  void build_incompleteOrContradicting_saysWhat() {
    assertThatThrownBy(() -> ContinuousLoop.of(world.model).build())
        .hasMessage("Loop of 'sign': data is not set (expected: before build)");
    assertThatThrownBy(() -> world.loop().data(world::data)).hasMessageContaining("data is set");
    assertThatThrownBy(() -> world.loop().stage("gates", new Trial()))
        .hasMessageContaining("stage: gates");
    assertThatThrownBy(() -> world.loop().stage("trial", new Trial()).stage("trial", new Trial()))
        .hasMessage("stage trial is set already");
    assertThatThrownBy(() -> world.loop().watchAfterwards(Duration.ZERO))
        .hasMessageContaining("at most 3650 days");
    assertThatThrownBy(
            () -> world.loop().expect("a", LoopWorld::signs).expect("a", LoopWorld::signs))
        .hasMessage("expect a is set already");
    assertThatThrownBy(() -> LoopEvidence.latencyOn(0, b -> b))
        .hasMessage("rows: 0 (expected: at least 1)");
  }

  private void evaluate(
      RegisteredVersion<LoopWorld.Reading, Double> candidate, LoopData<LoopWorld.Reading> data)
      throws Exception {
    if (candidate.evaluations().isEmpty()) {
      LoopEvidence.comparing(Evaluator.<LoopWorld.Reading>binary().build())
          .and(LoopEvidence.latencyOn(5, bench -> bench.withCounts(5, 2, 2)))
          .record(world.model, candidate, data, world.time.now());
    }
  }

  private String judged() {
    return world.data(world.time.now()).judge().digest();
  }

  private static Check check(List<Check.Outcome> said) {
    return new Check() {
      @Override
      public String name() {
        return "quality";
      }

      @Override
      public Outcome evaluate() {
        return said.get(0);
      }
    };
  }

  private void run(ContinuousLoop<?, ?> loop, String id) {
    loop.run(id, "a test asks");
    world.pass(loop, 4);
  }

  private int champion() {
    return world.model.champion().orElseThrow().number();
  }

  private static PipelineRun last(ContinuousLoop<?, ?> loop) {
    return loop.runner().runs(1).get(0);
  }

  /** A stage that does as it is told. */
  private static final class Trial implements LoopStage<LoopWorld.Reading, Double> {
    final List<Integer> begun = new ArrayList<>();
    final List<Integer> ended = new ArrayList<>();
    Check.Outcome outcome = new Check.NoData("Not yet.");

    @Override
    public void begin(RegisteredVersion<LoopWorld.Reading, Double> candidate, GatePolicy policy) {
      begun.add(candidate.number());
    }

    @Override
    public Optional<Check.Outcome> look(RegisteredVersion<LoopWorld.Reading, Double> candidate) {
      return Optional.of(outcome);
    }

    @Override
    public void end(RegisteredVersion<LoopWorld.Reading, Double> candidate, String reason) {
      ended.add(candidate.number());
    }
  }
}
