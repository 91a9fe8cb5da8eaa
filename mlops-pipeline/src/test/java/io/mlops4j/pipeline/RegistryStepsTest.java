package io.mlops4j.pipeline;

import static io.mlops4j.evaluation.Metric.AUC;
import static io.mlops4j.evaluation.Metric.RMSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.HistoryEntry;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What steps do to a real registry with a real ONNX model, and what they do when it says no. */
class RegistryStepsTest {
  private static final ModelExport EXPORT =
      ModelExport.read(Path.of("../examples/from-python/exports/flights-linear"));
  private static final String JUDGED = "c".repeat(64);
  private static final GatePolicy POLICY =
      GatePolicy.named("delay").require(Gate.metric(AUC).atLeast(0.6));
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

  private final Bench bench = new Bench();
  private final ModelRegistry registry = registry(bench, bench.store);
  private final RegisteredModel<Map<String, ?>, Double> model = model(registry);
  private Metric measured = AUC;
  private double value = 0.7;

  private static ModelRegistry registry(Bench bench, ObjectStore store) {
    return ModelRegistry.on(
        store,
        RegistryOptions.withDefaults()
            .withTime(bench.time)
            .withActor("loop")
            .withPollInterval(Duration.ofDays(1)));
  }

  private static RegisteredModel<Map<String, ?>, Double> model(ModelRegistry registry) {
    return registry.model(
        "delay",
        OnnxModel.probability(EXPORT.schema())
            .options(OnnxOptions.withDefaults().withNativeOnly()));
  }

  @AfterEach
  void close() {
    bench.close();
    registry.close();
  }

  private EvaluationReport report(ModelVersion version) {
    return new EvaluationReport(
        version.toString(),
        "april",
        JUDGED,
        1_000,
        OptionalLong.of(200),
        Map.of(measured, new MetricValue.Defined(value, 1_000)),
        "test",
        "1",
        Bench.START);
  }

  private static final Lineage LINEAGE = Lineage.unknown().withData("march", "d".repeat(64), 5_000);

  private Pipeline pipeline(
      RegisteredModel<?, ?> into, UnaryOperator<Step<ModelVersion>> afterwards) {
    return pipeline(into, RegistrySteps.register(into, artifact -> LINEAGE), afterwards);
  }

  private Pipeline pipeline(
      RegisteredModel<?, ?> into,
      Step.From1<ModelArtifact, ModelVersion> register,
      UnaryOperator<Step<ModelVersion>> afterwards) {
    Step<ModelArtifact> trained = Step.named("train").source(Codec.model(), step -> EXPORT.files());
    Step<ModelVersion> registered =
        Step.named("register").everyRun().map(trained, Codec.version(), register);
    Step<EvaluationReport> evaluated =
        Step.named("evaluate")
            .everyRun()
            .map(registered, Codec.evaluation(), (version, step) -> report(version));
    Step<ModelVersion> recorded =
        Step.named("record")
            .everyRun()
            .map(registered, evaluated, Codec.version(), RegistrySteps.evaluated(into));
    return Pipeline.named("delay")
        .steps(afterwards.apply(recorded))
        .onRollBack(registered, RegistrySteps.reject(into))
        .build();
  }

  private Step<ModelVersion> gated(Step<ModelVersion> version) {
    return Step.named("gate").check(version, RegistrySteps.gate(model, POLICY));
  }

  private static Step<ModelVersion> promoted(
      Step<ModelVersion> version, RegisteredModel<?, ?> in, GatePolicy policy) {
    return Step.named("promote")
        .everyRun()
        .map(version, Codec.version(), RegistrySteps.promote(in, policy));
  }

  private PipelineRun run(UnaryOperator<Step<ModelVersion>> afterwards) {
    PipelineRunner runner = bench.runner(pipeline(model, afterwards)).start();
    return runner.find(runner.run("r", "by hand").run()).orElseThrow();
  }

  private List<HistoryEntry.Kind> history() {
    return model.history().stream().map(HistoryEntry::kind).toList();
  }

