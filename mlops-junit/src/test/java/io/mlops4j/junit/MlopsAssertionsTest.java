package io.mlops4j.junit;

import static io.mlops4j.evaluation.Metric.AUC;
import static io.mlops4j.evaluation.Metric.LOG_LOSS;
import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.Margin;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MlopsAssertionsTest {
  private static final GatePolicy POLICY =
      GatePolicy.named("delay")
          .require(
              Gate.metric(AUC).atLeast(0.65),
              Gate.metric(AUC).beatsChampionBy(Margin.absolute(0.005)));

  private static String message(ThrowingCallable code) {
    var caught = new Throwable[1];
    assertThatThrownBy(code).isInstanceOf(AssertionError.class).satisfies(e -> caught[0] = e);
    return String.valueOf(caught[0].getMessage());
  }

  // Evaluations.

  /** In binary, 0.7 - 0.695 is a little more than 0.005 and 0.3 - 0.1 a little less than 0.2. */
  @ParameterizedTest
  @CsvSource({"0.7, 0.695, 0.005", "0.3, 0.1, 0.2", "0.8, 0.7, 0.1", "0.7, 0.7, 0"})
  void beats_exactlyByTheMargin_passes(double candidate, double champion, double margin) {
    EvaluationReport old = Reports.auc("delay:1", champion);
    assertThat(Reports.auc("delay:2", candidate)).beats(old).on(AUC).by(margin);
  }

  @Test
  void beats_byLess_failsWithTheDecisionTable() {
    EvaluationReport old = Reports.auc("delay:1", 0.7);
    assertThat(
            message(() -> assertThat(Reports.auc("delay:2", 0.7049)).beats(old).on(AUC).by(0.005)))
        .isEqualTo(
            """
            Expected delay:2 to be better than the champion by at least 0.005 (absolute) on auc.
            delay:2 not promoted against delay:1: FAIL
              FAIL           delay:2 does not beat delay:1 on March: auc 0.7049 against 0.7: gain \
            0.0049 (+0.70 %), required gain 0.005.""");
  }

  @Test
  void beats_lowerIsBetter_comparesTheOtherWay() {
    EvaluationReport old =
        Reports.of(
            "d:1", LOG_LOSS, new MetricValue.Defined(0.50, 1000), Reports.DATASET, "1", 1000);
    EvaluationReport better =
        Reports.of(
            "d:2", LOG_LOSS, new MetricValue.Defined(0.45, 1000), Reports.DATASET, "1", 1000);
    assertThat(better).beats(old).on(LOG_LOSS).by(Margin.relative(0.1));
    assertThat(message(() -> assertThat(old).beats(better).on(LOG_LOSS).by(0)))
        .contains("FAIL", "log-loss 0.5 against 0.45");
  }

  @Test
  void beats_evidenceThatDoesNotTell_neverPasses() {
    EvaluationReport old = Reports.auc("delay:1", 0.5);
    MetricValue high = new MetricValue.Defined(0.9, 1000);
    EvaluationReport otherRows = Reports.of("delay:2", AUC, high, "e".repeat(64), "1", 1000);
    EvaluationReport otherEvaluator = Reports.of("delay:2", AUC, high, Reports.DATASET, "2", 1000);
    EvaluationReport undefined =
        Reports.of(
            "delay:2", AUC, new MetricValue.Undefined("one class"), Reports.DATASET, "1", 1000);
    EvaluationReport unmeasured = Reports.of("delay:2", LOG_LOSS, high, Reports.DATASET, "1", 1000);
    for (EvaluationReport report :
        new EvaluationReport[] {otherRows, otherEvaluator, undefined, unmeasured}) {
      assertThat(message(() -> assertThat(report).beats(old).on(AUC).by(0)))
          .contains("INCONCLUSIVE");
    }
    assertThat(message(() -> assertThat(undefined).beats(old).on(AUC).by(0))).contains("one class");
  }

  @Test
  void beats_fewRows_needsAStatedMinimum() {
    EvaluationReport old =
        Reports.of("delay:1", AUC, new MetricValue.Defined(0.5, 50), Reports.DATASET, "1", 50);
    EvaluationReport few =
        Reports.of("delay:2", AUC, new MetricValue.Defined(0.9, 50), Reports.DATASET, "1", 50);
    assertThat(message(() -> assertThat(few).beats(old).on(AUC).by(0))).contains("asks for 100");
    assertThat(few).beats(old).withMinRows(50).on(AUC).by(0);
  }

  @Test
  void passes_evaluationWithoutChampion_isJudgedByItsValues() {
    assertThat(Reports.auc("some model", 0.7)).passes(POLICY);
    assertThat(message(() -> assertThat(Reports.auc("some model", 0.6)).passes(POLICY)))
        .startsWith("Expected some_model:0 to pass policy delay.")
        .contains("without a champion: FAIL", "some model has auc 0.6 on March");
  }

  // Versions.

  private static RegisteredVersion<String, Double> version(
      RegisteredModel<String, Double> model, double auc, String trainedOn) {
    RegisteredVersion<String, Double> version =
        model.register(
            Reports.files("auc " + auc + trainedOn),
            Lineage.unknown().withData("January", trainedOn, 1000));
    model.recordEvaluation(version, Reports.auc(version.version().toString(), auc));
    model.stage(version);
    return model.validate(version);
  }

  @Test
  void version_againstAnotherOrAPolicy_isJudgedByStoredEvidence() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, Double> model = registry.model("delay");
      RegisteredVersion<String, Double> first = version(model, 0.70, "a".repeat(64));
      assertThat(first).passes(POLICY).isIn(Stage.VALIDATION);
      GateDecision decision = model.promote(first, POLICY);
      assertThat(decision).passes().promoted();
      RegisteredVersion<String, Double> second = version(model, 0.71, "a".repeat(64));
      RegisteredVersion<String, Double> third = version(model, 0.701, "a".repeat(64));
      assertThat(second).passes(POLICY).beats(first).on(AUC).by(0.01);
      assertThat(third).doesNotPass(POLICY);
      assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
      assertThat(message(() -> assertThat(third).passes(POLICY)))
          .startsWith("Expected delay:3 to pass policy delay.")
          .contains("delay:3 not promoted against delay:1: FAIL", "delay:3 does not beat delay:1");
      assertThat(message(() -> assertThat(second).doesNotPass(POLICY))).contains("PASS");
      assertThat(message(() -> assertThat(third).isIn(Stage.PRODUCTION))).contains("VALIDATION");
    }
  }

  @Test
  void version_lookedUpBeforeItsEvaluation_isJudgedByWhatIsStoredNow() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, Double> model = registry.model("delay");
      RegisteredVersion<String, Double> first = version(model, 0.70, "a".repeat(64));
      RegisteredVersion<String, Double> early =
          model.register(Reports.files("early"), Lineage.unknown());
      assertThat(message(() -> assertThat(early).beats(first).on(AUC).by(0)))
          .contains("auc was not measured for delay:2");
      model.recordEvaluation(early, Reports.auc("delay:2", 0.8));
      assertThat(early).beats(first).on(AUC).by(0.1);
    }
  }

  @Test
  void version_judgedOnItsOwnTrainingData_doesNotPass() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, Double> model = registry.model("delay");
      RegisteredVersion<String, Double> first = version(model, 0.70, "a".repeat(64));
      RegisteredVersion<String, Double> cheat = version(model, 0.99, Reports.DATASET);
      assertThat(message(() -> assertThat(cheat).beats(first).on(AUC).by(0)))
          .contains("INCONCLUSIVE", "was trained on March");
    }
  }

  @Test
  void decision_otherVerdict_failsWithTheTable() {
    GateDecision passed = POLICY.judge(Reports.auc("delay:2", 0.7), Reports.auc("delay:1", 0.6));
    GateDecision failed = POLICY.judge(Reports.auc("delay:2", 0.7), Reports.auc("delay:1", 0.7));
    GateDecision open =
        POLICY.judge(
            Reports.of("d:2", LOG_LOSS, new MetricValue.Defined(1, 1), "x", "1", 1),
            Reports.auc("d:1", 1));
    assertThat(passed).passes();
    assertThat(failed).fails();
    assertThat(open).isInconclusive();
    assertThat(message(() -> assertThat(passed).fails())).contains("judged FAIL", "PASS");
    assertThat(message(() -> assertThat(failed).passes())).contains("does not beat");
    assertThat(message(() -> assertThat(failed).isInconclusive())).contains("does not beat");
    assertThat(message(() -> assertThat(passed).promoted())).contains("to be promoted");
  }

  // Checks and answers.

  private static Check saying(Check.Outcome outcome) {
    return new Check() {
      @Override
      public String name() {
        return "drift of delay";
      }

      @Override
      public Outcome evaluate() {
        return outcome;
      }
    };
  }

  @Test
  void check_otherOutcome_failsWithItsSentence() {
    Check pass = saying(new Check.Pass("psi 0.01."));
    Check fail = saying(new Check.Fail("hour has psi 0.9."));
    Check none = saying(new Check.NoData("3 rows."));
    assertThat(pass).passes();
    assertThat(fail).fails().saying("hour");
    assertThat(none).hasNoData();
    assertThat(message(() -> assertThat(none).passes()))
        .isEqualTo("Expected Pass of drift of delay, but it says NoData: 3 rows.");
    assertThat(message(() -> assertThat(pass).fails())).contains("Pass: psi 0.01.");
    assertThat(message(() -> assertThat(fail).saying("distance"))).contains("hour has psi 0.9.");
  }

  private static Prediction<String, Double> answer(double value, Prediction.Source source) {
    return new Prediction<>(
        "p-1",
        null,
        null,
        new ModelVersion("delay", 3),
        source,
        null,
        value,
        Instant.EPOCH,
        Duration.ZERO);
  }

  @Test
  void prediction_otherSourceVersionOrValue_failsWithBoth() {
    Prediction<String, Double> given = answer(0.25, Prediction.Source.MODEL);
    assertThat(given).comesFromTheModel().isByVersion(3).answers(0.25).answers(0.26, 0.011);
    assertThat(answer(1, Prediction.Source.FALLBACK)).comesFromTheFallback();
    assertThat(message(() -> assertThat(given).comesFromTheFallback()))
        .isEqualTo("Expected FALLBACK, but answer p-1 came from MODEL (delay:3, MODEL).");
    assertThat(message(() -> assertThat(given).isByVersion(2))).contains("version 2", "delay:3");
    assertThat(message(() -> assertThat(given).answers(0.3))).contains("0.3", "is 0.25");
    assertThat(message(() -> assertThat(given).answers(Double.NaN, 1))).contains("NaN");
  }

  @Test
  void assertThat_besideAssertJ_isNotAmbiguous() {
    assertThat(Optional.of("text")).contains("text");
    assertThat(POLICY.name()).isEqualTo("delay");
  }
}
