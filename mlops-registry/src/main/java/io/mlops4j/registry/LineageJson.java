package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lineage as a part of a manifest. */
final class LineageJson {
  private LineageJson() {}

  static ObjectNode write(Lineage lineage) {
    ObjectNode json = Json.object();
    ObjectNode data = json.putObject("data");
    data.put("name", lineage.data().name());
    data.put("digest", lineage.data().digest());
    lineage.data().rows().ifPresent(rows -> data.put("rows", rows));
    ObjectNode code = json.putObject("code");
    code.put("commit", lineage.code().commit());
    code.put("workTree", lineage.code().workTree().name());
    ObjectNode environment = json.putObject("environment");
    environment.put("jvm", lineage.environment().jvm());
    environment.put("os", lineage.environment().os());
    lineage.environment().dependencies().forEach(environment.putArray("dependencies")::add);
    ObjectNode hyperparameters = json.putObject("hyperparameters");
    lineage.hyperparameters().forEach(hyperparameters::put);
    ObjectNode metrics = json.putObject("metrics");
    lineage.metrics().forEach(metrics::put);
    ObjectNode tags = json.putObject("tags");
    lineage.tags().forEach(tags::put);
    lineage.parents().forEach(parent -> parent(json.withArray("parents").addObject(), parent));
    json.put("createdBy", lineage.createdBy());
    lineage.createdAt().ifPresent(at -> json.put("createdAt", at.toString()));
    return json;
  }

  private static void parent(ObjectNode json, ModelVersion parent) {
    json.put("model", parent.model());
    json.put("version", parent.number());
  }

  static Lineage read(JsonNode json) {
    JsonNode data = json.path("data");
    JsonNode code = json.path("code");
    JsonNode environment = json.path("environment");
    List<ModelVersion> parents = new ArrayList<>();
    json.path("parents")
        .forEach(
            p ->
                parents.add(new ModelVersion(p.path("model").asText(), p.path("version").asInt())));
    List<String> dependencies = new ArrayList<>();
    environment.path("dependencies").forEach(name -> dependencies.add(name.asText()));
    SortedMap<String, Double> metrics = new TreeMap<>();
    json.path("metrics")
        .properties()
        .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
    return new Lineage(
        new Lineage.Data(
            text(data, "name"),
            text(data, "digest"),
            data.has("rows") ? OptionalLong.of(data.path("rows").asLong()) : OptionalLong.empty()),
        new Lineage.Code(text(code, "commit"), Lineage.WorkTree.valueOf(text(code, "workTree"))),
        new Environment(text(environment, "jvm"), text(environment, "os"), dependencies),
        texts(json.path("hyperparameters")),
        metrics,
        texts(json.path("tags")),
        parents,
        text(json, "createdBy"),
        json.has("createdAt")
            ? Optional.of(Instant.parse(text(json, "createdAt")))
            : Optional.empty());
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
