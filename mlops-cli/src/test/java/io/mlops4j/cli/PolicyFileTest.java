package io.mlops4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.cli.Shell.Said;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Margin;
import io.mlops4j.stats.Correction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {
  @TempDir Path directory;

  private Path file(String json) {
    try {
      return Files.writeString(directory.resolve("policy.json"), json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private PolicyFile read(String json) {
    return PolicyFile.read(file(json));
  }

  private static String policy(String gate, String more) {
    return "{\"format\": 1, \"name\": \"p\", \"gates\": [" + gate + "]" + more + "}";
  }

  @Test
  void read_everyKindOfGate_isTheOneWrittenInJava() {
    PolicyFile read =
        read(
            """
            {"format": 1, "name": "credit", "minRows": 200, "withoutChampion": "block",
             "dataset": "%s",
             "gates": [
               {"metric": "auc", "atLeast": 0.6},
               {"metric": "log-loss", "atMost": 0.6},
               {"metric": "auc", "above": 0.5},
               {"metric": "brier", "below": 0.25},
               {"metric": "auc", "beatsChampionBy": {"absolute": 0.005}},
               {"metric": "auc", "beatsChampionBy": {"relative": 0.01}},
               {"metric": "auc", "notInferiorBy": {"absolute": 0.02}},
               {"metric": "auc", "slice": "housing=own", "atLeast": 0.6},
               {"metric": "auc", "everySliceBy": "housing", "atLeast": 0.55},
               {"fairness": "disparate-impact", "by": "sex", "atLeast": 0.8},
               {"fairness": "equal-opportunity-difference", "by": "sex", "surely": true,
                "minGroupSize": 50, "atMost": 0.1},
               {"significantlyBetter": ["auc", "brier"], "correction": "benjamini-hochberg",
                "alpha": 0.01},
               {"significantlyBetter": ["auc"]},
               {"churnAtMost": 0.1},
               {"fleetCanServe": true}]}
            """
                .formatted("a".repeat(64)));

    Gate.OnMetric auc = Gate.metric(Metric.AUC);
    GatePolicy expected =
        GatePolicy.named("credit")
            .require(
                auc.atLeast(0.6),
                Gate.metric(Metric.LOG_LOSS).atMost(0.6),
                auc.above(0.5),
                Gate.metric(Metric.BRIER).below(0.25),
                auc.beatsChampionBy(Margin.absolute(0.005)),
                auc.beatsChampionBy(Margin.relative(0.01)),
                auc.notInferiorBy(Margin.absolute(0.02)),
                auc.onSlice("housing=own").atLeast(0.6),
                auc.onEverySliceBy("housing").atLeast(0.55),
                Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT).atLeast(0.8),
                Gate.fairness("sex", FairnessMeasure.EQUAL_OPPORTUNITY_DIFFERENCE)
                    .withMinGroupSize(50)
                    .surelyAtMost(0.1),
                Gate.significantlyBetter(
                    Correction.BENJAMINI_HOCHBERG, 0.01, Metric.AUC, Metric.BRIER),
                Gate.significantlyBetter(Correction.HOLM, 0.05, Metric.AUC),
                Gate.churnAtMost(0.1),
                Gate.fleetCanServe())
            .withMinRows(200)
            .withoutChampion(GatePolicy.WithoutChampion.BLOCK)
            .onDataset("a".repeat(64));
    assertThat(read.policy()).isEqualTo(expected);
    assertThat(read.policy().digest()).isEqualTo(expected.digest());
    assertThat(read.metrics()).containsExactly(Metric.AUC, Metric.LOG_LOSS, Metric.BRIER);
  }

  @Test
  void read_evidenceGatesAndTerms_areThoseOfJava() {
    PolicyFile read =
        read(
            """
            {"format": 1, "name": "strict", "validFor": "P2D", "registrantMayApprove": true,
             "approvals": [{"role": "risk officer"}, {"role": "owner", "count": 2}],
             "override": true, "maxOverlap": 0.01, "disjointRows": true,
             "gates": [
               {"metric": "auc", "atLeast": 0.6},
               {"metric": "auc", "slice": "housing=own", "beatsChampionBy": {"absolute": 0.01}},
               {"metric": "auc", "everySliceBy": "housing", "minRows": 50,
                "notWorseThanChampionBy": {"relative": 0.05}},
               {"fairness": "disparate-impact", "by": "sex", "minGroupSize": 40,
                "notWorseThanChampionBy": {"absolute": 0.02}},
               {"latency": "p99", "atMostMillis": 2.5},
               {"latency": "p50", "atMostTimesTheChampions": 1.2},
               {"check": "contract"},
               {"dataValidated": true},
               {"reproducible": true},
               {"goldenRowsReplayed": true},
               {"signatureCompatible": true}]}
            """);
    Gate.OnMetric auc = Gate.metric(Metric.AUC);
    GatePolicy expected =
        GatePolicy.named("strict")
            .require(
                auc.atLeast(0.6),
                auc.onSlice("housing=own").beatsChampionBy(Margin.absolute(0.01)),
                auc.onEverySliceBy("housing")
                    .withMinRows(50)
                    .notWorseThanChampionBy(Margin.relative(0.05)),
                Gate.fairness("sex", FairnessMeasure.DISPARATE_IMPACT)
                    .withMinGroupSize(40)
                    .notWorseThanChampionBy(Margin.absolute(0.02)),
                Gate.latency(Percentile.P99).atMost(Duration.ofNanos(2_500_000)),
                Gate.latency(Percentile.P50).atMostTimesTheChampions(1.2),
                Gate.check("contract"),
                Gate.dataValidated(),
                Gate.reproducible(),
                Gate.goldenRowsReplayed(),
                Gate.signatureCompatible())
            .validFor(Duration.ofDays(2))
            .requireApproval("risk officer")
            .requireApproval("owner", 2)
            .allowApprovalByRegistrant()
            .allowOverride()
            .withMaxOverlap(0.01)
            .requireDisjointRows();
    assertThat(read.policy()).isEqualTo(expected);
    assertThat(read.policy().digest()).isEqualTo(expected.digest());
  }

  @Test
  void read_remainingBounds_areThoseOfJava() {
    assertThat(
            read(policy("{\"metric\": \"auc\", \"slice\": \"a\", \"atMost\": 1}", ""))
                .policy()
                .gates())
        .containsExactly(Gate.metric(Metric.AUC).onSlice("a").atMost(1));
    assertThat(
            read(policy(
                    "{\"fairness\": \"disparate-impact\", \"by\": \"s\", \"surely\": true,"
                        + " \"atLeast\": 0.8}, {\"fairness\": \"calibration-difference\","
                        + " \"by\": \"s\", \"atMost\": 0.1}",
                    ""))
                .policy()
                .gates())
        .containsExactly(
            Gate.fairness("s", FairnessMeasure.DISPARATE_IMPACT).surelyAtLeast(0.8),
            Gate.fairness("s", FairnessMeasure.CALIBRATION_DIFFERENCE).atMost(0.1));
  }

  /** Each line: a gate, and what is said of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{} ~ gates[0]: none (expected: one of metric, fairness,",
        "3 ~ gates[0]: 3 (expected: an object).",
        "{\"metric\": \"acu\", \"atLeast\": 1} ~ gates[0].metric: Metric 'acu' is not built in.",
        "{\"metric\": \"auc\"} ~ gates[0]: none (expected: one of atLeast, atMost,",
        "{\"metric\": \"auc\", \"atLeast\": 0.6, \"atMost\": 1} ~ gates[0]: atLeast and atMost",
        "{\"metric\": \"auc\", \"atLeast\": \"0.6\"} ~ gates[0].atLeast: \"0.6\" (expected: a number).",
        "{\"metric\": \"auc\", \"atLeast\": 0.6, \"note\": 1} ~ gates[0]: \"note\" is not known here",
        "{\"metric\": \"auc\", \"beatsChampionBy\": 0.01} ~ gates[0].beatsChampionBy: 0.01 (expected: an object).",
        "{\"metric\": \"auc\", \"beatsChampionBy\": {\"absolute\": -1}} ~ gates[0].beatsChampionBy.absolute: points: -1.0",
        "{\"metric\": \"auc\", \"slice\": \"a\", \"above\": 1} ~ gates[0]: none (expected: one of atLeast, atMost, beats",
        "{\"fairness\": \"fair\", \"by\": \"s\", \"atLeast\": 1} ~ gates[0].fairness: \"fair\" (expected: one of demographic-",
        "{\"fairness\": \"disparate-impact\", \"atLeast\": 1} ~ gates[0]: \"by\" is missing.",
        "{\"fairness\": \"disparate-impact\", \"by\": \"s\", \"minGroupSize\": 0, \"atLeast\": 1} ~ gates[0].minGroupSize: minGroupSize: 0",
        "{\"fairness\": \"disparate-impact\", \"by\": \"s\", \"surely\": 1, \"atLeast\": 1} ~ gates[0].surely: 1 (expected: true or false).",
        "{\"significantlyBetter\": []} ~ gates[0].significantlyBetter: an empty list",
        "{\"significantlyBetter\": \"auc\"} ~ gates[0].significantlyBetter: \"auc\" (expected: a list).",
        "{\"significantlyBetter\": [\"auc\", 1]} ~ gates[0].significantlyBetter[1]: 1 (expected: a text).",
        "{\"significantlyBetter\": [\"auc\"], \"alpha\": 1} ~ gates[0]: alpha: 1.0",
        "{\"significantlyBetter\": [\"auc\"], \"correction\": \"fdr\"} ~ gates[0].correction: \"fdr\" (expected: one of none, bonferroni,",
        "{\"latency\": \"p98\", \"atMostMillis\": 2} ~ gates[0].latency: \"p98\" (expected: one of p50, p95, p99).",
        "{\"latency\": \"p99\", \"atMostMillis\": 0} ~ gates[0].atMostMillis: ",
        "{\"check\": \"\"} ~ gates[0].check: \"\" (expected: a text).",
        "{\"reproducible\": false} ~ gates[0].reproducible: false (expected: true;",
        "{\"metric\": \"auc\", \"slice\": \"a\", \"minRows\": 0, \"atLeast\": 1} ~ gates[0].minRows: ",
        "{\"fairness\": \"disparate-impact\", \"by\": \"s\", \"surely\": true, \"notWorseThanChampionBy\": {\"absolute\": 0.1}} ~ gates[0].surely: true",
        "{\"churnAtMost\": 2} ~ gates[0].churnAtMost: share: 2.0",
        "{\"fleetCanServe\": false} ~ gates[0].fleetCanServe: false (expected: true;"
      })
  void read_wrongGate_isNamedByItsPath(String gate, String sentence) {
    assertThatThrownBy(() -> read(policy(gate, "")))
        .isInstanceOfSatisfying(
            CliException.class, e -> assertThat(e.code()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("policy.json: " + sentence);
  }

  /** Each line: what stands beside the gates, and what is said of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\"minRows\": 0 ~ policy.json: minRows: 0",
        "\"minRows\": 1.5 ~ minRows: 1.5 (expected: a whole number).",
        "\"withoutChampion\": \"pass\" ~ withoutChampion: \"pass\" (expected: value-gates-only or block).",
        "\"validFor\": \"two days\" ~ validFor: \"two days\" (expected: a duration such as P2D",
        "\"validFor\": \"-P1D\" ~ validFor: ",
        "\"approvals\": [{\"count\": 1}] ~ approvals[0]: \"role\" is missing.",
        "\"approvals\": [{\"role\": \"r\", \"count\": 0}] ~ approvals[0]: ",
        "\"maxOverlap\": 2 ~ maxOverlap: ",
        "\"disjointRows\": 1 ~ disjointRows: 1 (expected: true or false).",
        "\"threshold\": 1 ~ policy.json: \"threshold\" is not known here",
        "\"evaluation\": {\"task\": \"ranking\"} ~ evaluation.task: \"ranking\" (expected: binary or regression).",
        "\"evaluation\": {\"columns\": [{\"name\": \"s\", \"kind\": \"number\"}]} ~ evaluation.columns[0].kind: \"number\"",
        "\"evaluation\": {\"columns\": [{\"name\": \"s\", \"kind\": \"numeric\", \"domain\": [\"a\"]}]} ~ evaluation.columns[0].domain: only a categorical",
        "\"evaluation\": {\"slices\": [{\"edges\": [1]}]} ~ evaluation.slices[0]: \"by\" is missing.",
        "\"evaluation\": {\"fairness\": [{\"by\": \"s\"}]} ~ evaluation.fairness[0]: none (expected: one of selectedAtLeast, selectedBelow).",
        "\"evaluation\": {\"label\": \"\"} ~ evaluation.label: \"\" (expected: a text)."
      })
  void read_wrongRest_isNamedByItsPath(String rest, String sentence) {
    assertThatThrownBy(() -> read(policy("{\"metric\": \"auc\", \"atLeast\": 1}", ", " + rest)))
        .hasMessageContaining(sentence);
  }

  @Test
  void read_gateOnWhatTheEvaluationDoesNotMake_isAMistakeFoundAtOnce() {
    assertThatThrownBy(
            () ->
                read(
                    policy(
                        "{\"fairness\": \"disparate-impact\", \"by\": \"sex\", \"atLeast\": 0.8}",
                        ", \"evaluation\": {\"label\": \"good\"}")))
        .hasMessageContaining("evaluation: a gate looks at fairness by \"sex\"");
    assertThatThrownBy(
            () ->
                read(
                    policy(
                        "{\"metric\": \"auc\", \"everySliceBy\": \"age\", \"atLeast\": 0.8}",
                        ", \"evaluation\": {\"slices\": [{\"by\": \"sex\"}]}")))
        .hasMessageContaining("a gate looks at slices by \"age\"");
  }

  @Test
  void read_noPolicy_isNamed() {
    assertThatThrownBy(() -> read("{")).hasMessageContaining("policy.json is not valid JSON");
    assertThatThrownBy(() -> read("[]")).hasMessageContaining("not a JSON object");
    assertThatThrownBy(() -> read("{\"format\": 2, \"name\": \"p\", \"gates\": []}"))
        .hasMessageContaining("format: 2 (expected: 1");
    assertThatThrownBy(() -> read("{\"format\": 1, \"name\": \"p\"}"))
        .hasMessageContaining("\"gates\" is missing");
    assertThatThrownBy(() -> read("{\"format\": 1, \"name\": \"p\", \"gates\": []}"))
        .hasMessageContaining("gates: an empty list lets everything pass");
    assertThatThrownBy(
            () -> read("{\"format\": 1, \"name\": \"p\", \"name\": \"q\", \"gates\": []}"))
        .hasMessageContaining("Duplicate");
    assertThatThrownBy(() -> PolicyFile.read(directory.resolve("none.json")))
        .hasMessageContaining("none.json cannot be read (no such file)");
  }

  @Test
  void policy_command_saysWhatIsAskedFor() {
    Path file = file(policy("{\"metric\": \"auc\", \"atLeast\": 0.6}", ""));

    Said said = Shell.run("policy", file.toString());
    Said json = Shell.run("policy", file.toString(), "--format", "json");

    assertThat(said.exit()).isZero();
    assertThat(said.out()).contains("auc >= 0.6", "value-gates-only");
    assertThat(json.json().at("/gates/0/requirement").asText()).isEqualTo("auc >= 0.6");
    assertThat(Shell.run("policy", file("{}").toString()).exit()).isEqualTo(2);
  }
}