  @Test
  void promote_gatesPass_servesTheModelWithTheRunInItsLineage() {
    PipelineRun run = run(version -> promoted(gated(version), model, POLICY));

    assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(run.step("register").note()).isEqualTo("Registered delay:1.");
    assertThat(run.step("gate").note()).isEqualTo("All 1 gates passed.");
    assertThat(run.step("promote").note()).isEqualTo("delay:1 is in production.");
    var champion = model.champion().orElseThrow();
    assertThat(champion.lineage().tags())
        .containsEntry("pipeline.run", run.id())
        .containsEntry("trigger.evidence", "by hand");
    assertThat(champion.lineage().data().name()).isEqualTo("march");
    assertThat(champion.evaluations()).hasSize(1);
    try (Predictor<Map<String, ?>, Double> served = Predictor.from(model.production()).build()) {
      Map<String, ?> row = EXPORT.schema().row(Map.of());
      assertThat(served.predict(row)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void gate_fails_refusesWithTheNumbersAndChangesNothing() {
    value = 0.55;
    PipelineRun run = run(this::gated);

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("gate").error()).contains("auc", "0.55", "0.6").doesNotContain("No data");
    assertThat(model.version(1).stage()).as("by the hook").isEqualTo(Stage.REJECTED);
    assertThat(history()).doesNotContain(HistoryEntry.Kind.DECIDE, HistoryEntry.Kind.PROMOTE);
    assertThat(run.step("register").undone()).isEqualTo("undone");
  }

  @Test
  void gate_notMeasured_isNoDataAndNoPass() {
    measured = RMSE;
    PipelineRun run = run(this::gated);

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("gate").error()).startsWith("No data: auc");
    assertThat(model.champion()).isEmpty();
  }

  @Test
  void promote_gatesFail_refusesWithoutAGateStepBefore() {
    value = 0.55;
    PipelineRun run = run(version -> promoted(version, model, POLICY));

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.reason()).startsWith("Step 'promote': auc").contains("0.55");
    assertThat(model.champion()).isEmpty();
    assertThat(model.version(1).stage()).isEqualTo(Stage.REJECTED);
  }

