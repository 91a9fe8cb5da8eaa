package io.mlops4j.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationReportTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456789Z");
  private static final Metric PROFIT =
      Metric.custom(
          "profit", Direction.HIGHER_IS_BETTER, "EUR per flight", "Mean profit, ü \u2028.");

  private static final BinaryEvaluation FOUR_ROWS =
      BinaryEvaluation.of(
          new double[] {0.75, 0.25, 0.5, 0x1p-44}, new boolean[] {true, false, false, true});

  private static EvaluationReport report() {
    return EvaluationReport.binary("flight-delay:3", "march", "ab12", FOUR_ROWS, NOON)
        .with(PROFIT, new Defined(0x1p-44, 4))
        .with(Metric.precisionAt(0.99), FOUR_ROWS.value(Metric.precisionAt(0.99)));
  }

  @Test
  void binary_evaluation_reportsTheStandardMetrics() {
    var report = EvaluationReport.binary("flight-delay:3", "march", "ab12", FOUR_ROWS, NOON);
    assertThat(report.metrics()).isEqualTo(FOUR_ROWS.values());
    assertThat(report.rows()).isEqualTo(4);
    assertThat(report.positives()).hasValue(2);
    assertThat(report.value(Metric.AUC)).isEqualTo(new Defined(0.5, 4));
  }

  @Test
  void binary_chosenMetrics_areReportedInThatOrder() {
    var margins = BinaryEvaluation.of(new double[] {-3, 4}, new boolean[] {false, true});
    var metrics = List.of(Metric.precisionAt(0), Metric.AUC);
    var report = EvaluationReport.binary("m:1", "d", "ab", margins, metrics, NOON);
    assertThat(report.metrics().keySet()).containsExactlyElementsOf(metrics);
  }

  @Test
  void value_metricThatWasNotMeasured_isUndefinedAndSaysSo() {
    assertThat(report().value(Metric.RMSE))
        .isEqualTo(new Undefined("'rmse' was not measured for flight-delay:3 on march."));
    assertThat(report().value(Metric.precisionAt(0.51))).isInstanceOf(Undefined.class);
  }

  @Test
  void fromJson_whatToJsonWrote_isEqualInOrderAndDigest() {
    var report = report();
    var read = EvaluationReport.fromJson(report.toJson());
    assertThat(read).isEqualTo(report);
    assertThat(read.metrics().keySet()).containsExactlyElementsOf(report.metrics().keySet());
    assertThat(read.digest()).isEqualTo(report.digest());
    var regression =
        EvaluationReport.regression(
            "m:1", "d", "ab", RegressionEvaluation.of(new double[] {1}, new double[] {2}), NOON);
    assertThat(EvaluationReport.fromJson(regression.toJson())).isEqualTo(regression);
    assertThat(regression.positives()).isEmpty();
  }

  /** The committed file must be read, and give this digest, for ever and on every JDK. */
  @Test
  void fromJson_committedFormat1_isReadWithTheSameDigest() throws IOException {
    byte[] stored;
    try (var in = EvaluationReportTest.class.getResourceAsStream("/evaluation/report-1.json")) {
      stored = in.readAllBytes();
    }
    assertThat(new String(report().toJson(), UTF_8)).isEqualTo(new String(stored, UTF_8));
    assertThat(EvaluationReport.fromJson(stored)).isEqualTo(report());
    // sha256sum mlops-core/src/test/resources/evaluation/report-1.json
    assertThat(EvaluationReport.fromJson(stored).digest())
        .isEqualTo("adedd6c27b34629634c0f524c58439e0cb5112fa84937928eca400b995f0966f");
  }

  @Test
  void digest_anyChange_changesIt() {
    var report = report();
    assertThat(report.digest())
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(report.with(PROFIT, new Defined(0, 4)).digest())
        .isNotEqualTo(report.with(PROFIT, new Defined(0x1p-44, 3)).digest())
        .isNotEqualTo(report.with(Metric.RMSE, new Undefined("x")).digest())
        .isNotEqualTo(
            EvaluationReport.binary("flight-delay:4", "march", "ab12", FOUR_ROWS, NOON).digest());
  }

  @Test
  void fromJson_notExactlyAReport_isRefused() {
    refused(json -> json.put("extra", 1), "has the fields");
    refused(json -> json.remove("positives"), "has the fields");
    refused(json -> json.put("format", 4), "format 4; this library reads up to 3");
    refused(json -> json.put("format", 2), "details");
    refused(json -> json.put("format", 0), "has format 0");
    refused(json -> json.put("format", "1"), "no whole number 'format'");
    refused(json -> json.put("rows", 4.5), "no whole number 'rows'");
    refused(json -> json.put("rows", -1), "rows: -1");
    refused(json -> json.put("positives", 5), "positives: 5 (expected: 0..4");
    refused(json -> json.put("modelVersion", ""), "modelVersion: blank");
    refused(json -> json.putNull("modelVersion"), "no text 'modelVersion'");
    refused(json -> json.put("evaluatedAt", "yesterday"), "yesterday");
    refused(json -> json.put("metrics", "none"), "no array 'metrics'");
    refused(json -> json.putArray("metrics").add(1), "in 'metrics' that is not an object");
  }

  @Test
  void fromJson_metricNotExactlyAMetric_isRefused() {
    refused(json -> metric(json).put("id", "mcc"), "Metric 'mcc' is not built in");
    refused(json -> metric(json).put("id", "average-precision"), "twice");
    refused(json -> metric(json).put("value", "0.5"), "no number 'value'");
    refused(json -> metric(json).put("n", 0), "n: 0");
    refused(json -> metric(json).put("undefined", "too"), "has the fields");
    refused(json -> metric(json).put("direction", "LOWER_IS_BETTER"), "has the fields");
    refused(json -> metric(json).put("id", "custom:x"), "has the fields");
    refused(json -> metric(json).remove("id"), "no text 'id'");
    refused(json -> metric(json).remove("n"), "has the fields");
    String infinite =
        new String(report().toJson(), UTF_8).replace("\"value\":0.5}", "\"value\":1e999}");
    assertThat(infinite).contains("1e999");
    assertThatThrownBy(() -> EvaluationReport.fromJson(infinite.getBytes(UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("beyond the range of a double");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{}", "{\"format\":1}", "{\"format\":99999999999}"})
  void fromJson_noReportAtAll_isRefused(String text) {
    assertThatThrownBy(() -> EvaluationReport.fromJson(text.getBytes(UTF_8)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Evaluation report");
  }

  @Test
  void whyNotComparable_sameEvidenceBase_isEmptyElseNamesBoth() {
    var three = report();
    var four = EvaluationReport.binary("flight-delay:4", "march", "ab12", FOUR_ROWS, NOON);
    assertThat(three.whyNotComparable(four)).isEmpty();
    var april = EvaluationReport.binary("flight-delay:4", "april", "cd34", FOUR_ROWS, NOON);
    assertThat(three.whyNotComparable(april))
        .hasValue(
            "flight-delay:3 and flight-delay:4 were evaluated with different data sets: march ab12"
                + " and april cd34.");
    var fewer =
        EvaluationReport.binary(
            "flight-delay:4",
            "march",
            "ab12",
            BinaryEvaluation.of(new double[1], new boolean[1]),
            NOON);
    assertThat(three.whyNotComparable(fewer).orElseThrow()).contains("different rows");
    var other =
        new EvaluationReport(
            "flight-delay:4", "march", "ab12", 4, OptionalLong.of(2), Map.of(), "mine", "7", NOON);
    assertThat(three.whyNotComparable(other).orElseThrow())
        .contains("different evaluators")
        .contains("mine 7");
  }

  @Test
  void report_metricsGiven_areCopied() {
    Map<Metric, MetricValue> metrics = new LinkedHashMap<>();
    metrics.put(Metric.AUC, new Defined(0.5, 4));
    var report =
        new EvaluationReport("m:1", "d", "ab", 4, OptionalLong.empty(), metrics, "e", "1", NOON);
    metrics.clear();
    assertThat(report.metrics()).hasSize(1);
    assertThatThrownBy(() -> report.metrics().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void report_sameIdWithTwoMeanings_isRefused() {
    var upsideDown =
        Metric.custom("profit", Direction.LOWER_IS_BETTER, "EUR per flight", "Mean profit.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report().with(upsideDown, new Defined(1, 1)))
        .withMessageContaining("each id once");
  }

  private static ObjectNode metric(ObjectNode json) {
    return (ObjectNode) json.get("metrics").get(0);
  }

  private static void refused(Consumer<ObjectNode> change, String message) {
    ObjectNode json = Json.parse(report().toJson(), "report");
    change.accept(json);
    assertThatThrownBy(() -> EvaluationReport.fromJson(Json.canonical(json)))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Evaluation report is refused")
        .hasMessageContaining(message);
  }
}
