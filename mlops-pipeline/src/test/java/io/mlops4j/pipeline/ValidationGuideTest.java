package io.mlops4j.pipeline;

import static io.mlops4j.data.expect.Expectation.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.PredictionRejectedException;
import io.mlops4j.serving.Predictor;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Java of docs/validation.md, run; and each block there is a part of this file. */
class ValidationGuideTest {
  private static final Path HERE =
      Path.of("src/test/java/io/mlops4j/pipeline/ValidationGuideTest.java");
  private static final Logger log = LoggerFactory.getLogger(ValidationGuideTest.class);
  private static final String CSV =
      """
      origin,distance,departure,arrival,status,delayed,carrier,number,day
      ORD,733,10,12,landed,0,AA,1,2026-11-26
      LAX,2475,9,14,landed,1,AA,2,2026-11-26
      """;

  record Flight(
      String origin,
      double distance,
      double departure,
      double arrival,
      String status,
      Integer delayed,
      String carrier,
      int number,
      String day) {}

  record Airport(String code) {}

  private static final Expectations<Flight> expected = suite();

  private static Expectations<Flight> suite() {
    Expectations<Flight> expected =
        Expectations.of(
            Schema.of(Flight.class),
            feature("origin").isPresent(),
            feature("origin").matches("[A-Z]{3}").mostly(0.999),
            feature("distance").isBetween(0, 6000),
            feature("arrival")
                .isAtLeastFeature("departure")
                .where(feature("status").isIn("landed")),
            feature("delayed").isPresent().onlyIn(Environment.TRAINING),
            unique("carrier", "number", "day"),
            rows().countAgainstPrevious(0.5, 2).warning());
    return expected;
  }

  private static Path csv(Path directory, String text) throws Exception {
    return Files.writeString(directory.resolve("flights.csv"), text);
  }

  private static Dataset<Flight> training(Path directory) throws Exception {
    return Dataset.csv(csv(directory, CSV), expected.schema());
  }

  @Test
  void guide_suite(@TempDir Path directory) throws Exception {
    Path path = csv(directory, CSV);
    ValidationResult result = expected.validate(Dataset.csv(path, expected.schema()));
    result.orThrow();
    assertThat(result.passed()).isTrue();
    path = csv(directory, CSV.replace("2475", "9999"));
    ValidationResult wrong = expected.validate(Dataset.csv(path, expected.schema()));
    assertThatThrownBy(wrong::orThrow).hasMessageContaining("distance");
    assertThat(wrong.report().toHtml()).contains("9999");
  }

  @Test
  void guide_more(@TempDir Path directory) throws Exception {
    List<Labeled<Flight>> all = new ArrayList<>();
    try (var flights = training(directory).stream()) {
      flights.forEach(flight -> all.add(new Labeled<>(flight, flight.delayed())));
    }
    LabeledDataset<Flight> training = LabeledDataset.of(expected.schema(), all);
    LabeledDataset<Flight> rows = training;
    ValidationResult lastResult = expected.validate(training);
    Dataset<Airport> airports =
        Dataset.of(Schema.of(Airport.class), List.of(new Airport("ORD"), new Airport("LAX")));
    Optional<Baseline> fitted = Optional.of(Baseline.fit(expected.schema(), training::features));
    Champion champion = new Champion(fitted.orElseThrow());
    expected
        .validation()
        .previous(lastResult)
        .baseline(champion.baseline())
        .reference("airports", airports, "code")
        .disjointFrom("training", RowFingerprint.of(training))
        .progress(Progress.sentences(log::info, Duration.ofSeconds(5), Time.system()))
        .run(rows);
    Expectations<Flight> asking =
        expected.and(
            feature("origin").isKnownTo("airports"), rows().areNotIn("training").warning());
    ValidationResult result =
        asking
            .validation()
            .previous(lastResult)
            .reference("airports", airports, "code")
            .disjointFrom("training", RowFingerprint.of(training))
            .run(rows);
    assertThat(result.passed()).as(result.evaluate().sentence()).isTrue();
    assertThat(result.warnings()).hasSize(1);
  }

  private record Champion(Baseline baseline) {}

  @Test
  void guide_start(@TempDir Path directory) throws Exception {
    Dataset<Flight> rows = training(directory);
    Path path = directory.resolve("FlightExpectations.java");
    Expectations<Flight> start = Expectations.inferred(rows);
    Files.writeString(path, start.toJava("FlightExpectations"));
    assertThat(start.validate(rows).passed()).isTrue();
    assertThat(Files.readString(path)).contains("class FlightExpectations");
  }