  @Test
  void promote_policyAsksForPeople_refusesAndNamesWhom() {
    PipelineRun run = run(version -> promoted(version, model, POLICY.requireApproval("owner")));

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.reason()).contains("It waits for").contains("owner");
    assertThat(model.champion()).isEmpty();
  }

  @Test
  void reject_laterStepFails_leavesTheChampionWhereItIs() {
    PipelineRun run =
        run(
            version ->
                Step.named("tell")
                    .map(
                        promoted(version, model, POLICY),
                        Codec.version(),
                        (promoted, step) -> {
                          throw new java.io.IOException("no mail today");
                        }));

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.step("register").undone()).isEqualTo("undone");
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
  }

  private Step<ModelVersion> approved(Step<ModelVersion> version, GatePolicy policy) {
    return Step.named("approve")
        .await(version, Codec.version(), RegistrySteps.approved(model, policy));
  }

  private void approve(GatePolicy policy) {
    GateDecision decision = model.promote(1, policy);
    registry.as("rita").model("delay").promotions().approve(decision, "owner", "looked at it");
  }

  @Test
  void approved_somebodyApproves_promotesAlsoFromAnotherInstance() {
    GatePolicy policy = POLICY.requireApproval("owner");
    PipelineRunner first = bench.runner(pipeline(model, v -> approved(v, policy))).start();
    String id = first.run("r", "by hand").run();
    bench.time.advance(Duration.ofHours(3));
    assertThat(first.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
    assertThat(model.champion()).isEmpty();
    first.close();

    PipelineRunner second =
        bench.runner(pipeline(model, v -> approved(v, policy)), "pod-2", b -> b).start();
    bench.time.advance(Duration.ofHours(1));
    assertThat(second.find(id).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
    approve(policy);
    bench.time.advance(Duration.ofMinutes(2));

    PipelineRun run = second.find(id).orElseThrow();
    assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(run.step("approve").note()).isEqualTo("delay:1 is in production.");
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
    assertThat(history().stream().filter(kind -> kind == HistoryEntry.Kind.DECIDE))
        .as("asked every minute, decided once")
        .hasSize(1);
  }

  @Test
  void approved_gatesFail_refusesWithoutWaiting() {
    value = 0.55;
    PipelineRun run = run(version -> approved(version, POLICY.requireApproval("owner")));

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.reason()).contains("0.55");
    assertThat(model.version(1).stage()).isEqualTo(Stage.REJECTED);
  }

  @Test
  void approved_runIsCancelled_rejectsTheVersion() {
    GatePolicy policy = POLICY.requireApproval("owner");
    PipelineRunner runner = bench.runner(pipeline(model, v -> approved(v, policy))).start();
    String id = runner.run("r", "by hand").run();
    runner.cancel(id, "not today");

    assertThat(runner.find(id).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(model.version(1).stage()).isEqualTo(Stage.REJECTED);
    assertThat(model.champion()).isEmpty();
  }

  @Test
  void plan_retraining_touchesNoRegistry() {
    PipelineRunner runner =
        bench.runner(pipeline(model, v -> promoted(gated(v), model, POLICY))).start();
    List<String> before = bench.store.list("");
    RunPlan plan =
        runner.plan(
            RunRequest.of(
                new Occasion("manual", Occasion.Kind.MANUAL, "r", Bench.START, "to see"),
                Interval.at(Bench.START)));

    assertThat(plan.steps()).hasSize(6);
    assertThat(model.versions()).isEmpty();
    assertThat(bench.store.list("")).isEqualTo(before);
    // The control: the run itself writes.
    runner.run("r", "by hand");
    assertThat(bench.store.list("")).hasSizeGreaterThan(before.size());
  }

  @Test
  void run_killedAtEveryWrite_makesOneVersionAndOneChampion() {
    int writes = 0;
    boolean reached = true;
    for (int at = 1; reached; at += PROOF ? 1 : 3) {
      reached = killedAt(at, at % 2 == 0, true);
      reached |= PROOF && killedAt(at, at % 2 != 0, true);
      writes += reached ? 1 : 0;
    }
    assertThat(writes).as("writes at which it was killed").isGreaterThan(PROOF ? 40 : 12);
  }

  @Test
  void run_registrationWithoutTheStepsRequest_isCaught() {
    // The control: the step's request is what makes one version of two attempts.
    int caught = 0;
    for (int at = 1; caught == 0 && at < 100; at++) {
      try {
        killedAt(at, true, false);
      } catch (AssertionError e) {
        caught++;
      }
    }
    assertThat(caught).isEqualTo(1);
  }

  /** Whether it was killed at all; in the end everything must be as if it had not been. */
  private boolean killedAt(int at, boolean afterwards, boolean asked) {
    try (Bench own = new Bench()) {
      ObjectStore crashing = new CrashingStore(own.store, at, afterwards);
      boolean killed = false;
      try {
        live(own, crashing, asked);
      } catch (CrashingStore.Killed e) {
        killed = true;
      }
      own.abandonAll();
      PipelineRunner second = live(own, own.store, asked);

      String what = "write " + at + (afterwards ? ", after it" : ", before it");
      assertThat(second.runs(9)).as(what).hasSize(1);
      PipelineRun run = second.runs(1).get(0);
      assertThat(run.status()).as(what + " " + run.reason()).isEqualTo(RunStatus.SUCCEEDED);
      try (ModelRegistry read = registry(own, own.store)) {
        var there = model(read);
        assertThat(there.versions()).as(what).hasSize(1);
        assertThat(there.champion().orElseThrow().number()).as(what).isEqualTo(1);
        assertThat(there.version(1).evaluations().stream().distinct()).as(what).hasSize(1);
        assertThat(there.promotions().champions()).as(what).hasSize(1);
      }
      return killed;
    }
  }

  private PipelineRunner live(Bench own, ObjectStore through, boolean asked) {
    RegisteredModel<Map<String, ?>, Double> into = model(registry(own, through));
    Step.From1<ModelArtifact, ModelVersion> register =
        asked
            ? RegistrySteps.register(into, artifact -> LINEAGE)
            : (artifact, step) -> into.register(artifact, LINEAGE).version();
    Pipeline pipeline = pipeline(into, register, version -> promoted(version, into, POLICY));
    PipelineRunner runner = own.runner(through, pipeline, "pod-1", b -> b).start();
    runner.run("r", "by hand");
    own.time.advance(Duration.ofMinutes(10));
    return runner;
  }
}
