package io.mlops4j.registry;

import static io.mlops4j.registry.Models.DATASET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CalibrationCurve;
import io.mlops4j.evaluation.Churn;
import io.mlops4j.evaluation.EvaluationDetails;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.FairnessGroup;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.FairnessResult;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricInterval;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.stats.Correction;
import io.mlops4j.stats.Interval;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gates on slices, fairness and paired evidence; each with evidence it must not pass. */
class EvidenceGateTest {
  private static final Undefined NONE = new Undefined("It is 0/0.");

  private static EvaluationReport report(EvaluationDetails details, String dataset, long rows) {
    return new EvaluationReport(
        "credit:2",
        "march",
        dataset,
        rows,
        OptionalLong.empty(),
        Map.of(Metric.AUC, new Defined(0.7, rows)),
        "test",
        "1",
        Models.NOON,
        details);
  }

  private static EvaluationDetails details(
      List<SliceResult> slices, List<FairnessResult> fairness, List<PairedComparison> pairs) {
    EvaluationDetails none = EvaluationDetails.NONE;
    return new EvaluationDetails(
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        slices,
        fairness,
        pairs,
        none.roc(),
        none.precisionRecall(),
        none.calibration());
  }

  private static Evidence candidate(EvaluationReport... reports) {
    return new Evidence(new ModelVersion("credit", 2), "training", List.of(reports));
  }

  private static final Evidence CHAMPION =
      new Evidence(new ModelVersion("credit", 1), "older", List.of());

  private static GateResult judge(
      Gate gate, EvaluationDetails details, @Nullable Evidence champion) {
    return judge(GatePolicy.named("p").require(gate), report(details, DATASET, 1000), champion);
  }

  private static GateResult judge(
      GatePolicy policy, EvaluationReport report, @Nullable Evidence champion) {
    return new GateEvaluation(policy, candidate(report), champion).run().get(0);
  }

  private static SliceResult slice(String name, long rows, MetricValue auc) {
    return new SliceResult(
        "origin", name, rows, OptionalLong.empty(), Map.of(Metric.AUC, auc), Map.of());
  }

  private static EvaluationDetails slices(SliceResult... slices) {
    return details(List.of(slices), List.of(), List.of());
  }

