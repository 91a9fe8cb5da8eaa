package io.mlops4j.experiments.analysis;

import static io.mlops4j.experiments.analysis.Oracle.doubles;
import static io.mlops4j.experiments.analysis.Oracle.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.experiments.WeightVector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class OffPolicyEvaluationTest {
  private static final List<String> ARMS = List.of("a", "b");
  private static final WeightVector HALVES = WeightVector.of(0, ARMS, 0.5, 0.5);

  @Test
  void result_oracleCase_matchesClusteredLeastSquares() {
    JsonNode oracle = Oracle.section("offPolicy");
    OffPolicyEvaluation evaluation =
        OffPolicyEvaluation.of(
            "candidate",
            OffPolicyLimits.withDefaults()
                .withMinUnits(50)
                .withMinEffectiveUnits(10)
                .withMaxWeightShare(0.5)
                .withSwitchAbove(number(oracle, "switchAbove")));
    for (JsonNode row : oracle.get("rows")) {
      evaluation.add(
          row.get(0).asText(),
          WeightVector.of(0, List.of("a", "b", "c"), doubles(row.get(1))),
          row.get(2).intValue(),
          row.get(3).doubleValue(),
          doubles(row.get(4)),
          doubles(row.get(5)));
    }
    OffPolicyResult.Answered answer = (OffPolicyResult.Answered) evaluation.result(0.95);

    matches(oracle.get("ips"), answer.by("IPS"));
    matches(oracle.get("snips"), answer.by("SNIPS"));
    matches(oracle.get("dr"), answer.by("DR"));
    matches(oracle.get("switchDr"), answer.by("SwitchDR"));
    assertThat(answer.current()).isEqualTo(number(oracle.get("current"), "value"), within(1e-12));
    JsonNode gain = oracle.get("gainDr");
    double critical = 1.9904502103; // scipy.stats.t.ppf(.975, 79)
    assertThat(answer.by("DR").gain().low())
        .isEqualTo(number(gain, "value") - critical * number(gain, "se"), within(1e-8));
    OffPolicyResult.Diagnostics found = answer.diagnostics();
    assertThat(found.meanWeight())
        .isEqualTo(number(oracle.get("meanWeight"), "value"), within(1e-12));
    assertThat(found.meanWeightError())
        .isEqualTo(number(oracle.get("meanWeight"), "se"), within(1e-12));
    assertThat(found.maxWeight()).isEqualTo(number(oracle, "maxWeight"), within(1e-12));
    assertThat(found.effectiveDecisions()).isEqualTo(number(oracle, "ess"), within(1e-8));
    assertThat(found.units()).isEqualTo(80);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> answer.by("MAGIC"))
        .withMessageContaining("[IPS, SNIPS, DR, SwitchDR]");
  }

  // Open Bandit Dataset, men, uniform policy over 34 items evaluated from the Thompson sampling
  // log:
  // IPS .003009, SNIPS .003189, mean weight .943, largest 178, effective size 656 (numpy,
  // oracles/obd.py)
  @Test
  void result_openBanditMen_answers() throws IOException {
    OffPolicyResult.Answered answer = (OffPolicyResult.Answered) openBandit("men", 34);

    assertThat(answer.by("IPS").value()).isEqualTo(0.003009, within(5e-7));
    assertThat(answer.by("SNIPS").value()).isEqualTo(0.003189, within(5e-7));
    assertThat(answer.diagnostics().meanWeight()).isEqualTo(0.943, within(5e-4));
    assertThat(answer.diagnostics().maxWeight()).isEqualTo(178.25, within(5e-3));
    assertThat(answer.diagnostics().effectiveDecisions()).isEqualTo(656, within(0.5));
    // What a randomised log of the same week earned.
    assertThat(answer.by("SNIPS").interval().contains(0.0046)).isTrue();
  }

  // The same for women, 46 items: one weight of 21,739; effective size 2.1. There is no answer in
  // it.
  @Test
  void result_openBanditWomen_refuses() throws IOException {
    OffPolicyResult.Refused refusal = (OffPolicyResult.Refused) openBandit("women", 46);

    assertThat(refusal.diagnostics().effectiveDecisions()).isEqualTo(2.1, within(0.05));
    assertThat(refusal.diagnostics().maxWeight()).isEqualTo(21_739, within(0.5));
    assertThat(refusal.diagnostics().meanWeight()).isEqualTo(3.13, within(0.005));
    assertThat(refusal.reasons())
        .anyMatch(reason -> reason.contains("10000 decisions of 10000 units are worth 2.08"))
        .anyMatch(reason -> reason.contains("one decision has weight 21700, 69.4 %"));
  }

  @Test
  void result_armNeverLogged_refuses() {
    WeightVector never = WeightVector.of(0, ARMS, 1, 0);
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("bold");
    for (int i = 0; i < 1_000; i++) {
      evaluation.add("u" + i, never, 0, 1, 0.9, 0.1);
    }

    assertThat(((OffPolicyResult.Refused) evaluation.result(0.95)).reasons())
        .anyMatch(reason -> reason.startsWith("in 1000 of 1000 decisions the candidate would"));
  }

  @Test
  void result_wrongPropensities_refuses() {
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("misreported");
    for (int i = 0; i < 2_000; i++) {
      // Logged as even, but really nine to one for the arm that the candidate likes.
      evaluation.add("u" + i, HALVES, i % 10 == 0 ? 1 : 0, 1, 0.8, 0.2);
    }

    assertThat(((OffPolicyResult.Refused) evaluation.result(0.95)).reasons())
        .singleElement()
        .asString()
        .contains("the mean weight is 1.48")
        .contains("not those that were used");
  }

  @Test
  void result_fewUnitsWithManyDecisions_refuses() {
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("candidate");
    assertThat(evaluation.result(0.95)).isInstanceOf(OffPolicyResult.Refused.class);
    for (int i = 0; i < 10_000; i++) {
      evaluation.add("u" + i % 20, HALVES, i % 2, i % 3, 0.5, 0.5);
    }

    assertThat(((OffPolicyResult.Refused) evaluation.result(0.95)).reasons())
        .anyMatch(reason -> reason.equals("20 units (needed: 100)"));
  }

  /** The policy that logged, evaluated on its own log, is what it earned. */
  @Test
  void result_sameProbabilities_isTheMeanReward() {
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("itself");
    for (int i = 0; i < 400; i++) {
      evaluation.add("u" + i, HALVES, i % 2, i % 5, new double[] {0.5, 0.5}, new double[] {2, 2});
    }
    OffPolicyResult.Answered answer = (OffPolicyResult.Answered) evaluation.result(0.9);

    assertThat(answer.current()).isEqualTo(2);
    for (OffPolicyEstimate estimate : answer.estimates()) {
      assertThat(estimate.value()).isEqualTo(2, within(1e-12));
      assertThat(estimate.gain().width()).isEqualTo(0, within(1e-12));
      assertThat(estimate.interval().level()).isEqualTo(0.9);
    }
    assertThat(answer.diagnostics().effectiveUnits()).isEqualTo(400, within(1e-9));
  }

  @Test
  void add_badDecision_isRefused() {
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("candidate");
    WeightVector never = WeightVector.of(0, ARMS, 1, 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("u", never, 1, 1, 0.5, 0.5))
        .withMessageContaining("'b' was chosen with logged probability 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("u", HALVES, 0, 1, 0.5, 0.4))
        .withMessageContaining("sum 0.9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("u", HALVES, 0, Double.NaN, 0.5, 0.5))
        .withMessage("reward: NaN (expected: a finite number, at most 1e100 either way)");
    assertThatIllegalArgumentException().isThrownBy(() -> evaluation.add("u", HALVES, 0, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("u", HALVES, 0, 1, 1.5, -0.5));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                evaluation.add(
                    "u", HALVES, 0, 1, new double[] {1, 0}, new double[] {1, Double.NaN}));
    assertThatIllegalArgumentException().isThrownBy(() -> evaluation.result(1));
    OffPolicyLimits limits = OffPolicyLimits.withDefaults();
    assertThatIllegalArgumentException().isThrownBy(() -> limits.withMinUnits(1));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.withMinEffectiveUnits(0));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.withMaxWeightShare(2));
    assertThatIllegalArgumentException().isThrownBy(() -> limits.withSwitchAbove(0));
  }

  private static void matches(JsonNode expected, OffPolicyEstimate estimate) {
    assertThat(estimate.value())
        .as(estimate.estimator())
        .isEqualTo(number(expected, "value"), within(1e-10));
    assertThat(estimate.standardError())
        .as(estimate.estimator())
        .isEqualTo(number(expected, "se"), within(1e-10));
  }

  private static OffPolicyResult openBandit(String campaign, int items) throws IOException {
    OffPolicyEvaluation evaluation = OffPolicyEvaluation.of("uniform");
    try (var in =
            Objects.requireNonNull(
                OffPolicyEvaluationTest.class.getResourceAsStream("/obd/" + campaign + ".csv.gz"));
        var lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      int row = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        double logged = Double.parseDouble(cells[0]);
        evaluation.add(
            "row" + row++,
            WeightVector.of(0, List.of("shown", "others"), logged, 1 - logged),
            0,
            Double.parseDouble(cells[1]),
            1.0 / items,
            1 - 1.0 / items);
      }
    }
    return evaluation.result(0.95);
  }
}
