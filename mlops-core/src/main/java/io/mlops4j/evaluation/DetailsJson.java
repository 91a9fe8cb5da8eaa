package io.mlops4j.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What format 2 of a stored report has beside format 1. Reading is strict in one stroke: the reader
 * of the report writes again what it has read and compares.
 */
final class DetailsJson {
  private DetailsJson() {}

  static ObjectNode write(EvaluationDetails details) {
    ObjectNode json = Json.object();
    details.modelDigest().ifPresent(digest -> json.put("modelDigest", digest));
    details.configDigest().ifPresent(digest -> json.put("configDigest", digest));
    json.set("intervals", intervals(details.intervals()));
    ArrayNode slices = json.putArray("slices");
    details.slices().forEach(slice -> slices.add(slice(slice)));
    ArrayNode fairness = json.putArray("fairness");
    details.fairness().forEach(result -> fairness.add(FairnessJson.write(result)));
    ArrayNode comparisons = json.putArray("comparisons");
    details.comparisons().forEach(comparison -> comparisons.add(comparison(comparison)));
    ArrayNode roc = json.putArray("roc");
    for (RocCurve.Point p : details.roc().points()) {
      // The first threshold is infinite, which JSON cannot write: it is left out.
      if (Double.isFinite(p.threshold())) {
        numbers(roc, p.falsePositiveRate(), p.truePositiveRate(), p.threshold());
      } else {
        numbers(roc, p.falsePositiveRate(), p.truePositiveRate());
      }
    }
    ArrayNode recall = json.putArray("precisionRecall");
    details
        .precisionRecall()
        .points()
        .forEach(p -> numbers(recall, p.recall(), p.precision(), p.threshold()));
    json.set("calibration", calibration(details.calibration()));
    details.rowFingerprint().ifPresent(rows -> json.set("rowFingerprint", rows.toTree()));
    return json;
  }

  static EvaluationDetails read(JsonNode json) {
    return new EvaluationDetails(
        text(json, "modelDigest"),
        text(json, "configDigest"),
        intervals(json.path("intervals")),
        list(json.path("slices"), DetailsJson::readSlice),
        list(json.path("fairness"), FairnessJson::read),
        list(json.path("comparisons"), DetailsJson::readComparison),
        new RocCurve(
            list(
                json.path("roc"),
                p ->
                    new RocCurve.Point(
                        p.path(0).doubleValue(),
                        p.path(1).doubleValue(),
                        p.has(2) ? p.path(2).doubleValue() : Double.POSITIVE_INFINITY))),
        new PrecisionRecallCurve(
            list(
                json.path("precisionRecall"),
                p ->
                    new PrecisionRecallCurve.Point(
                        p.path(0).doubleValue(),
                        p.path(1).doubleValue(),
                        p.path(2).doubleValue()))),
        readCalibration(json.path("calibration")),
        json.path("rowFingerprint") instanceof ObjectNode rows
            ? Optional.of(RowFingerprint.fromTree(rows))
            : Optional.empty());
  }

  static ArrayNode calibration(CalibrationCurve curve) {
    ArrayNode json = Json.object().putArray("bins");
    for (CalibrationCurve.Bin bin : curve.bins()) {
      ArrayNode row = numbers(json, bin.lower(), bin.upper(), bin.meanScore(), bin.positiveRate());
      row.add(bin.rows());
    }
    return json;
  }

  static CalibrationCurve readCalibration(JsonNode json) {
    return new CalibrationCurve(
        list(
            json,
            b ->
                new CalibrationCurve.Bin(
                    b.path(0).doubleValue(),
                    b.path(1).doubleValue(),
                    b.path(4).longValue(),
                    b.path(2).doubleValue(),
                    b.path(3).doubleValue())));
  }

  private static ArrayNode numbers(ArrayNode to, double... values) {
    ArrayNode row = to.addArray();
    for (double value : values) {
      row.add(Decimals.node(value));
    }
    return row;
  }

  private static ObjectNode slice(SliceResult slice) {
    ObjectNode json = Json.object();
    json.put("slicing", slice.slicing());
    json.put("name", slice.name());
    json.put("rows", slice.rows());
    slice.positives().ifPresent(n -> json.put("positives", n));
    ArrayNode metrics = json.putArray("metrics");
    slice.metrics().forEach((metric, value) -> metrics.add(ReportJson.entry(metric, value)));
    json.set("intervals", intervals(slice.intervals()));
    return json;
  }