  private static final ModelLoader<Flight, Double> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("constant");
        }

        @Override
        public Model<Flight, Double> load(ModelVersion version, ModelArtifact artifact) {
          return flights -> flights.stream().map(flight -> 0.2).toList();
        }
      };

  private static ModelArtifact train(DatasetSnapshot rows) {
    return ModelFiles.of("constant", Map.of("of", rows.digest().getBytes(UTF_8)));
  }

  @Test
  void guide_step(@TempDir Path directory) throws Exception {
    Dataset<Flight> training = training(directory);
    Function<DatasetSnapshot, Dataset<Flight>> read = snapshot -> training;
    try (Bench bench = new Bench();
        ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Flight, Double> delay = registry.model("flight-delay", LOADER);
      Function<ModelArtifact, Lineage> lineage =
          model -> Lineage.unknown().withData("flights", training.digest(), training.rows());
      Step<DatasetSnapshot> loaded =
          Step.named("load")
              .source(
                  Codec.snapshot(bench.store),
                  step ->
                      DatasetSnapshot.byContent(
                          bench.store,
                          "flights",
                          Map.of(
                              "flights.csv", () -> new ByteArrayInputStream(CSV.getBytes(UTF_8)))));
      Recorded steps = new Recorded(read);
      Step<ModelVersion> recorded = steps.of(loaded, delay, lineage);
      PipelineRunner runner =
          bench.runner(Pipeline.named("flights").steps(recorded).build()).start();
      PipelineRun run = runner.find(runner.run("one", "by hand").run()).orElseThrow();

      assertThat(run.status()).as(run.reason()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(delay.decide(1, GatePolicy.named("data").require(Gate.dataValidated())).toString())
          .contains("PASS");
    }
  }

  /** The guide's steps. */
  private record Recorded(Function<DatasetSnapshot, Dataset<Flight>> read) {
    private Dataset<Flight> flights(DatasetSnapshot rows) {
      return read.apply(rows);
    }

    Step<ModelVersion> of(
        Step<DatasetSnapshot> loaded,
        RegisteredModel<Flight, Double> delay,
        Function<ModelArtifact, Lineage> lineage) {
      ValidatedStep<DatasetSnapshot> valid =
          Step.named("validate").validate(loaded, (rows, step) -> expected.validate(flights(rows)));
      Step<ModelArtifact> trained =
          Step.named("train").map(valid.rows(), Codec.model(), (rows, step) -> train(rows));
      Step<ModelVersion> registered =
          Step.named("register")
              .everyRun()
              .map(trained, Codec.version(), RegistrySteps.register(delay, lineage));
      Step<ModelVersion> recorded =
          Step.named("evidence")
              .everyRun()
              .map(registered, valid.result(), Codec.version(), RegistrySteps.validated(delay));
      return recorded;
    }
  }

  @Test
  void guide_gate(@TempDir Path directory) throws Exception {
    Dataset<Flight> training = training(directory);
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Flight, Double> delay = registry.model("flight-delay", LOADER);
      RegisteredVersion<Flight, Double> registered =
          delay.register(
              ModelFiles.of("constant", Map.of("of", new byte[] {1})),
              Lineage.unknown().withData("flights", training.digest(), training.rows()));
      int version = registered.number();
      delay.recordCheck(version, expected.validate(training).evidence("flight-delay:" + version));
      GatePolicy policy = GatePolicy.named("flight-delay").require(Gate.dataValidated());
      assertThat(delay.decide(version, policy).toString()).contains("PASS");
    }
  }

  @Test
  void guide_guard() throws Exception {
    Model<Flight, Double> model = flights -> flights.stream().map(flight -> 0.2).toList();
    ModelSource<Flight, Double> source =
        ModelSource.of(
            new ModelRelease<>() {
              @Override
              public ModelVersion version() {
                return new ModelVersion("flights", 1);
              }

              @Override
              public Optional<Baseline> baseline() {
                return Optional.empty();
              }

              @Override
              public Optional<io.mlops4j.core.GoldenRows> goldenRows() {
                return Optional.empty();
              }

              @Override
              public Model<Flight, Double> load() {
                return model;
              }
            });
    Flight far = new Flight("ORD", 12_000, 10, 12, "landed", 0, "AA", 1, "2026-11-26");
    Predictor<Flight, Double> guarded =
        Predictor.from(source).inputCheck(expected.guard()::violation).build();
    try (guarded) {
      assertThatThrownBy(() -> guarded.predict(far))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessage(
              "Predictor 'flights:1' rejected the row: distance is between 0 and 6000, but distance"
                  + " = 12000. The model was not asked.");
    }
    try (Predictor<Flight, Double> predictor =
        Predictor.from(source)
            .listener(expected.marks(0.01, (prediction, sentences) -> log.warn("{}", sentences)))
            .build()) {
      assertThat(predictor.predict(far)).isEqualTo(0.2);
    }
  }

  @Test
  void guide_everyBlock_isPartOfThisFile() throws Exception {
    String here = plain(Files.readString(HERE));
    String text = Files.readString(Path.of("../docs/validation.md"));
    Matcher blocks =
        Pattern.compile("<!-- guide: (\\S+) -->\\R```java\\R(.*?)```", Pattern.DOTALL)
            .matcher(text);
    int count = 0;
    while (blocks.find()) {
      for (String part : blocks.group(2).split("\n\n")) {
        assertThat(here).as(blocks.group(1)).contains(plain(part));
      }
      count++;
    }
    assertThat(count).isEqualTo(6);
    assertThat(text.split("```java", -1)).hasSize(count + 1);
    assertThat(text)
        .contains(
            "// Predictor 'flights:1' rejected the row: distance is between 0 and 6000, but distance"
                + " = 12000. The model was not asked.");
    assertThat(text)
        .contains("`.listener(expected.marks(0.01, (prediction, sentences) -> log.warn");
  }

  /** Without comments and white space: the guide is set for reading, this file by a tool. */
  private static String plain(String code) {
    return code.replaceAll("(?m)(^|\\s+)//[^\"\\n]*$", "").replaceAll("\\s+", "");
  }
}
