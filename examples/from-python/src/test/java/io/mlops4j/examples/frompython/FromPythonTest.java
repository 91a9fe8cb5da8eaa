package io.mlops4j.examples.frompython;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Json;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python answered, Java answers; what Python knew of its data, Java finds in it, too. */
class FromPythonTest {
  static final Path HOME = Path.of("");

  private static final double TOLERANCE = 1e-5;

  static ModelExport export(String name) {
    return ModelExport.read(HOME.resolve("exports").resolve(name));
  }

  private static ToDoubleFunction<Flight.HeldOut> answer(String kind) {
    return switch (kind) {
      case "linear" -> Flight.HeldOut::linear;
      case "lightgbm" -> Flight.HeldOut::lightgbm;
      default -> Flight.HeldOut::xgboost;
    };
  }

  private static <T> void assertAnsweredAlike(
      Schema<T> schema, ModelExport export, HeldOut<T> held) {
    List<T> rows = held.rows().features().toList();
    try (Model<T, Double> model = OnnxModel.probability(schema).load(export)) {
      List<Double> together = model.predict(rows);
      for (int i = 0; i < rows.size(); i++) {
        double python = held.answers().get(i);
        assertThat(together.get(i)).as("row %d", i).isCloseTo(python, within(TOLERANCE));
        assertThat(model.predict(List.of(rows.get(i))).get(0))
            .as("row %d alone", i)
            .isCloseTo(python, within(TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "lightgbm", "xgboost"})
  void predict_everyHeldOutFlight_isPythonsAnswer(String kind) {
    HeldOut<Flight> held = HeldOut.flights(HOME, answer(kind));
    assertThat(held.answers()).hasSize(1_000);
    assertAnsweredAlike(Flight.SCHEMA, export("flights-" + kind), held);
  }

  @Test
  void predict_everyHeldOutApplicant_isPythonsAnswer() {
    HeldOut<Applicant> held = HeldOut.applicants(HOME);
    assertThat(held.answers()).hasSize(250);
    assertThat(held.rows().features().filter(a -> a.savings() == null)).isNotEmpty();
    assertThat(held.rows().features().filter(a -> Double.isNaN(a.amount()))).isNotEmpty();
    assertAnsweredAlike(Applicant.SCHEMA, export("german-credit"), held);
  }

  @Test
  void predict_anotherModelsAnswers_areNotTaken() {
    HeldOut<Flight> held = HeldOut.flights(HOME, answer("xgboost"));
    assertThatThrownBy(() -> assertAnsweredAlike(Flight.SCHEMA, export("flights-lightgbm"), held))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @CsvSource({
    "flights-linear, 45",
    "flights-lightgbm, 45",
    "flights-xgboost, 45",
    "german-credit, 80"
  })
  void goldenRows_ofEachExport_holdOddRowsToo(String name, int atLeast) {
    var rows = export(name).files().goldenRows().orElseThrow();
    assertThat(rows.tolerance()).isEqualTo(TOLERANCE);
    assertThat(rows.rows()).hasSizeGreaterThanOrEqualTo(atLeast);
    assertThat(rows.rows())
        .anySatisfy(row -> assertThat(row.input().values()).containsNull())
        .anySatisfy(row -> assertThat(row.input().toString()).contains("(unseen)"));
  }

  @Test
  void signature_ofEachExport_isTheRecords() {
    for (String name : List.of("flights-linear", "flights-lightgbm", "flights-xgboost")) {
      assertThat(export(name).files().signature()).contains(Flight.SCHEMA.fingerprint());
    }
    assertThat(export("german-credit").files().signature())
        .contains(Applicant.SCHEMA.fingerprint());
  }

  // What the training data was: the same in both languages, to the last bit.

  record Departure(
      LocalDateTime scheduledDeparture,
      String origin,
      String destination,
      double distanceMiles,
      int delayMinutes) {
    Flight flight() {
      return new Flight(
          origin,
          destination,
          distanceMiles,
          scheduledDeparture.getHour(),
          scheduledDeparture.getDayOfWeek().getValue());
    }
  }

  private static LabeledDataset<Flight> januaryAndFebruary() {
    return Dataset.csv(
            HOME.resolve("../flight-delay/src/main/resources/flights.csv.gz"),
            Schema.of(Departure.class))
        .between(
            "scheduledDeparture",
            LocalDateTime.of(2001, 1, 1, 0, 0),
            LocalDateTime.of(2001, 3, 1, 0, 0))
        .label(Flight.SCHEMA, Departure::flight, d -> d.delayMinutes() > 15 ? 1 : 0)
        .inMemory();
  }

  private static LabeledDataset<Applicant> trainedOn() {
    return HeldOut.labeled(HOME.resolve("data/german-credit-train.csv"));
  }

  @Test
  void trainingData_flights_hasTheSameDigestAndBaselineInJava() {
    LabeledDataset<Flight> rows = januaryAndFebruary();
    assertDescribedAlike(export("flights-linear"), Flight.SCHEMA, rows);
  }

  @Test
  void trainingData_applicants_hasTheSameDigestAndBaselineInJava() {
    assertDescribedAlike(export("german-credit"), Applicant.SCHEMA, trainedOn());
  }

  private static <T> void assertDescribedAlike(
      ModelExport export, Schema<T> schema, LabeledDataset<T> rows) {
    assertThat(export.training().dataDigest()).isEqualTo(rows.digest());
    assertThat(export.training().rows()).isEqualTo(OptionalLong.of(rows.rows()));
    JsonNode java = Json.parse(Baseline.fit(schema, rows::features).toJson(), "Java's");
    JsonNode python = Json.parse(export.files().baseline().orElseThrow().toJson(), "Python's");
    assertThat(python.path("features")).isEqualTo(java.path("features"));
    assertThat(python.path("rows")).isEqualTo(java.path("rows"));
  }

  @Test
  void scores_ofTheBaseline_areJavasWithinTheTolerance() {
    HeldOut<Flight> held = HeldOut.flights(HOME, answer("linear"));
    ModelExport export = export("flights-linear");
    double[] scores;
    try (Model<Flight, Double> model = OnnxModel.probability(Flight.SCHEMA).load(export)) {
      scores =
          model.predict(held.rows().features().toList()).stream()
              .mapToDouble(Double::doubleValue)
              .toArray();
    }
    Baseline python = export.files().baseline().orElseThrow();
    List<Double> expected = scoreEdges(python);
    List<Double> actual = scoreEdges(python.withScores(scores));
    assertThat(actual).hasSameSizeAs(expected).hasSizeGreaterThan(15);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(expected.get(i), within(TOLERANCE));
    }
  }

  private static List<Double> scoreEdges(Baseline baseline) {
    JsonNode edges = Json.parse(baseline.toJson(), "baseline").path("scores").path("edges");
    return java.util.stream.StreamSupport.stream(edges.spliterator(), false)
        .map(JsonNode::doubleValue)
        .toList();
  }

  // The way into production.

  @Test
  void register_anExport_keepsItsLineageAndServesIt(@TempDir Path directory) {
    ModelExport export = export("flights-xgboost");
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      var delay = registry.model("flight-delay", OnnxModel.probability(Flight.SCHEMA));
      delay.register(export.files(), Lineage.of(export.training()));
    }
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      var delay = registry.model("flight-delay", OnnxModel.probability(Flight.SCHEMA));
      Lineage lineage = delay.version(1).lineage();
      assertThat(lineage.data().name()).isEqualTo("January-February 2001");
      assertThat(lineage.data().rows()).isEqualTo(OptionalLong.of(130_255));
      assertThat(lineage.environment().jvm()).startsWith("CPython");
      assertThat(lineage.environment().dependencies())
          .contains("scikit-learn==1.9.1", "xgboost-cpu==3.2.0");
      assertThat(lineage.hyperparameters()).containsEntry("max_depth", "4");
      assertThat(lineage.metrics()).containsKey("march_auc");
      try (var predictor = Predictor.from(ModelSource.of(delay.version(1).release())).build()) {
        HeldOut<Flight> held = HeldOut.flights(HOME, answer("xgboost"));
        Flight first = held.rows().features().findFirst().orElseThrow();
        assertThat(predictor.predict(first)).isCloseTo(held.answers().get(0), within(TOLERANCE));
      }
    }
  }

  @Test
  void promote_onThePythonTrainingData_isNoEvidence() {
    ModelExport export = export("german-credit");
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var credit = registry.model("german-credit", OnnxModel.probability(Applicant.SCHEMA));
      var version = credit.register(export.files(), Lineage.of(export.training()));
      credit.recordEvaluation(version, HeldOut.evaluate(version, trainedOn()));
      credit.stage(version);
      credit.validate(version);
      GateDecision decision =
          credit.promote(
              version,
              GatePolicy.named("p")
                  .require(Gate.metric(io.mlops4j.evaluation.Metric.AUC).atLeast(0.60))
                  .withMinRows(200));
      assertThat(decision.promoted()).isFalse();
      assertThat(decision.results().toString()).contains("trained");
    }
  }

  @Test
  void demo_fourExports_arePromotedByTheirGatesAndServed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      List<GateDecision> decisions =
          new FromPythonDemo(HOME, registry, new PrintStream(out, true, StandardCharsets.UTF_8))
              .run();
      assertThat(decisions).hasSize(4);
      assertThat(decisions.get(0).promoted()).isTrue();
      assertThat(decisions.get(3).promoted()).isTrue();
      assertThat(registry.model("flight-delay", OnnxModel.probability(Flight.SCHEMA)).champion())
          .isPresent();
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("flight-delay:1 (flights-linear, trained on January-February 2001 by CPython")
        .contains("is late with probability 0.")
        .contains("bad with probability 0.");
  }
}
