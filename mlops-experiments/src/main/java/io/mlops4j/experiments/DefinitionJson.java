package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stored form of {@link ExperimentDefinition}. Format 1 is read for ever. */
final class DefinitionJson {
  private static final String FORMAT = "mlops4j-experiment/1";
  private static final Set<String> FIELDS =
      Set.of(
          "format",
          "name",
          "salt",
          "unit",
          "traffic",
          "arms",
          "layer",
          "holdouts",
          "overrides",
          "eligible",
          "from",
          "until",
          "stoppedFor");

  private DefinitionJson() {}

  static byte[] write(ExperimentDefinition definition) {
    ObjectNode root =
        Json.object()
            .put("format", FORMAT)
            .put("name", definition.name())
            .put("salt", definition.salt())
            .put("unit", definition.unit().name())
            .put("traffic", definition.traffic());
    var arms = root.putArray("arms");
    definition.arms().forEach((arm, share) -> arms.addObject().put("arm", arm).put("share", share));
    definition
        .layer()
        .ifPresent(
            slice ->
                root.putObject("layer")
                    .put("name", slice.layer())
                    .put("from", slice.from())
                    .put("to", slice.to()));
    if (!definition.holdouts().isEmpty()) {
      var holdouts = root.putArray("holdouts");
      for (Holdout holdout : definition.holdouts()) {
        holdouts.addObject().put("name", holdout.name()).put("share", holdout.share());
      }
    }
    if (!definition.overrides().isEmpty()) {
      ObjectNode overrides = root.putObject("overrides");
      definition.overrides().forEach(overrides::put);
    }
    if (!definition.eligible().isEmpty()) {
      ObjectNode eligible = root.putObject("eligible");
      definition
          .eligible()
          .forEach(
              (attribute, values) -> {
                var array = eligible.putArray(attribute);
                values.stream().sorted().forEach(array::add);
              });
    }
    definition.from().ifPresent(instant -> root.put("from", instant.toString()));
    definition.until().ifPresent(instant -> root.put("until", instant.toString()));
    definition.stoppedFor().ifPresent(arm -> root.put("stoppedFor", arm));
    return Json.canonical(root);
  }

  static ExperimentDefinition parse(byte[] json, String what) {
    JsonFields root = new JsonFields(Json.parse(json, what), "$", what).only(FIELDS);
    if (!root.text("format").equals(FORMAT)) {
      throw JsonFields.error(what, "$.format", "is not " + FORMAT + ". Use a newer version.");
    }
    String name = root.at("name", () -> ArmNames.checked("experiment", root.text("name")));
    Map<String, Double> arms = arms(root);
    Map<String, String> overrides = overrides(root, List.copyOf(arms.keySet()));
    double traffic = root.has("traffic") ? root.number("traffic") : 1;
    root.at("traffic", () -> ExperimentBuilder.slots("traffic", traffic));
    String salt = root.has("salt") ? root.text("salt") : "";
    UnitKind unit =
        root.has("unit") ? root.at("unit", () -> new UnitKind(root.text("unit"))) : UnitKind.USER;
    String stoppedFor = root.textOr("stoppedFor", null);
    if (stoppedFor != null) {
      root.at("stoppedFor", () -> ArmNames.indexOf(List.copyOf(arms.keySet()), stoppedFor));
    }
    Optional<Instant> from = instant(root, "from");
    Optional<Instant> until = instant(root, "until");
    if (from.isPresent() && until.isPresent() && !from.get().isBefore(until.get())) {
      throw JsonFields.error(what, "$.until", "is not after $.from");
    }
    return root.at(
        "arms",
        () ->
            new ExperimentDefinition(
                name,
                salt,
                unit,
                traffic,
                arms,
                root.has("layer") ? Optional.of(layer(root.object("layer"))) : Optional.empty(),
                holdouts(root),
                overrides,
                eligible(root),
                from,
                until,
                Optional.ofNullable(stoppedFor)));
  }

  private static Map<String, Double> arms(JsonFields root) {
    Map<String, Double> arms = new LinkedHashMap<>();
    for (JsonFields arm : root.objects("arms")) {
      arm.only(Set.of("arm", "share"));
      String name = arm.at("arm", () -> ArmNames.checked("arm", arm.text("arm")));
      double share = arm.number("share");
      arm.at("share", () -> ExperimentBuilder.slots("share", share));
      if (arms.putIfAbsent(name, share) != null) {
        throw JsonFields.error(root.what(), arm.path() + ".arm", "names an arm a second time");
      }
    }
    if (arms.size() < 2) {
      throw JsonFields.error(
          root.what(), "$.arms", "has " + arms.size() + " entries (expected: at least 2)");
    }
    double sum = arms.values().stream().mapToDouble(Double::doubleValue).sum();
    if (Math.abs(sum - 1) > WeightVector.SUM_TOLERANCE) {
      throw JsonFields.error(
          root.what(), "$.arms", "has shares that sum to " + sum + " (expected: 1)");
    }
    return arms;
  }

  private static LayerSlice layer(JsonFields node) {
    node.only(Set.of("name", "from", "to"));
    String name = node.text("name");
    double from = node.number("from");
    double to = node.number("to");
    return node.at("to", () -> LayerSlice.of(name, from, to));
  }

  private static List<Holdout> holdouts(JsonFields root) {
    List<Holdout> result = new ArrayList<>();
    if (root.has("holdouts")) {
      for (JsonFields node : root.objects("holdouts")) {
        node.only(Set.of("name", "share"));
        String name = node.text("name");
        double share = node.number("share");
        result.add(node.at("share", () -> Holdout.named(name, share)));
      }
    }
    return result;
  }

  private static Map<String, String> overrides(JsonFields root, List<String> arms) {
    Map<String, String> result = new LinkedHashMap<>();
    if (root.has("overrides")) {
      JsonFields node = root.object("overrides");
      int position = 0;
      for (String unit : node.names()) {
        String arm = node.text(unit);
        // The position, not the unit: ids are often personal.
        root.at("overrides[" + position++ + "]", () -> ArmNames.indexOf(arms, arm));
        result.put(unit, arm);
      }
    }
    return result;
  }

  private static Map<String, Set<String>> eligible(JsonFields root) {
    Map<String, Set<String>> result = new LinkedHashMap<>();
    if (root.has("eligible")) {
      JsonFields node = root.object("eligible");
      for (String attribute : node.names()) {
        result.put(attribute, Set.copyOf(node.texts(attribute)));
      }
      return root.at("eligible", () -> new RequiredValues(result)).allowed();
    }
    return result;
  }

  private static Optional<Instant> instant(JsonFields root, String field) {
    if (!root.has(field)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(root.text(field)));
    } catch (DateTimeParseException e) {
      throw new MlopsException(
          root.what() + ": $." + field + " is not an instant such as 2026-01-31T00:00:00Z", e);
    }
  }
}
