package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An origin as a part of a manifest. Older libraries pass it over. */
final class OriginJson {
  private OriginJson() {}

  static ObjectNode write(Origin origin) {
    ObjectNode json = Json.object();
    json.put("model", origin.version().model());
    json.put("version", origin.version().number());
    json.put("manifest", origin.manifest());
    json.put("bundle", origin.bundle());
    json.put("at", origin.at().toString());
    origin.evaluations().forEach(json.putArray("evaluations")::add);
    if (!origin.evidence().isEmpty()) {
      origin.evidence().forEach(json.putArray("evidence")::add);
    }
    return json;
  }

  static Origin read(JsonNode json) {
    return new Origin(
        new ModelVersion(json.path("model").asText(), json.path("version").asInt()),
        json.path("manifest").asText(),
        json.path("bundle").asText(),
        Instant.parse(json.path("at").asText()),
        texts(json.path("evaluations")),
        texts(json.path("evidence")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
