package io.mlops4j.registry.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.IntegrityException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Run records as JSON. NaN and infinities, which JSON does not have, are texts. */
final class RunJson {
  private RunJson() {}

  static ObjectNode write(RunRecord record) {
    ObjectNode json = Json.object();
    json.put("id", record.id()).put("experiment", record.experiment());
    json.put("name", record.name()).put("status", record.status().name());
    json.put("owner", record.owner()).put("seed", record.seed());
    json.put("startedAt", record.startedAt().toString());
    json.put("seenAt", record.seenAt().toString());
    json.put("environment", record.environment());
    if (!record.reason().isEmpty()) {
      json.put("reason", record.reason());
    }
    record.parent().ifPresent(parent -> json.put("parent", parent));
    record.endedAt().ifPresent(at -> json.put("endedAt", at.toString()));
    texts(json, "params", record.params());
    texts(json, "tags", record.tags());
    ObjectNode metrics = json.putObject("metrics");
    record.metrics().forEach((name, summary) -> summary(metrics.putArray(name), summary));
    record.notes().forEach(json.putArray("notes")::add);
    artifacts(json.putObject("artifacts"), record.artifacts());
    record.versions().forEach(v -> json.withArray("versions").add(v.toString()));
    return json;
  }

  static void texts(ObjectNode json, String name, SortedMap<String, String> values) {
    ObjectNode node = json.putObject(name);
    values.forEach(node::put);
  }

  static void artifacts(ObjectNode node, SortedMap<String, RunArtifact> artifacts) {
    artifacts.forEach(
        (path, artifact) ->
            node.putObject(path).put("digest", artifact.digest()).put("bytes", artifact.bytes()));
  }

  /** As a row of numbers: there are many of them. */
  private static void summary(ArrayNode row, MetricSummary summary) {
    number(row, summary.last());
    row.add(summary.lastStep()).add(summary.lastAt().toEpochMilli());
    number(row, summary.min());
    number(row, summary.max());
    row.add(summary.points()).add(summary.nans());
  }

  static void number(ArrayNode row, double value) {
    if (Double.isFinite(value)) {
      row.add(value);
    } else {
      row.add(String.valueOf(value)); // "NaN", "Infinity", "-Infinity"
    }
  }

  static double number(JsonNode node) {
    return node.isTextual() ? Double.parseDouble(node.asText()) : node.asDouble();
  }

  static RunRecord read(JsonNode json, String what) {
    try {
      return new RunRecord(
          json.path("id").asText(),
          json.path("experiment").asText(),
          json.path("name").asText(),
          RunStatus.valueOf(json.path("status").asText()),
          json.path("reason").asText(),
          json.path("owner").asText(),
          text(json, "parent"),
          json.path("seed").asLong(),
          Instant.parse(json.path("startedAt").asText()),
          text(json, "endedAt").map(Instant::parse),
          Instant.parse(json.path("seenAt").asText()),
          texts(json.path("params")),
          metrics(json.path("metrics")),
          texts(json.path("tags")),
          list(json.path("notes")),
          artifacts(json.path("artifacts")),
          versions(json.path("versions")),
          json.path("environment").asText());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not a run: " + e.getMessage());
    }
  }

  static Optional<String> text(JsonNode json, String name) {
    return json.has(name) ? Optional.of(json.path(name).asText()) : Optional.empty();
  }

  static SortedMap<String, String> texts(JsonNode node) {
    SortedMap<String, String> values = new TreeMap<>();
    node.properties().forEach(e -> values.put(e.getKey(), e.getValue().asText()));
    return values;
  }

  static List<String> list(JsonNode node) {
    List<String> values = new ArrayList<>(node.size());
    node.forEach(value -> values.add(value.asText()));
    return values;
  }

  static SortedMap<String, RunArtifact> artifacts(JsonNode node) {
    SortedMap<String, RunArtifact> artifacts = new TreeMap<>();
    node.properties()
        .forEach(
            e ->
                artifacts.put(
                    e.getKey(),
                    new RunArtifact(
                        e.getValue().path("digest").asText(),
                        e.getValue().path("bytes").asLong())));
    return artifacts;
  }

  static List<ModelVersion> versions(JsonNode node) {
    List<ModelVersion> versions = new ArrayList<>(node.size());
    for (String text : list(node)) {
      int colon = text.lastIndexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("version without a number");
      }
      int number = Integer.parseInt(text.substring(colon + 1));
      versions.add(new ModelVersion(text.substring(0, colon), number));
    }
    return versions;
  }

  private static SortedMap<String, MetricSummary> metrics(JsonNode node) {
    SortedMap<String, MetricSummary> metrics = new TreeMap<>();
    node.properties()
        .forEach(
            e -> {
              JsonNode row = e.getValue();
              metrics.put(
                  e.getKey(),
                  new MetricSummary(
                      number(row.path(0)),
                      row.path(1).asLong(),
                      Instant.ofEpochMilli(row.path(2).asLong()),
                      number(row.path(3)),
                      number(row.path(4)),
                      row.path(5).asLong(),
                      row.path(6).asLong()));
            });
    return metrics;
  }
}
