package io.mlops4j.pipeline;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A suite of expectations as a step: what it refuses is not trained on. */
class ValidationStepTest {
  record Trip(double distance) {}

  private static final Expectations<Trip> EXPECTED =
      Expectations.of(Schema.of(Trip.class), feature("distance").isBetween(0, 6000));

  private final List<String> trained = new ArrayList<>();

  private PipelineRun run(long farthest) {
    Step<Long> load = Step.named("load").source(Codec.number(), step -> farthest);
    Step<Long> valid =
        Step.named("validate")
            .check(
                load,
                (far, step) ->
                    EXPECTED
                        .validate(
                            Dataset.of(
                                EXPECTED.schema(), List.of(new Trip(733), new Trip((double) far))))
                        .evaluate());
    Step<Long> model =
        Step.named("train")
            .map(
                valid,
                Codec.number(),
                (far, step) -> {
                  trained.add("train");
                  return far;
                });
    try (Bench bench = new Bench()) {
      PipelineRunner runner = bench.runner(Pipeline.named("trips").steps(model).build()).start();
      return runner.find(runner.run("one", "by hand").run()).orElseThrow();
    }
  }

  @Test
  void validate_rowsAsExpected_areTrainedOn() {
    assertThat(run(5_999).status()).isEqualTo(RunStatus.SUCCEEDED);
    assertThat(trained).containsExactly("train");
  }

  @ParameterizedTest
  @ValueSource(longs = {6_001, -1})
  void validate_rowsOutOfRange_areRefusedBeforeTraining(long farthest) {
    PipelineRun run = run(farthest);

    assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
    assertThat(run.step("validate").error()).contains("distance", "1 of 2");
    assertThat(run.step("train").status()).isNotEqualTo(StepStatus.DONE);
    assertThat(trained).isEmpty();
  }

  // ------------------------------------------------------------------ kept, shown, recorded

  private static final Expectations<Trip> SUITE =
      Expectations.of(
          Schema.of(Trip.class),
          feature("distance").isBetween(0, 6000),
          feature("distance").isAtMost(5000),
          feature("distance").isWhole(),
          feature("distance").meanBetween(0, 1000),
          rows().countBetween(100, 1000),
          feature("distance").isAtMost(100).warning());

  private static Dataset<Trip> trips(double farthest) {
    return Dataset.of(SUITE.schema(), List.of(new Trip(50), new Trip(farthest)));
  }

  private static Pipeline suite(
      double farthest, Expectations<Trip> expected, RegisteredModel<?, ?> model) {
    Step<String> load = Step.named("load").source(Codec.text(), step -> "trips");
    ValidatedStep<String> valid =
        Step.named("validate").validate(load, (rows, step) -> expected.validate(trips(farthest)));
    Step<ModelArtifact> trained =
        Step.named("train")
            .map(
                valid.rows(),
                Codec.model(),
                (rows, step) -> ModelFiles.of("constant", Map.of("m", new byte[] {1})));
    Dataset<Trip> data = trips(farthest);
    Step<ModelVersion> registered =
        Step.named("register")
            .everyRun()
            .map(
                trained,
                Codec.version(),
                RegistrySteps.register(
                    model, m -> Lineage.unknown().withData("trips", data.digest(), data.rows())));
    Step<ModelVersion> recorded =
        Step.named("evidence")
            .everyRun()
            .map(registered, valid.result(), Codec.version(), RegistrySteps.validated(model));
    return Pipeline.named("trips")
        .steps(
            Step.named("gate")
                .check(
                    recorded,
                    RegistrySteps.gate(
                        model, GatePolicy.named("data").require(Gate.dataValidated()))))
        .build();
  }

  private static PipelineRun runOf(PipelineRunner runner) {
    return runner.find(runner.run("one", "by hand").run()).orElseThrow();
  }

