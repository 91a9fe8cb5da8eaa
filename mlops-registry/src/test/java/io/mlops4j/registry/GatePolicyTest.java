package io.mlops4j.registry;

import static io.mlops4j.registry.Models.DATASET;
import static io.mlops4j.registry.Models.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatePolicyTest {
  private static final Metric COST =
      Metric.custom("cost", Direction.LOWER_IS_BETTER, "EUR", "What a wrong answer costs.");
  private static final Metric GAIN =
      Metric.custom("gain", Direction.HIGHER_IS_BETTER, "EUR", "Cost, negated.");

  private static EvaluationReport evidence(
      int version, Metric metric, MetricValue value, String dataset, String evaluator, long rows) {
    return new EvaluationReport(
        "delay:" + version,
        "march",
        dataset,
        rows,
        OptionalLong.empty(),
        Map.of(metric, value),
        "test",
        evaluator,
        Models.NOON);
  }

  private static EvaluationReport evidence(int version, Metric metric, double value) {
    return evidence(version, metric, new Defined(value, 1000), DATASET, "1", 1000);
  }

  private static Evidence about(int version, EvaluationReport... reports) {
    return new Evidence(new ModelVersion("delay", version), "sha-of-training", List.of(reports));
  }

  private static GateResult only(Gate gate, Evidence candidate, @Nullable Evidence champion) {
    GatePolicy policy = GatePolicy.named("p").require(gate);
    return new GateEvaluation(policy, candidate, champion).run().get(0);
  }

  private static Verdict margin(Metric metric, Margin margin, double candidate, double champion) {
    return only(
            Gate.metric(metric).beatsChampionBy(margin),
            about(2, evidence(2, metric, candidate)),
            about(1, evidence(1, metric, champion)))
        .verdict();
  }

  @ParameterizedTest
  @CsvSource({
    "0.65, PASS, FAIL, PASS, FAIL",
    "0.6500000000000001, PASS, PASS, FAIL, FAIL",
    "0.6499999999999999, FAIL, FAIL, PASS, PASS",
    "-1, FAIL, FAIL, PASS, PASS"
  })
  void value_aroundTheBound_includesOrExcludesIt(
      double value, Verdict atLeast, Verdict above, Verdict atMost, Verdict below) {
    Evidence candidate = about(1, evidence(1, Metric.AUC, value));
    Gate.OnMetric auc = Gate.metric(Metric.AUC);
    assertThat(only(auc.atLeast(0.65), candidate, null).verdict()).isEqualTo(atLeast);
    assertThat(only(auc.above(0.65), candidate, null).verdict()).isEqualTo(above);
    assertThat(only(auc.atMost(0.65), candidate, null).verdict()).isEqualTo(atMost);
    assertThat(only(auc.below(0.65), candidate, null).verdict()).isEqualTo(below);
  }

  @Test
  void value_result_showsObservedAndRequired() {
    GateResult result =
        only(Gate.metric(Metric.AUC).atLeast(0.65), about(1, evidence(1, Metric.AUC, 0.61)), null);
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.candidate()).hasValue(0.61);
    assertThat(result.observed()).isEqualTo("0.61");
    assertThat(result.required()).isEqualTo("auc >= 0.65");
    assertThat(result.sentence()).isEqualTo("delay:1 has auc 0.61 on march, not auc >= 0.65.");
  }

  /** In binary, 0.7 - 0.695 is a little more than 0.005 and 0.3 - 0.1 a little less than 0.2. */
  @ParameterizedTest
  @CsvSource({
    "0.7, 0.695, 0.005, PASS",
    "0.3, 0.1, 0.2, PASS",
    "0.8, 0.7, 0.1, PASS",
    "0.6999, 0.695, 0.005, FAIL",
    "0.695, 0.7, 0, FAIL",
    "0.7, 0.7, 0, PASS",
    "0.1, -0.1, 0.2, PASS"
  })
  void margin_absolute_isInclusiveInDecimals(
      double candidate, double champion, double margin, Verdict verdict) {
    assertThat(margin(GAIN, Margin.absolute(margin), candidate, champion)).isEqualTo(verdict);
    assertThat(margin(COST, Margin.absolute(margin), -candidate, -champion)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "0.707, 0.7, 0.01, PASS",
    "0.7069, 0.7, 0.01, FAIL",
    "-0.693, -0.7, 0.01, PASS",
    "-0.6931, -0.7, 0.01, FAIL",
    "-0.707, -0.7, 0.01, FAIL",
    "0.5, 0, 0.01, INCONCLUSIVE",
    "0.5, 1e-12, 0.01, INCONCLUSIVE"
  })
  void margin_relative_isOfTheChampionsMagnitude(
      double candidate, double champion, double margin, Verdict verdict) {
    assertThat(margin(GAIN, Margin.relative(margin), candidate, champion)).isEqualTo(verdict);
    assertThat(margin(COST, Margin.relative(margin), -candidate, -champion)).isEqualTo(verdict);
  }

  @Property
  void margin_metricAndItsNegation_agree(
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double candidate,
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double champion,
      @ForAll @DoubleRange(min = 0, max = 10) double margin) {
    for (Margin unit : List.of(Margin.absolute(margin), Margin.relative(margin))) {
      assertThat(margin(GAIN, unit, candidate, champion))
          .isEqualTo(margin(COST, unit, -candidate, -champion));
    }
    assertThat(margin(GAIN, Margin.absolute(margin), candidate, champion))
        .isEqualTo(candidate >= champion ? passIf(candidate, champion, margin) : Verdict.FAIL);
  }

  private static Verdict passIf(double candidate, double champion, double margin) {
    var gain =
        new java.math.BigDecimal(Double.toString(candidate))
            .subtract(new java.math.BigDecimal(Double.toString(champion)));
    return gain.compareTo(new java.math.BigDecimal(Double.toString(margin))) >= 0
        ? Verdict.PASS
        : Verdict.FAIL;
  }

  @Test
  void margin_result_showsBothNumbersGainAndUnit() {
    GateResult result =
        only(
            Gate.metric(Metric.AUC).beatsChampionBy(Margin.relative(0.01)),
            about(2, evidence(2, Metric.AUC, 0.71)),
            about(1, evidence(1, Metric.AUC, 0.7)));
    assertThat(result.candidate()).hasValue(0.71);
    assertThat(result.champion()).hasValue(0.7);
    assertThat(result.sentence())
        .isEqualTo(
            "delay:2 beats delay:1 on march: auc 0.71 against 0.7: gain 0.01 (+1.43 %), required"
                + " gain 0.007 (1 % of the champion's magnitude).");
    assertThat(result.required())
        .isEqualTo("auc better than the champion's by at least 1 % of the champion's magnitude");
  }

  @Test
  void margin_otherDatasetEvaluatorOrRows_isInconclusiveWithTheReason() {
    Gate gate = Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0));
    Evidence candidate = about(2, evidence(2, Metric.AUC, 0.9));
    Defined low = new Defined(0.1, 1000);
    for (EvaluationReport other :
        List.of(
            evidence(1, Metric.AUC, low, "e".repeat(64), "1", 1000),
            evidence(1, Metric.AUC, low, DATASET, "2", 1000),
            evidence(1, Metric.AUC, low, DATASET, "1", 1001))) {
      GateResult result = only(gate, candidate, about(1, other));
      assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(result.sentence()).contains("no comparable evidence").contains("different");
    }
    assertThat(only(gate, candidate, about(1)).sentence())
        .contains("was not measured for the champion");
    // Any older report about the same rows will do.
    assertThat(
            only(
                    gate,
                    candidate,
                    about(
                        1,
                        evidence(1, Metric.AUC, 0.1),
                        evidence(1, Metric.AUC, low, "e".repeat(64), "1", 1000)))
                .verdict())
        .isEqualTo(Verdict.PASS);
  }

  @Test
  void evidence_missingUndefinedOrTooFewRows_neverPasses() {
    MetricValue undefined = new Undefined("only one class");
    Evidence good = about(1, evidence(1, Metric.AUC, 0.1));
    List<Evidence> candidates =
        List.of(
            about(2),
            about(2, evidence(2, Metric.BRIER, 0.1)),
            about(2, evidence(2, Metric.AUC, undefined, DATASET, "1", 1000)),
            about(2, evidence(2, Metric.AUC, new Defined(0.9, 99), DATASET, "1", 1000)),
            about(2, evidence(2, Metric.AUC, new Defined(0.9, 99), DATASET, "1", 99)));
    for (Evidence candidate : candidates) {
      for (Gate gate :
          List.of(
              Gate.metric(Metric.AUC).atLeast(0),
              Gate.metric(Metric.AUC).atMost(1),
              Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0)))) {
        GateResult result = only(gate, candidate, good);
        assertThat(result.verdict()).as(result.sentence()).isEqualTo(Verdict.INCONCLUSIVE);
      }
    }
    assertThat(only(Gate.metric(Metric.AUC).atLeast(0), candidates.get(2), good).sentence())
        .contains("only one class");
    assertThat(only(Gate.metric(Metric.AUC).atLeast(0), candidates.get(3), good).sentence())
        .contains("rests on 99 rows; the policy asks for 100");
    Gate margin = Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0));
    Evidence undefinedChampion = about(1, evidence(1, Metric.AUC, undefined, DATASET, "1", 1000));
    assertThat(only(margin, about(2, evidence(2, Metric.AUC, 0.9)), undefinedChampion).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void evidence_severalReports_theNewestCounts() {
    Gate gate = Gate.metric(Metric.AUC).atLeast(0.5);
    EvaluationReport good = evidence(1, Metric.AUC, 0.9);
    EvaluationReport bad =
        evidence(1, Metric.AUC, new Defined(0.1, 1000), "e".repeat(64), "1", 1000);
    EvaluationReport other = evidence(1, Metric.BRIER, 0.1);
    assertThat(only(gate, about(1, good, bad, other), null).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(only(gate, about(1, bad, good, other), null).verdict()).isEqualTo(Verdict.PASS);
    GatePolicy pinned = GatePolicy.named("p").require(gate).onDataset(DATASET);
    assertThat(new GateEvaluation(pinned, about(1, good, bad), null).run().get(0).verdict())
        .isEqualTo(Verdict.PASS);
    GateEvaluation none = new GateEvaluation(pinned, about(1, bad), null);
    assertThat(none.run().get(0).sentence()).contains("on data set " + DATASET);
  }

  @Test
  void firstChampion_rules_areExplicit() {
    Gate margin = Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.01));
    Gate value = Gate.metric(Metric.AUC).atLeast(0.5);
    Evidence candidate = about(1, evidence(1, Metric.AUC, 0.9));
    GatePolicy both = GatePolicy.named("p").require(margin, value);
    List<GateResult> results = new GateEvaluation(both, candidate, null).run();
    assertThat(results)
        .extracting(GateResult::verdict)
        .containsExactly(Verdict.NOT_APPLICABLE, Verdict.PASS);
    assertThat(GateEvaluation.overall(results)).isEqualTo(Verdict.PASS);
    assertThat(overall(GatePolicy.named("p").require(margin), candidate))
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(overall(both.withoutChampion(GatePolicy.WithoutChampion.BLOCK), candidate))
        .isEqualTo(Verdict.INCONCLUSIVE);
  }

  private static Verdict overall(GatePolicy policy, Evidence candidate) {
    return GateEvaluation.overall(new GateEvaluation(policy, candidate, null).run());
  }

  @Test
  void overall_anythingButPass_isNoPass() {
    assertThat(verdict(Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE)).isEqualTo(Verdict.FAIL);
    assertThat(verdict(Verdict.PASS, Verdict.INCONCLUSIVE)).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(verdict(Verdict.NOT_APPLICABLE)).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(verdict(Verdict.PASS, Verdict.NOT_APPLICABLE)).isEqualTo(Verdict.PASS);
  }

  private static Verdict verdict(Verdict... verdicts) {
    Evidence candidate = about(1, evidence(1, Metric.AUC, 0.9));
    GateResult any = only(Gate.metric(Metric.AUC).atLeast(0), candidate, null);
    return GateEvaluation.overall(
        Arrays.stream(verdicts)
            .map(v -> new GateResult(any.metric(), v, any.candidate(), any.champion(), "", "", ""))
            .toList());
  }

  @Test
  void policy_emptyOrOutOfRange_isRefused() {
    assertThatThrownBy(
            () ->
                new GatePolicy(
                    "p",
                    List.of(),
                    1,
                    GatePolicy.WithoutChampion.VALUE_GATES_ONLY,
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no gate");
    Gate gate = Gate.metric(Metric.AUC).atLeast(0.5);
    List<Runnable> wrong =
        List.of(
            () -> GatePolicy.named(" ").require(gate),
            () -> GatePolicy.named("p").require(gate).withMinRows(0),
            () -> Gate.metric(Metric.AUC).atLeast(Double.NaN),
            () -> Margin.absolute(-0.1),
            () -> Margin.relative(Double.POSITIVE_INFINITY),
            () -> Margin.absolute(Double.NaN));
    for (Runnable action : wrong) {
      assertThatThrownBy(action::run).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void digest_differsWithEachPart() {
    Gate gate = Gate.metric(Metric.AUC).atLeast(0.5);
    GatePolicy policy = GatePolicy.named("p").require(gate);
    List<GatePolicy> variants =
        new ArrayList<>(
            List.of(
                policy,
                GatePolicy.named("q").require(gate),
                GatePolicy.named("p").require(Gate.metric(Metric.AUC).above(0.5)),
                GatePolicy.named("p").require(Gate.metric(Metric.AUC).atLeast(0.51)),
                policy.require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.1))),
                policy.require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.relative(0.1))),
                policy.withMinRows(7),
                policy.onDataset(DATASET),
                policy.withoutChampion(GatePolicy.WithoutChampion.BLOCK)));
    assertThat(variants).extracting(GatePolicy::digest).doesNotHaveDuplicates();
    assertThat(GatePolicy.named("p").require(gate).digest()).isEqualTo(policy.digest());
  }

  @Test
  void decide_againstAQuarantinedChampion_keepsTheBar() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
      RegisteredVersion<String, String> first = Models.champion(model, "a", 0.9);
      ((StoredModel<String, String>) model).quarantine(1, new IntegrityException("Test."));
      GatePolicy policy =
          GatePolicy.named("p")
              .require(
                  Gate.metric(Metric.AUC).atLeast(0.5),
                  Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0)));
      RegisteredVersion<String, String> second = Models.validated(model, "b", 0.8);
      GateDecision refused = model.promote(second, policy);
      assertThat(refused.promoted()).isFalse();
      assertThat(refused.champion()).contains(first.version());
      model.recordEvaluation(second, report(second, Metric.AUC, 0.95));
      assertThat(model.decide(second.number(), policy).promoted()).isFalse();
      assertThat(model.promote(second, policy).promoted()).isTrue();
      assertThat(model.champion().map(RegisteredVersion::number)).contains(2);
      assertThatThrownBy(() -> model.rollback("no")).hasMessageContaining("no intact");
    }
  }

  @Test
  void evaluate_judgedOnItsOwnTrainingData_isInconclusiveForCandidateAndChampion() {
    EvaluationReport good = evidence(2, Metric.AUC, 0.9);
    EvaluationReport bar = evidence(1, Metric.AUC, 0.6);
    Evidence cheat =
        new Evidence(new ModelVersion("delay", 2), good.datasetDigest(), List.of(good));
    Evidence honest = about(2, good);
    Evidence champion = about(1, bar);
    Evidence learnedIt =
        new Evidence(new ModelVersion("delay", 1), bar.datasetDigest(), List.of(bar));
    Gate value = Gate.metric(Metric.AUC).atLeast(0.5);
    Gate margin = Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.01));

    assertThat(only(value, cheat, champion).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(only(value, cheat, champion).sentence())
        .contains("delay:2 was trained on", "proves nothing");
    assertThat(only(margin, honest, learnedIt).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(only(margin, honest, champion).verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void sentence_valueAHairBelowTheBound_showsTheHair() {
    GateResult result =
        only(
            Gate.metric(Metric.AUC).atLeast(0.65),
            about(1, evidence(1, Metric.AUC, 0.64999999999)),
            null);
    assertThat(result.sentence()).contains("0.64999999999");
    GateResult plain =
        only(
            Gate.metric(Metric.AUC).atLeast(0.65),
            about(1, evidence(1, Metric.AUC, 0.687382441936)),
            null);
    assertThat(plain.sentence()).contains("0.687382").doesNotContain("0.6873824");
  }
}
