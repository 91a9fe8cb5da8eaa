package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Decisions as stored: what was decided, without whether anybody acted on it (the log says). */
final class GateDecisionJson {
  private GateDecisionJson() {}

  static byte[] write(GateDecision decision) {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("model", decision.candidate().model());
    json.put("candidate", decision.candidate().number());
    decision.champion().ifPresent(champion -> json.put("champion", champion.number()));
    json.put("policyName", decision.policyName());
    json.put("policy", decision.policyDigest());
    json.put("verdict", decision.verdict().name());
    json.put("decidedAt", decision.decidedAt().toString());
    if (!decision.terms().equals(DecisionTerms.withDefaults())) {
      json.set("terms", decision.terms().toJson());
    }
    if (decision.policyNumber() > 0) {
      json.put("policyNumber", decision.policyNumber());
    }
    decision.evidence().forEach(json.putArray("evidence")::add);
    var results = json.putArray("results");
    for (GateResult result : decision.results()) {
      ObjectNode node = results.addObject();
      node.put("metric", result.metric());
      node.put("verdict", result.verdict().name());
      result.candidate().ifPresent(value -> node.put("candidate", value));
      result.champion().ifPresent(value -> node.put("champion", value));
      node.put("observed", result.observed());
      node.put("required", result.required());
      node.put("sentence", result.sentence());
    }
    return Json.canonical(json);
  }

  static GateDecision read(byte[] bytes, String what, boolean promoted) {
    ObjectNode json = Json.parse(bytes, what);
    try {
      String model = json.path("model").asText();
      List<String> evidence = new ArrayList<>();
      json.path("evidence").forEach(digest -> evidence.add(digest.asText()));
      List<GateResult> results = new ArrayList<>();
      json.path("results").forEach(node -> results.add(result(node)));
      return new GateDecision(
          new ModelVersion(model, json.path("candidate").asInt()),
          json.has("champion")
              ? Optional.of(new ModelVersion(model, json.path("champion").asInt()))
              : Optional.empty(),
          json.path("policyName").asText(),
          json.path("policy").asText(),
          results,
          evidence,
          Instant.parse(json.path("decidedAt").asText()),
          DecisionTerms.fromJson(json.path("terms")),
          json.path("policyNumber").asInt(),
          promoted,
          List.of());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not a decision: " + e.getMessage(), e);
    }
  }

  private static GateResult result(JsonNode node) {
    return new GateResult(
        node.path("metric").asText(),
        GateResult.Verdict.valueOf(node.path("verdict").asText()),
        number(node, "candidate"),
        number(node, "champion"),
        node.path("observed").asText(),
        node.path("required").asText(),
        node.path("sentence").asText());
  }

  private static OptionalDouble number(JsonNode node, String field) {
    return node.has(field)
        ? OptionalDouble.of(node.path(field).doubleValue())
        : OptionalDouble.empty();
  }
}