  @Test
  void validate_rowsFail_everySentenceIsInTheRefusalAndEverythingOnThePage() {
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      var model = registry.model("trips", new Constant());
      PipelineRunner runner = bench.runner(suite(7_000.5, SUITE, model)).start();
      PipelineRun run = runOf(runner);

      assertThat(run.status()).isEqualTo(RunStatus.REFUSED);
      assertThat(run.step("validate.result").status()).isEqualTo(StepStatus.DONE);
      assertThat(run.step("validate").error())
          .contains("2 rows, 5 of ", "between 0 and 6000", "at most 5000", "whole", "mean")
          .contains("100 to 1,000 rows")
          .doesNotContain("more)");
      assertThat(run.step("train").status()).isEqualTo(StepStatus.PENDING);
      assertThat(model.versions()).isEmpty();
      for (String page : List.of(runner.page(run.id()).toText(), runner.page(run.id()).toHtml())) {
        assertThat(page)
            .contains("Validation: ", "Rows that fail", "at most 100", "distance = 7000.5");
      }
    }
  }

  @Test
  void validate_rowsHold_evidenceIsAboutTheVersionAndItsDataAndTheGatePasses() {
    Expectations<Trip> loose =
        Expectations.of(SUITE.schema(), feature("distance").isBetween(0, 6000));
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      var model = registry.model("trips", new Constant());
      PipelineRunner runner = bench.runner(suite(733, loose, model)).start();
      PipelineRun run = runOf(runner);

      assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
      CheckEvidence evidence = model.version(1).checks().get(0);
      assertThat(model.version(1).checks()).hasSize(1);
      assertThat(evidence.name()).isEqualTo(CheckEvidence.DATA_VALIDATION);
      assertThat(evidence.outcome()).isEqualTo(CheckEvidence.Outcome.PASS);
      assertThat(evidence.data()).contains(trips(733).digest());
      assertThat(evidence.numbers()).containsEntry("rows", 2.0);
      assertThat(runner.page(run.id()).toText()).contains("Validation: ");
    }
  }

  @Test
  void gate_nobodyValidated_isInconclusive() {
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      var model = registry.model("trips", new Constant());
      Step<ModelVersion> registered =
          Step.named("register")
              .source(
                  Codec.version(),
                  step ->
                      model
                          .register(
                              ModelFiles.of("constant", Map.of("m", new byte[] {1})),
                              Lineage.unknown())
                          .version());
      PipelineRunner runner =
          bench
              .runner(
                  Pipeline.named("trips")
                      .steps(
                          Step.named("gate")
                              .check(
                                  registered,
                                  RegistrySteps.gate(
                                      model,
                                      GatePolicy.named("data").require(Gate.dataValidated()))))
                      .build())
              .start();
      assertThat(runOf(runner).reason()).startsWith("Step 'gate': No data: ");
    }
  }

  @Test
  void page_keptResultIsGone_saysSoAndTellsTheRest() {
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      Pipeline pipeline = suite(7_000, SUITE, registry.model("trips", new Constant()));
      PipelineRun run = runOf(bench.runner(pipeline).start());
      PipelineRunner reader = bench.runner(withoutResults(bench.store), pipeline, "reader", b -> b);

      assertThat(reader.page(run.id()).toText())
          .contains("What a step made is gone or damaged", "at most 5000")
          .doesNotContain("Rows that fail");
    }
  }

  private static ObjectStore withoutResults(ObjectStore store) {
    return new ObjectStore() {
      @Override
      public boolean putIfAbsent(String key, byte[] value) {
        return store.putIfAbsent(key, value);
      }

      @Override
      public Optional<byte[]> get(String key) {
        return key.contains("/results/") ? Optional.empty() : store.get(key);
      }

      @Override
      public List<String> list(String prefix) {
        return store.list(prefix);
      }
    };
  }

  private static final class Constant implements ModelLoader<Trip, Double> {
    @Override
    public Set<String> formats() {
      return Set.of("constant");
    }

    @Override
    public Model<Trip, Double> load(ModelVersion version, ModelArtifact artifact) {
      return rows -> rows.stream().map(row -> 0.5).toList();
    }
  }
}