  @Test
  void slice_aroundTheBound_passesOrFailsWithTheNumbers() {
    var details = slices(slice("origin=ORD", 500, new Defined(0.65, 500)));
    Gate gate = Gate.metric(Metric.AUC).onSlice("origin=ORD").atLeast(0.65);
    GateResult result = judge(gate, details, null);
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.candidate()).hasValue(0.65);
    assertThat(result.required()).isEqualTo("auc on origin=ORD >= 0.65");
    assertThat(result.sentence())
        .startsWith("credit:2 on march has auc 0.65 on the 500 rows of slice origin=ORD")
        .endsWith("Evidence " + report(details, DATASET, 1000).digest().substring(0, 12) + ".");
    Gate higher = Gate.metric(Metric.AUC).onSlice("origin=ORD").atLeast(0.66);
    assertThat(judge(higher, details, null).verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void slice_missingSmallOrUndefined_neverPasses() {
    Gate gate = Gate.metric(Metric.AUC).onSlice("origin=ORD").atLeast(0);
    Gate every = Gate.metric(Metric.AUC).onEverySliceBy("origin").atLeast(0);
    List<EvaluationDetails> gaps =
        List.of(
            EvaluationDetails.NONE,
            slices(slice("origin=ORD", 99, new Defined(0.9, 99))),
            slices(slice("origin=ORD", 500, NONE)),
            slices(
                new SliceResult(
                    "origin", "origin=ORD", 500, OptionalLong.empty(), Map.of(), Map.of())));
    for (EvaluationDetails gap : gaps) {
      assertThat(judge(gate, gap, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(every, gap, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }
    // Control: the same gates pass on evidence that is there.
    var enough = slices(slice("origin=ORD", 100, new Defined(0.9, 100)));
    assertThat(judge(gate, enough, null).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(every, enough, null).verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void everySlice_worstDecides_andFailureBeatsAGap() {
    Gate gate = Gate.metric(Metric.AUC).onEverySliceBy("origin").atLeast(0.6);
    var good = slice("origin=ORD", 500, new Defined(0.7, 500));
    var bad = slice("origin=ATL", 500, new Defined(0.55, 500));
    var small = slice("origin=LAX", 9, new Defined(0.9, 9));
    assertThat(judge(gate, slices(good), null).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(gate, slices(good, small), null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    GateResult result = judge(gate, slices(good, bad, small), null);
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.observed()).isEqualTo("0.55 on origin=ATL");
  }

  private static FairnessGroup group(String name, long rows) {
    return new FairnessGroup(
        name, rows, 0, 0, 0, NONE, Optional.empty(), new CalibrationCurve(List.of()));
  }

  private static EvaluationDetails fairness(MetricValue value, double low, double high, long rows) {
    return details(
        List.of(),
        List.of(
            new FairnessResult(
                "sex",
                "score >= 0.5",
                30,
                List.of(group("sex=f", rows), group("sex=m", 500)),
                0,
                Map.of(FairnessMeasure.DISPARATE_IMPACT, value),
                Map.of(
                    FairnessMeasure.DISPARATE_IMPACT,
                    new MetricInterval(new Interval(low, high, 0.95), "test")))),
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "0.8, 0.7, 0.9, PASS, INCONCLUSIVE",
    "0.79, 0.7, 0.9, FAIL, INCONCLUSIVE",
    "0.9, 0.8, 1, PASS, PASS",
    "0.6, 0.5, 0.7, FAIL, FAIL"
  })
  void fairness_fourFifths_byValueOrByWholeInterval(
      double value, double low, double high, Verdict plain, Verdict surely) {
    Gate.OnFairness impact = Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT);
    var details = fairness(new Defined(value, 40), low, high, 40);
    assertThat(judge(impact.atLeast(0.8), details, null).verdict()).isEqualTo(plain);
    assertThat(judge(impact.surelyAtLeast(0.8), details, null).verdict()).isEqualTo(surely);
  }

  @Test
  void fairness_missingSmallGroupOrUndefined_neverPasses() {
    Gate.OnFairness impact = Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT);
    Gate gate = impact.atLeast(0);
    var here = fairness(new Defined(0.9, 30), 0.8, 1, 30);
    assertThat(judge(gate, here, null).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(gate, EvaluationDetails.NONE, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, fairness(new Defined(0.9, 29), 0.8, 1, 29), null).sentence())
        .contains("Group 'sex=f' has 29 rows; the gate asks for 30.");
    assertThat(judge(gate, fairness(NONE, 0, 1, 100), null).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(impact.withMinGroupSize(31).atLeast(0), here, null).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    Gate other = Gate.fairness("sex", FairnessMeasure.EQUALIZED_ODDS_DIFFERENCE).atMost(1);
    assertThat(judge(other, here, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    Gate wrong = Gate.fairness("age", FairnessMeasure.DISPARATE_IMPACT).atLeast(0);
    assertThat(judge(wrong, here, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  private static PairedDifference difference(
      double candidate, double champion, double low, double high, double p) {
    return new PairedDifference(
        new Defined(candidate, 1000),
        new Defined(champion, 1000),
        Optional.of(new Interval(low, high, 0.95)),
        OptionalDouble.of(p),
        "test");
  }

  private static EvaluationDetails pairs(Map<Metric, PairedDifference> differences) {
    return details(
        List.of(),
        List.of(),
        List.of(
            new PairedComparison(
                "credit:1", "ab", 1000, differences, Optional.of(new Churn(0.5, 1000, 30, 20)))));
  }

  @ParameterizedTest
  @CsvSource({
    "-0.005, 0.01, PASS",
    "-0.01, 0.01, PASS",
    "-0.0101, 0.01, INCONCLUSIVE",
    "-0.05, -0.02, FAIL"
  })
  void notInferior_wholeIntervalCounts_alsoForLosses(double low, double high, Verdict verdict) {
    Gate auc = Gate.metric(Metric.AUC).notInferiorBy(Margin.absolute(0.01));
    var gains = pairs(Map.of(Metric.AUC, difference(0.7, 0.71, low, high, 0.5)));
    assertThat(judge(auc, gains, CHAMPION).verdict()).isEqualTo(verdict);
    // The same the other way round: a loss that grows is a gain that shrinks.
    Gate loss = Gate.metric(Metric.LOG_LOSS).notInferiorBy(Margin.absolute(0.01));
    var losses = pairs(Map.of(Metric.LOG_LOSS, difference(0.5, 0.49, -high, -low, 0.5)));
    assertThat(judge(loss, losses, CHAMPION).verdict()).isEqualTo(verdict);
  }

  @Test
  void paired_gapsInTheEvidence_neverPass() {
    List<Gate> gates =
        List.of(
            Gate.metric(Metric.AUC).notInferiorBy(Margin.absolute(1)),
            Gate.significantlyBetter(Correction.HOLM, 0.05, Metric.AUC),
            Gate.churnAtMost(1));
    var full = pairs(Map.of(Metric.AUC, difference(0.8, 0.7, 0.08, 0.12, 0.001)));
    var unknown =
        pairs(
            Map.of(
                Metric.AUC,
                new PairedDifference(
                    NONE, NONE, Optional.empty(), OptionalDouble.empty(), "one class")));
    var other = new Evidence(new ModelVersion("credit", 9), "older", List.of());
    for (Gate gate : gates) {
      assertThat(judge(gate, full, CHAMPION).verdict()).as("control").isEqualTo(Verdict.PASS);
      assertThat(judge(gate, EvaluationDetails.NONE, CHAMPION).verdict())
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(gate, full, other).verdict())
          .as("compared with another than the champion")
          .isEqualTo(Verdict.INCONCLUSIVE);
      GatePolicy policy = GatePolicy.named("p").require(gate);
      assertThat(judge(policy, report(full, "training", 1000), CHAMPION).verdict())
          .as("on training rows")
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(policy, report(full, "older", 1000), CHAMPION).verdict())
          .as("on the champion's training rows")
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(policy.withMinRows(1001), report(full, DATASET, 1000), CHAMPION).verdict())
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(policy.onDataset("cd"), report(full, DATASET, 1000), CHAMPION).verdict())
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(gate, full, null).verdict())
          .as("no champion and no value gate")
          .isEqualTo(Verdict.INCONCLUSIVE);
    }
    for (Gate gate : gates.subList(0, 2)) {
      assertThat(judge(gate, unknown, CHAMPION).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(gate, pairs(Map.of()), CHAMPION).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }
  }

  private static final Metric[] MORE = {Metric.LOG_LOSS, Metric.BRIER, Metric.AVERAGE_PRECISION};

  /** p = 0.02, 0.03, 0.035, 0.04; all gains. Holm: 0.08 each; Benjamini-Hochberg: 0.04 each. */
  @Test
  void significance_family_isCorrectedAsAsked() {
    Map<Metric, PairedDifference> four = new LinkedHashMap<>();
    four.put(Metric.AUC, difference(0.71, 0.7, 0.001, 0.02, 0.02));
    four.put(Metric.LOG_LOSS, difference(0.49, 0.5, -0.02, -0.001, 0.03));
    four.put(Metric.BRIER, difference(0.19, 0.2, -0.02, -0.001, 0.035));
    four.put(Metric.AVERAGE_PRECISION, difference(0.41, 0.4, 0.001, 0.02, 0.04));
    assertThat(significance(Correction.NONE, four)).isEqualTo(Verdict.PASS);
    assertThat(significance(Correction.HOLM, four)).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(significance(Correction.BENJAMINI_HOCHBERG, four)).isEqualTo(Verdict.PASS);
    four.put(Metric.BRIER, difference(0.21, 0.2, 0.001, 0.02, 0.0001));
    assertThat(significance(Correction.HOLM, four))
        .as("one is significantly worse")
        .isEqualTo(Verdict.FAIL);
  }

  private static Verdict significance(
      Correction correction, Map<Metric, PairedDifference> differences) {
    return judge(
            Gate.significantlyBetter(correction, 0.05, Metric.AUC, MORE),
            pairs(differences),
            CHAMPION)
        .verdict();
  }

  @Test
  void churn_share_isInclusiveAndShown() {
    var details = pairs(Map.of());
    assertThat(judge(Gate.churnAtMost(0.05), details, CHAMPION).verdict()).isEqualTo(Verdict.PASS);
    GateResult result = judge(Gate.churnAtMost(0.049), details, CHAMPION);
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.sentence()).contains("changes 50 of 1000 decisions of credit:1");
  }

  @Test
  void firstChampion_comparisons_doNotApplyBesideAValueGate() {
    GatePolicy policy =
        GatePolicy.named("p").require(Gate.churnAtMost(0.1), Gate.metric(Metric.AUC).atLeast(0.6));
    assertThat(judge(policy, report(EvaluationDetails.NONE, DATASET, 1000), null).verdict())
        .isEqualTo(Verdict.NOT_APPLICABLE);
  }

  @Test
  void decision_usedEvidence_isListedByDigest() {
    var details = slices(slice("origin=ORD", 500, new Defined(0.7, 500)));
    EvaluationReport report = report(details, DATASET, 1000);
    GatePolicy policy =
        GatePolicy.named("p").require(Gate.metric(Metric.AUC).onSlice("origin=ORD").atLeast(0.6));
    var evaluation = new GateEvaluation(policy, candidate(report), null);
    evaluation.run();
    assertThat(evaluation.used()).containsExactly(report.digest());
  }

  @Test
  void gates_impossibleArguments_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Gate.churnAtMost(1.5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.significantlyBetter(Correction.HOLM, 0, Metric.AUC));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.significantlyBetter(Correction.HOLM, 0.05, Metric.AUC, Metric.AUC));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT).atLeast(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT).withMinGroupSize(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.metric(Metric.AUC).onSlice("a").atLeast(Double.NaN));
  }

  private static Evidence championWith(EvaluationDetails details) {
    EvaluationReport report = report(details, DATASET, 1000);
    EvaluationReport about =
        new EvaluationReport(
            "credit:1",
            report.datasetName(),
            report.datasetDigest(),
            report.rows(),
            report.positives(),
            report.metrics(),
            report.evaluator(),
            report.evaluatorVersion(),
            report.evaluatedAt(),
            details);
    return new Evidence(new ModelVersion("credit", 1), "older", List.of(about));
  }

  private static EvaluationDetails auc(double ord, double atl) {
    return slices(
        slice("origin=ORD", 500, new Defined(ord, 500)),
        slice("origin=ATL", 400, new Defined(atl, 400)));
  }

  @Test
  void sliceAgainstTheChampion_worstSliceDecides() {
    Gate.OnSlice every = Gate.metric(Metric.AUC).onEverySliceBy("origin");
    Gate beats = every.beatsChampionBy(Margin.absolute(0.01));
    Gate notWorse = every.notWorseThanChampionBy(Margin.absolute(0.01));
    Evidence champion = championWith(auc(0.7, 0.6));
    assertThat(judge(beats, auc(0.71, 0.61), champion).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(beats, auc(0.8, 0.609), champion).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge(notWorse, auc(0.69, 0.8), champion).verdict()).isEqualTo(Verdict.PASS);
    GateResult lost = judge(notWorse, auc(0.9, 0.589), champion);
    assertThat(lost.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(lost.observed()).isEqualTo("0.589 against 0.6: gain -0.011 on origin=ATL");
    assertThat(lost.champion()).hasValue(0.6);
    Gate one = Gate.metric(Metric.AUC).onSlice("origin=ORD").beatsChampionBy(Margin.relative(0.01));
    assertThat(judge(one, auc(0.707, 0.1), champion).verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(one, auc(0.7069, 0.9), champion).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judge(beats, auc(0.8, 0.8), null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void sliceAgainstTheChampion_gapsOnEitherSide_neverPass() {
    Gate gate =
        Gate.metric(Metric.AUC).onEverySliceBy("origin").notWorseThanChampionBy(Margin.absolute(1));
    var ord = slice("origin=ORD", 500, new Defined(0.7, 500));
    var small = slice("origin=ATL", 99, new Defined(0.7, 99));
    var unknown = slice("origin=ATL", 500, NONE);
    assertThat(judge(gate, auc(0.7, 0.6), championWith(auc(0.7, 0.6))).verdict())
        .as("control")
        .isEqualTo(Verdict.PASS);
    for (SliceResult gap : List.of(small, unknown)) {
      assertThat(judge(gate, slices(ord, gap), championWith(auc(0.7, 0.6))).verdict())
          .isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(judge(gate, auc(0.7, 0.6), championWith(slices(ord, gap))).verdict())
          .isEqualTo(Verdict.INCONCLUSIVE);
    }
    assertThat(judge(gate, slices(ord), championWith(auc(0.7, 0.6))).verdict())
        .as("a slice that the candidate was not measured on")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, auc(0.7, 0.6), championWith(slices(ord))).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, auc(0.7, 0.6), championWith(EvaluationDetails.NONE)).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void slice_minRowsOfItsOwn_replaceThePolicys() {
    var small = slices(slice("origin=ORD", 50, new Defined(0.9, 50)));
    Gate.OnSlice slice = Gate.metric(Metric.AUC).onSlice("origin=ORD");
    assertThat(judge(slice.atLeast(0.5), small, null).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    Gate lower = slice.withMinRows(50).atLeast(0.5);
    assertThat(judge(lower, small, null).verdict()).isEqualTo(Verdict.PASS);
    assertThat(lower.requirement())
        .isEqualTo("auc on origin=ORD >= 0.5, slices of 50 rows or more");
    assertThat(judge(slice.withMinRows(51).atLeast(0.5), small, null).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThatIllegalArgumentException().isThrownBy(() -> slice.withMinRows(0));
  }

  private static EvaluationDetails impact(double value, long group, String decision) {
    return details(
        List.of(),
        List.of(
            new FairnessResult(
                "sex",
                decision,
                30,
                List.of(group("f", group), group("m", 500)),
                0,
                Map.of(FairnessMeasure.DISPARATE_IMPACT, new Defined(value, 500)),
                Map.of())),
        List.of());
  }

  @Test
  void fairnessAgainstTheChampion_lessFairByMoreThanTheMargin_fails() {
    Gate.OnFairness sex = Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT);
    Gate gate = sex.notWorseThanChampionBy(Margin.absolute(0.02));
    Evidence champion = championWith(impact(0.85, 400, "score >= 0.5"));
    assertThat(judge(gate, impact(0.83, 400, "score >= 0.5"), champion).verdict())
        .isEqualTo(Verdict.PASS);
    GateResult worse = judge(gate, impact(0.829, 400, "score >= 0.5"), champion);
    assertThat(worse.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(worse.sentence()).contains("0.829 against 0.85: gain -0.021");
    assertThat(judge(gate, impact(0.85, 29, "score >= 0.5"), champion).verdict())
        .as("a group too small")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(
            judge(
                    sex.withMinGroupSize(401).notWorseThanChampionBy(Margin.absolute(0.02)),
                    impact(0.9, 500, "score >= 0.5"),
                    champion)
                .verdict())
        .as("a group too small for the champion")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, impact(0.85, 400, "score >= 0.6"), champion).verdict())
        .as("another decision")
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, impact(0.85, 400, "score >= 0.5"), CHAMPION).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(judge(gate, EvaluationDetails.NONE, champion).verdict())
        .isEqualTo(Verdict.INCONCLUSIVE);
  }
}
