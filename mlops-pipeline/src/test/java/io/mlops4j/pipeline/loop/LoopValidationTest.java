package io.mlops4j.pipeline.loop;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.Reprocess;
import io.mlops4j.pipeline.Retry;
import io.mlops4j.pipeline.RunRequest;
import io.mlops4j.pipeline.RunStatus;
import io.mlops4j.pipeline.loop.LoopWorld.Reading;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A suite of expectations in the loop: asked before training, evidence of what is registered. */
class LoopValidationTest {
  private static final GatePolicy VALIDATED = LoopWorld.POLICY.require(Gate.dataValidated());
  private static final Expectations<Reading> EXPECTED =
      Expectations.of(
          LoopWorld.SCHEMA,
          feature("x").isBetween(-100, 100),
          feature("x").meanBetween(-5, 5),
          feature("x").isAtMost(70),
          rows().countBetween(50, 1000),
          rows().countAgainstPrevious(0.9, 1.1));

  private final LoopWorld world = new LoopWorld();

  private LoopBuilder<Reading, Double> loop() {
    return ContinuousLoop.of(world.model)
        .data(world::data)
        .train((data, step) -> LoopWorld.trained(data))
        .evidence(LoopEvidence.comparing(Evaluator.<Reading>binary().build()))
        .gates(VALIDATED)
        .every(LoopWorld.MINUTE)
        .time(world.time)
        .executor(Runnable::run)
        .storingIn(world.store, "one");
  }

  private void run(ContinuousLoop<?, ?> loop, String id) {
    loop.run(id, "a test asks");
    world.pass(loop, 4);
  }

  private static PipelineRun last(ContinuousLoop<?, ?> loop) {
    return loop.runner().runs(1).get(0);
  }

