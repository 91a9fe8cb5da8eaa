package io.mlops4j.registry;

import static io.mlops4j.registry.Models.DATASET;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.Confidence;
import io.mlops4j.evaluation.Contender;
import io.mlops4j.evaluation.EvaluationDetails;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Fairness;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.evaluation.Slicing;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.stats.Correction;
import io.mlops4j.stats.Interval;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BiFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/**
 * What must not change a decision does not: the sign of a metric, row order, names, order of gates.
 */
class DecisionMetamorphicTest {
  private static final Metric GAIN =
      Metric.custom("gain", Direction.HIGHER_IS_BETTER, "EUR", "What right answers bring.");
  private static final Metric COST =
      Metric.custom("cost", Direction.LOWER_IS_BETTER, "EUR", "Gain, negated.");

  /** One report and a comparison that says, in one metric, what the other says negated. */
  private static EvaluationReport report(
      Metric metric, String version, double value, double rival, double half, double p) {
    MetricValue.Defined one = new MetricValue.Defined(value, 1000);
    MetricValue.Defined two = new MetricValue.Defined(rival, 1000);
    PairedDifference difference =
        new PairedDifference(
            one,
            two,
            Optional.of(new Interval(value - rival - half, value - rival + half, 0.95)),
            OptionalDouble.of(p),
            "test");
    EvaluationDetails none = EvaluationDetails.NONE;
    EvaluationDetails details =
        new EvaluationDetails(
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            List.of(
                new SliceResult(
                    "shop", "shop=a", 500, OptionalLong.empty(), Map.of(metric, one), Map.of())),
            List.of(),
            List.of(
                new PairedComparison(
                    "m:1", "d", 1000, Map.of(metric, difference), Optional.empty())),
            none.roc(),
            none.precisionRecall(),
            none.calibration());
    return new EvaluationReport(
        version,
        "march",
        DATASET,
        1000,
        OptionalLong.empty(),
        Map.of(metric, one),
        "test",
        "1",
        Models.NOON,
        details);
  }

  private static Verdict judged(
      Gate gate, Metric metric, double value, double rival, double half, double p) {
    Evidence candidate =
        new Evidence(
            new ModelVersion("m", 2),
            "training",
            List.of(report(metric, "m:2", value, rival, half, p)));
    Evidence champion =
        new Evidence(
            new ModelVersion("m", 1),
            "older",
            List.of(report(metric, "m:1", rival, value, half, p)));
    return new GateEvaluation(GatePolicy.named("p").require(gate), candidate, champion)
        .run()
        .get(0)
        .verdict();
  }

  @Property(tries = 300)
  void negatedMetric_everyGate_saysTheSame(
      @ForAll @DoubleRange(min = -10, max = 10) double value,
      @ForAll @DoubleRange(min = -10, max = 10) double rival,
      @ForAll @DoubleRange(min = 0, max = 3) double half,
      @ForAll @DoubleRange(min = 0, max = 0.1) double p,
      @ForAll @DoubleRange(min = 0, max = 2) double margin) {
    List<BiFunction<Metric, Double, Gate>> gates =
        List.of(
            (m, s) -> s > 0 ? Gate.metric(m).atLeast(margin) : Gate.metric(m).atMost(-margin),
            (m, s) -> s > 0 ? Gate.metric(m).above(margin) : Gate.metric(m).below(-margin),
            (m, s) -> Gate.metric(m).beatsChampionBy(Margin.absolute(margin)),
            (m, s) -> Gate.metric(m).beatsChampionBy(Margin.relative(margin)),
            (m, s) -> Gate.metric(m).notInferiorBy(Margin.absolute(margin)),
            (m, s) -> Gate.metric(m).notInferiorBy(Margin.relative(margin)),
            (m, s) -> Gate.metric(m).onSlice("shop=a").beatsChampionBy(Margin.absolute(margin)),
            (m, s) ->
                Gate.metric(m)
                    .onEverySliceBy("shop")
                    .notWorseThanChampionBy(Margin.relative(margin)),
            (m, s) ->
                s > 0
                    ? Gate.metric(m).onSlice("shop=a").atLeast(margin)
                    : Gate.metric(m).onSlice("shop=a").atMost(-margin),
            (m, s) -> Gate.significantlyBetter(Correction.HOLM, 0.05, m));
    for (BiFunction<Metric, Double, Gate> gate : gates) {
      Gate straight = gate.apply(GAIN, 1.0);
      assertThat(judged(gate.apply(COST, -1.0), COST, -value, -rival, half, p))
          .as(straight.requirement())
          .isEqualTo(judged(straight, GAIN, value, rival, half, p));
    }
  }

  /** Control: a gate that forgot the direction would not pass the property above. */
  @Test
  void negatedMetric_gateThatIgnoresTheDirection_wouldDiffer() {
    Gate gain = Gate.metric(GAIN).beatsChampionBy(Margin.absolute(1));
    assertThat(judged(gain, GAIN, 5, 3, 0, 0)).isEqualTo(Verdict.PASS);
    assertThat(judged(gain, GAIN, -5, -3, 0, 0)).isEqualTo(Verdict.FAIL);
  }

