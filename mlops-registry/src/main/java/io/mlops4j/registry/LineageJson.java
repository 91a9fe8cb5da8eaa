package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.DatasetFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lineage as a part of a manifest. Its format only ever grows: format 1 had no {@code v} and fewer
 * fields, and a library that knows format 1 reads format 2 without what is new in it. So the
 * manifest's own format need not rise, and older instances of a fleet go on loading new versions.
 */
final class LineageJson {
  static final int FORMAT = 2;

  private LineageJson() {}

  static ObjectNode write(Lineage lineage) {
    ObjectNode json = Json.object();
    json.put("v", FORMAT);
    json.set("data", data(lineage.data()));
    ObjectNode code = json.putObject("code");
    code.put("commit", lineage.code().commit());
    code.put("workTree", lineage.code().workTree().name());
    lineage.code().diff().ifPresent(diff -> code.put("diff", diff));
    putKnown(code, "artifact", lineage.code().artifact());
    json.set("environment", environment(lineage.environment()));
    ObjectNode hyperparameters = json.putObject("hyperparameters");
    lineage.hyperparameters().forEach(hyperparameters::put);
    ObjectNode metrics = json.putObject("metrics");
    lineage.metrics().forEach(metrics::put);
    ObjectNode tags = json.putObject("tags");
    lineage.tags().forEach(tags::put);
    for (Lineage.Measurement measured : lineage.measurements()) {
      json.withArray("measurements")
          .addObject()
          .put("metric", measured.metric())
          .put("value", measured.value())
          .put("dataset", measured.dataset())
          .put("digest", measured.digest());
    }
    for (ModelVersion parent : lineage.parents()) {
      json.withArray("parents")
          .addObject()
          .put("model", parent.model())
          .put("version", parent.number());
    }
    putKnown(json, "run", lineage.run());
    ObjectNode licences = Json.object();
    putKnown(licences, "model", lineage.licences().model());
    putKnown(licences, "data", lineage.licences().data());
    if (!licences.isEmpty()) {
      json.set("licences", licences);
    }
    json.put("createdBy", lineage.createdBy());
    lineage.createdAt().ifPresent(at -> json.put("createdAt", at.toString()));
    return json;
  }

  private static ObjectNode data(Lineage.Data data) {
    ObjectNode json = Json.object();
    json.put("name", data.name());
    json.put("digest", data.digest());
    data.rows().ifPresent(rows -> json.put("rows", rows));
    putKnown(json, "schema", data.schema());
    putKnown(json, "snapshot", data.snapshot());
    data.period()
        .ifPresent(
            period -> json.put("from", period.from().toString()).put("to", period.to().toString()));
    return json;
  }

  private static ObjectNode environment(Environment environment) {
    ObjectNode json = Json.object();
    json.put("jvm", environment.jvm());
    json.put("os", environment.os());
    environment.dependencies().forEach(json.putArray("dependencies")::add);
    for (Environment.Artifact artifact : environment.artifacts()) {
      ObjectNode one = json.withArray("artifacts").addObject().put("name", artifact.name());
      putKnown(one, "coordinates", artifact.coordinates());
      putKnown(one, "sha256", artifact.digest());
    }
    for (Environment.NativeLibrary library : environment.natives()) {
      json.withArray("natives").addObject().put("name", library.name()).put("from", library.from());
    }
    if (!environment.settings().isEmpty()) {
      environment.settings().forEach(json.putObject("settings")::put);
    }
    return json;
  }

  private static void putKnown(ObjectNode json, String field, String value) {
    if (!value.equals(Lineage.UNKNOWN)) {
      json.put(field, value);
    }
  }

  static Lineage read(JsonNode json) {
    LineageParts parts = new LineageParts();
    JsonNode code = json.path("code");
    parts.data(readData(json.path("data")));
    parts.code(
        new Lineage.Code(
            text(code, "commit"),
            Lineage.WorkTree.valueOf(text(code, "workTree")),
            Optional.ofNullable(code.path("diff").textValue()),
            text(code, "artifact")));
    parts.environment(readEnvironment(json.path("environment")));
    texts(json.path("hyperparameters")).forEach(parts::hyperparameter);
    texts(json.path("tags")).forEach(parts::tag);
    json.path("metrics")
        .properties()
        .forEach(e -> parts.metric(e.getKey(), e.getValue().asDouble()));
    for (JsonNode measured : json.path("measurements")) {
      parts.measurement(
          new Lineage.Measurement(
              text(measured, "metric"),
              measured.path("value").asDouble(),
              text(measured, "dataset"),
              text(measured, "digest")));
    }
    for (JsonNode parent : json.path("parents")) {
      parts.parent(new ModelVersion(parent.path("model").asText(), parent.path("version").asInt()));
    }
    parts.run(text(json, "run"));
    JsonNode licences = json.path("licences");
    parts.licences(new Lineage.Licences(text(licences, "model"), text(licences, "data")));
    parts.createdBy(text(json, "createdBy"));
    if (json.has("createdAt")) {
      parts.createdAt(Instant.parse(text(json, "createdAt")));
    }
    return parts.build();
  }

  private static Lineage.Data readData(JsonNode data) {
    return new Lineage.Data(
        text(data, "name"),
        text(data, "digest"),
        data.has("rows") ? OptionalLong.of(data.path("rows").asLong()) : OptionalLong.empty(),
        text(data, "schema"),
        data.has("from") && data.has("to")
            ? Optional.of(
                new DatasetFacts.Period(
                    Instant.parse(text(data, "from")), Instant.parse(text(data, "to"))))
            : Optional.empty(),
        text(data, "snapshot"));
  }

  private static Environment readEnvironment(JsonNode json) {
    List<String> dependencies = new ArrayList<>();
    json.path("dependencies").forEach(name -> dependencies.add(name.asText()));
    List<Environment.Artifact> artifacts = new ArrayList<>();
    for (JsonNode one : json.path("artifacts")) {
      artifacts.add(
          new Environment.Artifact(
              text(one, "name"), text(one, "coordinates"), text(one, "sha256")));
    }
    List<Environment.NativeLibrary> natives = new ArrayList<>();
    for (JsonNode one : json.path("natives")) {
      natives.add(new Environment.NativeLibrary(text(one, "name"), text(one, "from")));
    }
    return new Environment(
        text(json, "jvm"),
        text(json, "os"),
        dependencies,
        artifacts,
        natives,
        texts(json.path("settings")));
  }

  private static SortedMap<String, String> texts(JsonNode json) {
    SortedMap<String, String> result = new TreeMap<>();
    json.properties().forEach(e -> result.put(e.getKey(), e.getValue().asText()));
    return result;
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asText(Lineage.UNKNOWN);
  }
}
