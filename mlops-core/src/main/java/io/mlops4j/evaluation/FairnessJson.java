package io.mlops4j.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Fairness as part of format 2 of a stored report. */
final class FairnessJson {
  private FairnessJson() {}

  static ObjectNode write(FairnessResult result) {
    ObjectNode json = Json.object();
    json.put("attribute", result.attribute());
    json.put("decision", result.decision());
    json.put("minGroupSize", result.minGroupSize());
    json.put("unassigned", result.unassigned());
    ArrayNode groups = json.putArray("groups");
    for (FairnessGroup group : result.groups()) {
      ObjectNode node = groups.addObject();
      node.put("name", group.name());
      node.put("rows", group.rows());
      node.put("positives", group.positives());
      node.put("selected", group.selected());
      node.put("truePositives", group.truePositives());
      put(node, group.calibrationGap());
      group.calibrationInterval().ifPresent(i -> node.set("interval", DetailsJson.interval(i)));
      node.set("calibration", DetailsJson.calibration(group.calibration()));
    }
    ArrayNode values = json.putArray("measures");
    result
        .values()
        .forEach(
            (measure, value) -> {
              ObjectNode node = values.addObject().put("id", measure.id());
              put(node, value);
              MetricInterval interval = result.intervals().get(measure);
              if (interval != null) {
                node.set("interval", DetailsJson.interval(interval));
              }
            });
    return json;
  }

  static FairnessResult read(JsonNode json) {
    Map<FairnessMeasure, MetricValue> values = new LinkedHashMap<>();
    Map<FairnessMeasure, MetricInterval> intervals = new LinkedHashMap<>();
    for (JsonNode node : json.path("measures")) {
      FairnessMeasure measure = FairnessMeasure.named(node.path("id").asText());
      values.put(measure, value(node));
      interval(node).ifPresent(interval -> intervals.put(measure, interval));
    }
    return new FairnessResult(
        json.path("attribute").asText(),
        json.path("decision").asText(),
        json.path("minGroupSize").longValue(),
        DetailsJson.list(
            json.path("groups"),
            node ->
                new FairnessGroup(
                    node.path("name").asText(),
                    node.path("rows").longValue(),
                    node.path("positives").longValue(),
                    node.path("selected").longValue(),
                    node.path("truePositives").longValue(),
                    value(node),
                    interval(node),
                    DetailsJson.readCalibration(node.path("calibration")))),
        json.path("unassigned").longValue(),
        values,
        intervals);
  }

  private static Optional<MetricInterval> interval(JsonNode node) {
    return node.has("interval")
        ? Optional.of(DetailsJson.interval(node.path("interval")))
        : Optional.empty();
  }

  private static void put(ObjectNode node, MetricValue value) {
    if (value instanceof Defined defined) {
      node.set("value", Decimals.node(defined.value()));
      node.put("n", defined.n());
    } else if (value instanceof Undefined undefined) {
      node.put("undefined", undefined.reason());
    }
  }

  private static MetricValue value(JsonNode node) {
    return node.has("undefined")
        ? new Undefined(node.path("undefined").asText())
        : new Defined(node.path("value").doubleValue(), node.path("n").longValue());
  }
}