  record Person(String sex, double good, double better) {}

  private static final Schema<Person> SCHEMA = Schema.of(Person.class).withDomain("sex", "f", "m");

  private static List<Labeled<Person>> people() {
    Random random = new Random(11);
    List<Labeled<Person>> rows = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      double truth = random.nextDouble();
      double label = random.nextDouble() < truth ? 1 : 0;
      rows.add(
          new Labeled<>(
              new Person(
                  i % 2 == 0 ? "f" : "m",
                  Math.min(1, Math.max(0, truth + 0.4 * (random.nextDouble() - 0.5))),
                  truth),
              label));
    }
    return rows;
  }

  private static final GatePolicy POLICY =
      GatePolicy.named("p")
          .require(
              Gate.metric(Metric.AUC).atLeast(0.75),
              Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.001)),
              Gate.metric(Metric.BRIER).notInferiorBy(Margin.absolute(0.02)),
              Gate.metric(Metric.AUC).onEverySliceBy("sex").atLeast(0.99),
              Gate.metric(Metric.AUC)
                  .onEverySliceBy("sex")
                  .notWorseThanChampionBy(Margin.absolute(0)),
              Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT).surelyAtLeast(0.5),
              Gate.significantlyBetter(Correction.HOLM, 0.05, Metric.AUC, Metric.BRIER),
              Gate.churnAtMost(0.01));

  private static List<Verdict> decided(List<Labeled<Person>> rows, String name, String rival) {
    var data = LabeledDataset.of(SCHEMA, rows);
    var evaluator =
        Evaluator.<Person>binary()
            .metrics(Metric.AUC, Metric.BRIER)
            .confidence(Confidence.withDefaults().withResamples(200))
            .slices(Slicing.by(SCHEMA, "sex"))
            .fairness(Fairness.by(SCHEMA, "sex"))
            .build();
    var champion =
        new Contender<Person>(rival, "a", all -> all.stream().map(Person::good).toList());
    var candidate =
        new Contender<Person>(name, "b", all -> all.stream().map(Person::better).toList());
    return POLICY
        .judge(
            evaluator.compare(candidate, champion, data, Models.NOON),
            evaluator.evaluate(champion, data, Models.NOON))
        .results()
        .stream()
        .map(GateResult::verdict)
        .toList();
  }

  @Test
  void rowsPermuted_andModelsRenamed_changeNoVerdict() {
    List<Labeled<Person>> rows = people();
    List<Verdict> before = decided(rows, "m:2", "m:1");
    assertThat(before).contains(Verdict.PASS, Verdict.FAIL);
    for (int seed = 0; seed < 3; seed++) {
      List<Labeled<Person>> shuffled = new ArrayList<>(rows);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(decided(shuffled, "m:2", "m:1")).isEqualTo(before);
    }
    assertThat(decided(rows, "zebra:9", "aardvark:8")).isEqualTo(before);
    assertThat(decided(rows, "m:1", "m:2")).as("names swapped, not models").isEqualTo(before);
  }

  @Test
  void gatesInAnotherOrder_sameVerdict_andOneMoreGateNeverHelps() {
    Evidence candidate =
        new Evidence(new ModelVersion("m", 2), "t", List.of(report(GAIN, "m:2", 5, 3, 0.5, 0.01)));
    Evidence champion =
        new Evidence(new ModelVersion("m", 1), "o", List.of(report(GAIN, "m:1", 3, 5, 0.5, 0.01)));
    List<Gate> gates =
        List.of(
            Gate.metric(GAIN).atLeast(4),
            Gate.metric(GAIN).beatsChampionBy(Margin.absolute(1)),
            Gate.metric(GAIN).atLeast(9),
            Gate.metric(COST).atMost(0),
            Gate.significantlyBetter(Correction.HOLM, 0.05, GAIN));
    for (int some = 1; some < 1 << gates.size(); some++) {
      List<Gate> chosen = new ArrayList<>();
      for (int g = 0; g < gates.size(); g++) {
        if (((some >> g) & 1) == 1) {
          chosen.add(gates.get(g));
        }
      }
      Verdict verdict = overall(chosen, candidate, champion);
      Collections.reverse(chosen);
      assertThat(overall(chosen, candidate, champion)).isEqualTo(verdict);
      for (Gate more : gates) {
        List<Gate> longer = new ArrayList<>(chosen);
        longer.add(more);
        if (verdict != Verdict.PASS) {
          assertThat(overall(longer, candidate, champion)).isNotEqualTo(Verdict.PASS);
        }
      }
    }
  }

  private static Verdict overall(List<Gate> gates, Evidence candidate, Evidence champion) {
    GatePolicy policy =
        new GatePolicy(
            "p", gates, 100, GatePolicy.WithoutChampion.VALUE_GATES_ONLY, Optional.empty());
    return GateEvaluation.overall(new GateEvaluation(policy, candidate, champion).run());
  }
}
