package io.mlops4j.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * The stored report. Format 1 has metrics; format 2 also details; format 3 also a fingerprint of
 * the rows. Each is written only where there is something to say, so that digests stay. Built-in
 * metrics are stored by id alone, so that rewording a definition changes no digest; custom ones
 * carry their description. Metrics are an array to keep their order.
 */
final class ReportJson {
  static final String WHAT = "Evaluation report";
  private static final int PLAIN = 1;
  private static final int DETAILED = 2;
  private static final int FINGERPRINTED = 3;
  private static final Set<String> FIELDS =
      Set.of(
          "format",
          "modelVersion",
          "datasetName",
          "datasetDigest",
          "rows",
          "positives",
          "metrics",
          "evaluator",
          "evaluatorVersion",
          "evaluatedAt");

  private ReportJson() {}

  static ObjectNode write(EvaluationReport report) {
    ObjectNode json = Json.object();
    boolean detailed = !report.details().equals(EvaluationDetails.NONE);
    boolean fingerprinted = report.details().rowFingerprint().isPresent();
    json.put("format", fingerprinted ? FINGERPRINTED : detailed ? DETAILED : PLAIN);
    if (detailed) {
      json.set("details", DetailsJson.write(report.details()));
    }
    json.put("modelVersion", report.modelVersion());
    json.put("datasetName", report.datasetName());
    json.put("datasetDigest", report.datasetDigest());
    json.put("rows", report.rows());
    if (report.positives().isPresent()) {
      json.put("positives", report.positives().getAsLong());
    } else {
      json.putNull("positives");
    }
    json.put("evaluator", report.evaluator());
    json.put("evaluatorVersion", report.evaluatorVersion());
    json.put("evaluatedAt", report.evaluatedAt().toString());
    var metrics = json.putArray("metrics");
    report.metrics().forEach((metric, value) -> metrics.add(entry(metric, value)));
    return json;
  }

  static ObjectNode entry(Metric metric, MetricValue value) {
    ObjectNode json = Json.object();
    json.put("id", metric.id());
    if (metric.family() == null) {
      json.put("direction", metric.direction().name());
      json.put("unit", metric.unit());
      json.put("definition", metric.definition());
    }
    if (value instanceof Defined defined) {
      json.set("value", Decimals.node(defined.value()));
      json.put("n", defined.n());
    } else if (value instanceof Undefined undefined) {
      json.put("undefined", undefined.reason());
    }
    return json;
  }

  static EvaluationReport read(ObjectNode json) {
    if (json.path("format").canConvertToInt() && json.path("format").intValue() > FINGERPRINTED) {
      throw refused(
          "has format "
              + json.path("format")
              + "; this library reads up to "
              + FINGERPRINTED
              + ". Use the library version that wrote it, or a newer one");
    }
    long format = whole(json, "format");
    if (format < PLAIN) {
      throw refused("has format " + format + " (expected: 1 to " + FINGERPRINTED + ")");
    }
    Set<String> fields = new TreeSet<>(FIELDS);
    if (format != PLAIN) {
      fields.add("details");
    }
    requireFields(json, fields);
    EvaluationReport report = report(json);
    // Read again, because a decimal as written and a double as read print differently.
    if (format != PLAIN
        && !Arrays.equals(
            Json.canonical(Json.parse(report.toJson(), WHAT)), Json.canonical(json))) {
      throw refused("has details that this format does not have");
    }
    return report;
  }

  private static EvaluationReport report(ObjectNode json) {
    try {
      return new EvaluationReport(
          text(json, "modelVersion"),
          text(json, "datasetName"),
          text(json, "datasetDigest"),
          whole(json, "rows"),
          json.path("positives").isNull()
              ? OptionalLong.empty()
              : OptionalLong.of(whole(json, "positives")),
          metrics(json),
          text(json, "evaluator"),
          text(json, "evaluatorVersion"),
          Instant.parse(text(json, "evaluatedAt")),
          json.has("details") ? DetailsJson.read(json.path("details")) : EvaluationDetails.NONE);
    } catch (IllegalArgumentException | DateTimeException | ClassCastException e) {
      throw new MlopsException(WHAT + " is refused: " + e.getMessage(), e);
    }
  }

  static Map<Metric, MetricValue> metrics(ObjectNode json) {
    if (!json.path("metrics").isArray()) {
      throw refused("has no array 'metrics'");
    }
    Map<Metric, MetricValue> metrics = new LinkedHashMap<>();
    for (JsonNode node : json.path("metrics")) {
      if (!(node instanceof ObjectNode entry)) {
        throw refused("has something in 'metrics' that is not an object");
      }
      Metric metric = metric(entry);
      if (metrics.put(metric, value(entry)) != null) {
        throw refused("holds metric '" + metric.id() + "' twice");
      }
    }
    return metrics;
  }

  static Metric metric(ObjectNode entry) {
    String id = text(entry, "id");
    boolean custom = id.startsWith(Metric.CUSTOM_PREFIX);
    Set<String> fields = new TreeSet<>(Set.of("id"));
    fields.addAll(entry.has("undefined") ? Set.of("undefined") : Set.of("value", "n"));
    if (custom) {
      fields.addAll(Set.of("direction", "unit", "definition"));
    }
    requireFields(entry, fields);
    return custom
        ? Metric.custom(
            id.substring(Metric.CUSTOM_PREFIX.length()),
            Direction.valueOf(text(entry, "direction")),
            text(entry, "unit"),
            text(entry, "definition"))
        : Metric.named(id);
  }

  static MetricValue value(ObjectNode entry) {
    if (entry.has("undefined")) {
      return new Undefined(text(entry, "undefined"));
    }
    if (!entry.path("value").isNumber()) {
      throw refused("has no number 'value' for " + entry.path("id"));
    }
    return new Defined(entry.path("value").doubleValue(), whole(entry, "n"));
  }

  private static void requireFields(ObjectNode json, Set<String> expected) {
    Set<String> found = new TreeSet<>();
    json.fieldNames().forEachRemaining(found::add);
    if (!found.equals(expected)) {
      throw refused("has the fields " + found + " (expected: " + new TreeSet<>(expected) + ")");
    }
  }

  private static String text(ObjectNode json, String field) {
    if (!json.path(field).isTextual()) {
      throw refused("has no text '" + field + "'");
    }
    return json.path(field).textValue();
  }

  private static long whole(ObjectNode json, String field) {
    JsonNode node = json.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw refused("has no whole number '" + field + "'");
    }
    return node.longValue();
  }

  private static MlopsException refused(String why) {
    return new MlopsException(WHAT + " is refused: it " + why + ".");
  }
}