  private static SliceResult readSlice(JsonNode json) {
    return new SliceResult(
        json.path("slicing").asText(),
        json.path("name").asText(),
        json.path("rows").longValue(),
        json.has("positives")
            ? OptionalLong.of(json.path("positives").longValue())
            : OptionalLong.empty(),
        ReportJson.metrics((ObjectNode) json),
        intervals(json.path("intervals")));
  }

  private static ObjectNode comparison(PairedComparison comparison) {
    ObjectNode json = Json.object();
    json.put("champion", comparison.champion());
    json.put("championDigest", comparison.championDigest());
    json.put("rows", comparison.rows());
    comparison
        .churn()
        .ifPresent(
            churn -> {
              ObjectNode node = json.putObject("churn");
              node.set("threshold", Decimals.node(churn.threshold()));
              node.put("rows", churn.rows());
              node.put("toPositive", churn.toPositive());
              node.put("toNegative", churn.toNegative());
            });
    ArrayNode differences = json.putArray("differences");
    comparison
        .differences()
        .forEach(
            (metric, difference) -> {
              ObjectNode node = differences.addObject();
              node.set("candidate", ReportJson.entry(metric, difference.candidate()));
              node.set("champion", ReportJson.entry(metric, difference.champion()));
              difference.interval().ifPresent(range -> node.set("interval", range(range)));
              difference.pValue().ifPresent(p -> node.set("pValue", Decimals.node(p)));
              node.put("method", difference.method());
            });
    return json;
  }

  private static PairedComparison readComparison(JsonNode json) {
    Map<Metric, PairedDifference> differences = new LinkedHashMap<>();
    for (JsonNode node : json.path("differences")) {
      ObjectNode candidate = (ObjectNode) node.path("candidate");
      differences.put(
          ReportJson.metric(candidate),
          new PairedDifference(
              ReportJson.value(candidate),
              ReportJson.value((ObjectNode) node.path("champion")),
              node.has("interval") ? Optional.of(range(node.path("interval"))) : Optional.empty(),
              node.has("pValue")
                  ? OptionalDouble.of(node.path("pValue").doubleValue())
                  : OptionalDouble.empty(),
              node.path("method").asText()));
    }
    JsonNode churn = json.path("churn");
    return new PairedComparison(
        json.path("champion").asText(),
        json.path("championDigest").asText(),
        json.path("rows").longValue(),
        differences,
        churn.isObject()
            ? Optional.of(
                new Churn(
                    churn.path("threshold").doubleValue(),
                    churn.path("rows").longValue(),
                    churn.path("toPositive").longValue(),
                    churn.path("toNegative").longValue()))
            : Optional.empty());
  }

  private static ArrayNode intervals(Map<Metric, MetricInterval> intervals) {
    ArrayNode json = Json.object().putArray("intervals");
    intervals.forEach(
        (metric, interval) -> json.add(interval(interval).put("metric", metric.id())));
    return json;
  }

  private static Map<Metric, MetricInterval> intervals(JsonNode json) {
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    json.forEach(node -> intervals.put(Metric.named(node.path("metric").asText()), interval(node)));
    return intervals;
  }

  static ObjectNode interval(MetricInterval interval) {
    ObjectNode json = Json.object();
    json.set("range", range(interval.range()));
    json.put("method", interval.method());
    return json;
  }

  static MetricInterval interval(JsonNode json) {
    return new MetricInterval(range(json.path("range")), json.path("method").asText());
  }

  private static ArrayNode range(Interval range) {
    return numbers(Json.object().putArray("range"), range.low(), range.high(), range.level());
  }

  private static Interval range(JsonNode json) {
    return new Interval(
        json.path(0).doubleValue(), json.path(1).doubleValue(), json.path(2).doubleValue());
  }

  static Optional<String> text(JsonNode json, String field) {
    return json.path(field).isTextual()
        ? Optional.of(json.path(field).textValue())
        : Optional.empty();
  }

  static <R> List<R> list(JsonNode json, Function<JsonNode, R> read) {
    List<R> result = new ArrayList<>();
    json.forEach(node -> result.add(read.apply(node)));
    return result;
  }
}
