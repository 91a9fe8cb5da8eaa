package io.mlops4j.examples.unittesting;

import static io.mlops4j.drift.DriftRule.psi;
import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static io.mlops4j.drift.FalseAlarmBudget.days;
import static io.mlops4j.evaluation.Metric.AUC;
import static io.mlops4j.evaluation.Metric.BRIER;
import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.junit.MlopsTest;
import io.mlops4j.junit.ScriptedModel;
import io.mlops4j.junit.ScriptedSource;
import io.mlops4j.junit.Seed;
import io.mlops4j.junit.SwapStress;
import io.mlops4j.junit.SwapStressRunner;
import io.mlops4j.junit.SwapStressTarget;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Six tests to copy. No server, no waiting, no network: together they take about two seconds. */
@MlopsTest(startingAt = "2026-01-05T00:00:00Z") // a Monday, when the monitor's windows begin
class DelayTest {
  private static final ModelVersion FEBRUARY = new ModelVersion("flight-delay", 2);

  /** Would February's model get into production if January's is there? */
  @Test
  void candidate_againstTheChampion_isGoodEnough(ModelRegistry registry) {
    var delay = registry.model("flight-delay", OnnxModel.probability(March.FLIGHT));
    var policy =
        GatePolicy.named("flight-delay")
            .require(Gate.metric(AUC).beatsChampionBy(Margin.absolute(0.005)))
            .require(Gate.metric(BRIER).atMost(0.19));
    var january = March.evaluated(delay, "january");
    assertThat(delay.promote(january, policy)).promoted();
    var february = March.evaluated(delay, "february");
    assertThat(february).beats(january).on(AUC).by(0.03);
    assertThat(february).passes(policy);
    assertThat(january).doesNotPass(policy);
  }

  /** Does this service's preprocessing make of a raw departure what Python's made in training? */
  @Test
  void preprocessing_goldenRows_givesPythonsAnswers() {
    try (var model = OnnxModel.probability(March.FLIGHT).load(FEBRUARY, March.files("february"))) {
      assertThat(model).reproduces(March.rawGoldenRows(), row -> Departure.of(row).toFlight());
    }
  }

  /** Does it deliver every feature, every airport and every weekday the model knows? */
  @Test
  void preprocessing_ofASample_coversWhatTheModelReads() {
    assertThat(March.FLIGHTS)
        .coverEveryFeature()
        .coverVocabularyOf(March.encoding("february"))
        .stayWithin(March.TRAINING);
  }

  /** What do callers get while the model is broken, and after it is repaired? */
  @Test
  void service_modelFails_answersTheAverageUntilItIsBack(ScriptedSource<Flight, Double> models) {
    var departure = March.departure(0);
    models.select(1, ScriptedModel.<Flight, Double>answering(0.7).thenFail("out of memory"));
    try (var service = new DelayService(models)) {
      assertThat(service.risk(departure)).comesFromTheModel().answers(0.7);
      assertThat(service.risk(departure)).comesFromTheFallback().answers(DelayService.USUALLY);
      models.select(2, ScriptedModel.answering(0.6));
      assertThat(service.predictor()).serves(2);
      assertThat(service.risk(departure)).comesFromTheModel().isByVersion(2).answers(0.6);
    }
  }

  /** Would the monitor see it if the timetable's clock were two hours wrong, and within a week? */
  @Test
  void drift_clockIsWrong_alertsWithinAWeek(
      ScriptedSource<Flight, Double> models, VirtualTime time, Seed seed) {
    models.withBaseline(March.TRAINING);
    models.select(1, ScriptedModel.<Flight, Double>answering(0.2).withSchema(March.FLIGHT));
    try (var drift =
            DriftMonitor.following(models)
                .alertWhen(psi().above(0.2).withFalseAlarms(atMostOncePer(days(365))))
                .time(time)
                .build();
        var predictor = Predictor.from(models).listener(drift).time(time).build()) {
      week(predictor, time, seed.random(), 0);
      assertThat(drift).passes();
      week(predictor, time, seed.random(), 2);
      assertThat(drift).fails().saying("hour");
    }
  }

  private static void week(
      Predictor<Flight, Double> predictor, VirtualTime time, Random random, int hoursWrong) {
    List<Flight> flights = March.flights(2_000);
    for (int i = 0; i < 3_000; i++) {
      var f = flights.get(random.nextInt(flights.size()));
      int hour = (f.hour() + hoursWrong) % 24;
      predictor.predict(new Flight(f.origin(), f.destination(), f.distance(), hour, f.dayOfWeek()));
      time.advance(Duration.ofDays(7).dividedBy(3_000));
    }
    assertTrue(predictor.awaitListeners(Duration.ofSeconds(30)));
  }

  /** Is anything lost, mixed up or left open when versions change under load? */
  @SwapStress(callers = 8, swaps = 40)
  void ownModel_swappedUnderLoad_losesNothing(SwapStressRunner stress) {
    var january = March.files("january");
    var february = March.files("february");
    stress.run(
        SwapStressTarget.loading(OnnxModel.probability(March.FLIGHT), january, february)
            .asking(March.flights(200)));
  }
}
