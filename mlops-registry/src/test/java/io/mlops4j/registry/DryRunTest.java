package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Decisions nobody acts on. */
class DryRunTest {
  private static final GatePolicy MARGIN =
      GatePolicy.named("margin")
          .require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)));

  private static EvaluationReport report(String model, double auc, Instant at) {
    return new EvaluationReport(
        model,
        "march",
        Models.DATASET,
        1000,
        OptionalLong.empty(),
        Map.of(Metric.AUC, new MetricValue.Defined(auc, 1000)),
        "test",
        "1",
        at);
  }

  @Test
  void judge_twoVersions_usesWhatIsStoredNowAndStoresNothing() {
    RegisteredModel<String, String> model = ModelRegistry.inMemory().model("delay", Models.LOADER);
    RegisteredVersion<String, String> first = Models.champion(model, "a", 0.7);
    RegisteredVersion<String, String> second =
        model.register(Models.constant("b"), Lineage.unknown());
    assertThat(MARGIN.judge(second, first).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    model.recordEvaluation(second, Models.report(second, Metric.AUC, 0.705));
    String head = model.head();
    assertThat(MARGIN.judge(second, first).verdict()).isEqualTo(Verdict.PASS);
    assertThat(MARGIN.judge(first, second).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(model.head()).isEqualTo(head);
  }

  @Test
  void decide_version_saysWhatTheModelSays() {
    RegisteredModel<String, String> model = ModelRegistry.inMemory().model("delay", Models.LOADER);
    Models.champion(model, "a", 0.7);
    RegisteredVersion<String, String> second = Models.validated(model, "b", 0.7049);
    GateDecision decision = second.decide(MARGIN);
    assertThat(decision.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(decision.results()).isEqualTo(model.decide(second.number(), MARGIN).results());
    assertThat(decision.promoted()).isFalse();
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
  }

  @Test
  void judge_reports_isDatedByTheNewestAndNamesEachModelAsFarAsItCan() {
    Instant later = Models.NOON.plusSeconds(60);
    GateDecision decision =
        MARGIN.judge(report("my model, new!", 0.8, later), report("delay:7", 0.7, Models.NOON));
    assertThat(decision.decidedAt()).isEqualTo(later);
    assertThat(decision.candidate()).hasToString("my_model__new_:0");
    assertThat(decision.champion().orElseThrow()).hasToString("delay:7");
    assertThat(decision.verdict()).isEqualTo(Verdict.PASS);
    assertThat(MARGIN.judge(report("..x".repeat(60), 0.8, later)).candidate().model()).hasSize(128);
  }

  @Test
  void judge_reportAlone_leavesMarginsToThePolicysRule() {
    EvaluationReport report = report("delay:7", 0.7, Models.NOON);
    assertThat(MARGIN.judge(report).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(MARGIN.require(Gate.metric(Metric.AUC).atLeast(0.65)).judge(report).verdict())
        .isEqualTo(Verdict.PASS);
  }

  @Test
  void judge_policyAsksForTheFleet_isInconclusiveBecauseThereIsNone() {
    EvaluationReport report = report("delay:7", 0.7, Models.NOON);
    GatePolicy policy =
        GatePolicy.named("held")
            .require(Gate.metric(Metric.AUC).atLeast(0.65), Gate.fleetCanServe());
    assertThat(policy.judge(report).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(policy.judge(report).toString()).contains("no fleet to ask");
  }
}