  @Test
  void validate_rowsHold_isEvidenceAboutTheVersionAndItsGatePasses() {
    try (var loop = loop().validate(EXPECTED).build()) {
      run(loop, "first");

      assertThat(last(loop).status()).as(last(loop).reason()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(world.model.champion().orElseThrow().number()).isEqualTo(1);
      List<CheckEvidence> checks = world.model.version(1).checks();
      assertThat(checks).hasSize(1);
      assertThat(checks.get(0).name()).isEqualTo(CheckEvidence.DATA_VALIDATION);
      assertThat(checks.get(0).outcome()).isEqualTo(CheckEvidence.Outcome.PASS);
      assertThat(checks.get(0).data())
          .contains(world.data(world.time.now()).learn().digest())
          .contains(world.model.version(1).lineage().data().digest());
      assertThat(last(loop).step("validate").note()).contains("100 rows, all ");
      assertThat(loop.runner().page(last(loop).id()).toHtml()).contains("Validation: ");
    }
  }

  @Test
  void gates_dataValidatedAndNoSuite_areNotPassed() {
    try (var loop = loop().build()) {
      run(loop, "first");

      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).step("gates").error()).contains("sign:1");
      assertThat(world.model.champion()).isEmpty();
    }
  }

  @Test
  void validate_rowsFail_stopsBeforeTrainingWithEverySentence() {
    world.shift = 60;
    try (var loop = loop().validate(EXPECTED).build()) {
      run(loop, "shifted");

      PipelineRun run = last(loop);
      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.step("validate").error())
          .contains("100 rows, 3 of ", "between -100 and 100", "mean", "at most 70");
      assertThat(world.model.versions()).isEmpty();
      assertThat(loop.runner().page(run.id()).toText())
          .contains("Rows that fail", "x = 100.25", "50 to 1,000 rows");
      assertThat(loop.report().toHtml()).contains("at most 70");
      assertThat(loop.story())
          .anyMatch(
              event ->
                  event.kind() == LoopEvent.Kind.REFUSED
                      && event.step().equals("validate")
                      && event.sentence().contains("mean"));
    }
  }

  @Test
  void validate_champion_isThePreviousSnapshotAndTheBaseline() {
    Expectations<Reading> drift =
        EXPECTED.and(feature("x").psiAtMost(0.2).warning()).and(rows().countBetween(1, 1000));
    boolean[] half = {false};
    LoopBuilder<Reading, Double> builder =
        ContinuousLoop.of(world.model)
            .data(now -> half[0] ? halved(world.data(now)) : world.data(now))
            .train(
                (data, step) ->
                    LoopWorld.trained(data)
                        .withBaseline(Baseline.of(LoopWorld.SCHEMA).fit(data.learn()::features)))
            .evidence(LoopEvidence.comparing(Evaluator.<Reading>binary().build()))
            .gates(VALIDATED)
            .every(LoopWorld.MINUTE)
            .time(world.time)
            .executor(Runnable::run)
            .storingIn(world.store, "one");
    try (var loop = builder.validate(drift).build()) {
      run(loop, "first");
      assertThat(last(loop).status()).as(last(loop).reason()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(pageOf(loop)).contains("baseline");

      half[0] = true;
      run(loop, "second");
      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).step("validate").error()).contains("50 rows", "100");
      assertThat(pageOf(loop)).contains("PSI");
      assertThat(world.model.versions()).hasSize(1);
    }
  }

  @Test
  void validate_ruleNeedsABaseline_hasNoDataBeforeTheFirstChampionUnlessItIsGiven() {
    Expectations<Reading> expected = Expectations.of(LoopWorld.SCHEMA, feature("x").psiAtMost(0.2));
    try (var loop = loop().validate(expected).build()) {
      run(loop, "without");
      assertThat(last(loop).status()).isEqualTo(RunStatus.REFUSED);
      assertThat(last(loop).reason()).contains("No data").contains("baseline");
    }
    Baseline first =
        Baseline.of(LoopWorld.SCHEMA).fit(world.data(world.time.now()).learn()::features);
    var with = loop().name("given");
    try (var loop =
        with.validate(expected, (validation, data) -> validation.baseline(first)).build()) {
      run(loop, "with");
      assertThat(last(loop).status()).as(last(loop).reason()).isEqualTo(RunStatus.SUCCEEDED);
    }
    world.shift = 30;
    try (var loop =
        loop()
            .name("shifted")
            .validate(expected, (validation, data) -> validation.baseline(first))
            .build()) {
      run(loop, "shifted");
      assertThat(last(loop).step("validate").error()).contains("PSI");
    }
  }

  private static String pageOf(ContinuousLoop<?, ?> loop) {
    return loop.runner().page(last(loop).id()).toText();
  }

  private static LoopData<Reading> halved(LoopData<Reading> data) {
    List<Labeled<Reading>> rows;
    try (var all = data.learn().stream()) {
      rows = all.filter(row -> Math.floorMod((long) (row.row().x() - 0.25), 2) == 0).toList();
    }
    return new LoopData<>(data.name(), LabeledDataset.of(LoopWorld.SCHEMA, rows), data.judge());
  }

  @Test
  void validate_suiteNeedsAReference_isGivenIt() {
    Expectations<Reading> known =
        Expectations.of(LoopWorld.SCHEMA, feature("x").isKnownTo("readings"));
    try (var loop = loop().validate(known).build()) {
      run(loop, "without");
      assertThat(last(loop).reason()).contains("No data").contains("readings");
    }
    Dataset<Reading> all =
        Dataset.of(
            LoopWorld.SCHEMA,
            IntStream.range(-50, 50).mapToObj(i -> new Reading(i + 0.25)).toList());
    try (var loop =
        loop()
            .name("given")
            .validate(known, (v, data) -> v.reference("readings", all, "x"))
            .build()) {
      run(loop, "with");
      assertThat(last(loop).status()).as(last(loop).reason()).isEqualTo(RunStatus.SUCCEEDED);
    }
  }

  @Test
  void expect_besideASuite_isAskedAfterIt() {
    try (var loop =
        loop()
            .validate(EXPECTED)
            .expect("mood", data -> new Check.Fail("Nobody is in the mood."))
            .build()) {
      run(loop, "first");
      assertThat(last(loop).step("validate").error()).isEqualTo("mood: Nobody is in the mood.");

      world.shift = 60;
      run(loop, "second");
      assertThat(last(loop).step("validate").error()).contains("mean").doesNotContain("mood");
    }
    try (var loop =
        loop()
            .name("both")
            .validate(EXPECTED.and(rows().countBetween(1, 1000)))
            .expect("signs", LoopWorld::signs)
            .build()) {
      world.shift = 0;
      run(loop, "third");
      assertThat(last(loop).step("validate").note())
          .contains("100 rows, all ", "signs: Larger readings are positive.");
    }
  }

  @Test
  void restart_afterTheSuiteWasAsked_keepsWhatItSaid() {
    boolean[] broken = {true};
    LoopTrainer<Reading> trainer =
        (data, step) -> {
          if (broken[0]) {
            throw new IllegalStateException("the machine was switched off");
          }
          return LoopWorld.trained(data);
        };
    for (int life = 0; life < 2; life++) {
      LoopBuilder<Reading, Double> builder =
          ContinuousLoop.of(world.model)
              .data(world::data)
              .train(trainer)
              .retry(Retry.attempts(50).withBackOff(LoopWorld.MINUTE, LoopWorld.MINUTE))
              .evidence(LoopEvidence.comparing(Evaluator.<Reading>binary().build()))
              .gates(VALIDATED)
              .every(LoopWorld.MINUTE)
              .time(world.time)
              .executor(Runnable::run)
              .storingIn(world.store, "one");
      try (var loop = builder.validate(EXPECTED).build()) {
        if (life == 0) {
          run(loop, "first");
          assertThat(last(loop).step("validate").status()).isEqualTo(PipelineRun.StepStatus.DONE);
          broken[0] = false;
        } else {
          world.time.advance(Duration.ofDays(2));
          world.pass(loop, 3);
          assertThat(last(loop).status()).as(last(loop).reason()).isEqualTo(RunStatus.SUCCEEDED);
          assertThat(world.model.version(1).checks()).hasSize(1);
          assertThat(world.model.version(1).checks().get(0).at())
              .as("as of the moment the data are of")
              .isEqualTo(last(loop).request().interval().to());
        }
      }
    }
  }

  record Timed(Instant at) {}

  private static final class Unloaded implements ModelLoader<Timed, Double> {
    @Override
    public Set<String> formats() {
      return Set.of("none");
    }

    @Override
    public Model<Timed, Double> load(ModelVersion version, ModelArtifact artifact) {
      throw new UnsupportedOperationException("nothing is loaded here");
    }
  }

  @Test
  void ask_freshness_isAsOfTheMomentOfTheData() {
    Expectations<Timed> fresh =
        Expectations.of(Schema.of(Timed.class), feature("at").isFresherThan(Duration.ofDays(1)));
    Instant row = Instant.parse("2020-01-01T12:00:00Z");
    LabeledDataset<Timed> rows =
        LabeledDataset.of(fresh.schema(), List.of(new Labeled<>(new Timed(row), 1)));
    var model = world.registry.model("timed", new Unloaded());
    LoopSuite<Timed> suite = new LoopSuite<>(fresh, (validation, data) -> {});
    LoopData<Timed> data = new LoopData<>("timed", rows, rows);

    assertThat(suite.ask(model, data, row.plus(Duration.ofHours(23))).passed()).isTrue();
    assertThat(suite.ask(model, data, row.plus(Duration.ofHours(25))).passed()).isFalse();
  }

  @Test
  void train_otherCodeForTheSameInterval_isNotReused() {
    RunRequest again = null;
    LoopTrainer<Reading> first = (data, step) -> LoopWorld.trained(data);
    for (LoopTrainer<Reading> trainer : List.of(first, new ChangedTrainer())) {
      try (var loop =
          ContinuousLoop.of(world.model)
              .data(world::data)
              .train(trainer)
              .evidence((model, candidate, data, now) -> {})
              .gates(GatePolicy.named("none").require(Gate.check("never")))
              .every(LoopWorld.MINUTE)
              .time(world.time)
              .executor(Runnable::run)
              .storingIn(world.store, "one")
              .build()) {
        if (again == null) {
          run(loop, "first");
          again = last(loop).request().withReprocess(Reprocess.COMPLETED);
        } else {
          loop.runner().run(again);
          world.pass(loop, 4);
        }
        assertThat(last(loop).step("train").status()).isEqualTo(PipelineRun.StepStatus.DONE);
      }
    }
    assertThat(world.model.versions()).hasSize(2);
    assertThat(world.model.version(1).digests()).isNotEqualTo(world.model.version(2).digests());
  }

  private static final class NoStage implements LoopStage<Reading, Double> {
    @Override
    public void begin(RegisteredVersion<Reading, Double> candidate, GatePolicy policy) {}

    @Override
    public Optional<Check.Outcome> look(RegisteredVersion<Reading, Double> candidate) {
      return Optional.empty();
    }

    @Override
    public void end(RegisteredVersion<Reading, Double> candidate, String reason) {}
  }

  @Test
  void build_contradicting_saysWhat() {
    assertThatThrownBy(() -> loop().validate(EXPECTED).validate(EXPECTED))
        .hasMessageContaining("validate is set already");
    assertThatThrownBy(() -> loop().stage("validate.result", new NoStage()))
        .hasMessageContaining("stage: validate.result");
  }
}
