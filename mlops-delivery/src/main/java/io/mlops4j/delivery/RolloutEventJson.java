package io.mlops4j.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How an event is stored: canonical JSON of format 1. */
final class RolloutEventJson {
  static final int FORMAT = 1;
  private static final int MAX_TEXT = 2_000;

  private RolloutEventJson() {}

  static byte[] write(RolloutEvent event) {
    ObjectNode json = Json.object();
    json.put("kind", "rollout-event");
    json.put("format", FORMAT);
    json.put("event", event.kind().name());
    json.put("rollout", event.rollout());
    json.set("candidate", version(event.candidate()));
    event.champion().ifPresent(champion -> json.set("champion", version(champion)));
    json.put("step", event.step());
    ArrayNode steps = json.putArray("steps");
    event.steps().forEach(steps::add);
    json.put("plan", event.plan());
    json.put("reason", Text.printable(event.reason(), MAX_TEXT));
    json.put("by", Text.printable(event.by(), MAX_TEXT));
    json.put("at", event.at().toString());
    ArrayNode evidence = json.putArray("evidence");
    event.evidence().forEach(result -> evidence.add(result(result)));
    if (event.refused()) {
      json.put("refused", true);
    }
    return Json.canonical(json);
  }

  private static ObjectNode version(ModelVersion version) {
    ObjectNode json = Json.object();
    json.put("model", version.model());
    json.put("number", version.number());
    return json;
  }

  private static ObjectNode result(WatchResult result) {
    ObjectNode json = Json.object();
    json.put("watch", result.watch());
    json.put("step", result.step());
    json.put("verdict", result.verdict().name());
    json.put("sentence", Text.printable(result.sentence(), MAX_TEXT));
    number(json, "champion", result.champion());
    number(json, "candidate", result.candidate());
    number(json, "low", result.low());
    number(json, "high", result.high());
    json.put("championSamples", result.championSamples());
    json.put("candidateSamples", result.candidateSamples());
    json.put("required", result.required());
    return json;
  }

  /** JSON has no NaN and no infinity: they are left out. */
  private static void number(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }

  /**
   * Returns a stored event.
   *
   * @throws MlopsException if it is not one this library can read; names the key
   */
  static RolloutEvent read(byte[] bytes, long sequence, String key) {
    String what = "Rollout event " + key;
    ObjectNode json = Json.parse(bytes, what);
    int format = json.path("format").asInt();
    if (!json.path("kind").asText().equals("rollout-event") || format != FORMAT) {
      throw new MlopsException(
          what
              + " is refused: it is of kind "
              + Text.printable(json.path("kind").asText(), 64)
              + " and format "
              + format
              + " (expected: rollout-event, "
              + FORMAT
              + "). A newer library wrote it, or it is no event.");
    }
    try {
      List<Double> steps = new ArrayList<>();
      json.path("steps").forEach(step -> steps.add(step.asDouble(Double.NaN)));
      RolloutEvent.Kind kind = RolloutEvent.Kind.valueOf(json.path("event").asText());
      boolean starts = kind == RolloutEvent.Kind.STARTED;
      if (starts) {
        RolloutPlan.requireSteps(steps);
      }
      List<WatchResult> evidence = new ArrayList<>();
      json.path("evidence").forEach(result -> evidence.add(result(result)));
      return new RolloutEvent(
          sequence,
          kind,
          starts ? sequence : json.path("rollout").asLong(),
          version(json.path("candidate")),
          json.has("champion") ? Optional.of(version(json.path("champion"))) : Optional.empty(),
          json.path("step").asInt(),
          steps,
          json.path("plan").asText(),
          json.path("reason").asText(),
          json.path("by").asText(),
          Instant.parse(json.path("at").asText()),
          evidence,
          refused(json.path("refused")));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MlopsException(
          what + " is refused: " + Text.printable(String.valueOf(e.getMessage()), 200), e);
    }
  }

  /** Written only if it is so; whatever else stands there must not start a rollout. */
  private static boolean refused(JsonNode json) {
    if (json.isMissingNode()) {
      return false;
    }
    if (!json.isBoolean()) {
      throw new IllegalArgumentException("refused: " + json + " (expected: true or false)");
    }
    return json.booleanValue();
  }

  private static ModelVersion version(JsonNode json) {
    return new ModelVersion(json.path("model").asText(), json.path("number").asInt(-1));
  }

  private static WatchResult result(JsonNode json) {
    return new WatchResult(
        json.path("watch").asText(),
        json.path("step").asInt(),
        RolloutVerdict.valueOf(json.path("verdict").asText()),
        json.path("sentence").asText(),
        json.path("champion").asDouble(Double.NaN),
        json.path("candidate").asDouble(Double.NaN),
        json.path("low").asDouble(Double.NaN),
        json.path("high").asDouble(Double.NaN),
        json.path("championSamples").asLong(),
        json.path("candidateSamples").asLong(),
        json.path("required").asBoolean());
  }
}
