package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stored form of {@link BanditState}. Format 1 is read for ever. */
final class BanditJson {
  private static final String FORMAT = "mlops4j-bandit/1";

  private BanditJson() {}

  static byte[] write(BanditState state) {
    ObjectNode root = Json.object().put("format", FORMAT).put("floor", state.options().floor());
    root.putObject("prior")
        .put("successes", state.options().priorSuccesses())
        .put("failures", state.options().priorFailures());
    var list = root.putArray("arms");
    for (BanditState.ArmCounts arm : state.arms()) {
      list.addObject()
          .put("arm", arm.arm())
          .put("successes", arm.successes())
          .put("failures", arm.failures());
    }
    state
        .weights()
        .ifPresent(
            vector -> {
              ObjectNode node = root.putObject("weights").put("epoch", vector.epoch());
              var probabilities = node.putArray("probabilities");
              for (double probability : vector.toArray()) {
                probabilities.add(probability);
              }
            });
    return Json.canonical(root);
  }

  static BanditState parse(byte[] json, String what) {
    ObjectNode root = Json.parse(json, what);
    String format = root.path("format").asText();
    if (!format.equals(FORMAT)) {
      throw new MlopsException(
          what + " has format '" + format + "' (expected: " + FORMAT + "). Use a newer version.");
    }
    try {
      List<BanditState.ArmCounts> arms = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (JsonNode arm : root.path("arms")) {
        names.add(text(arm, "arm"));
        arms.add(
            new BanditState.ArmCounts(
                text(arm, "arm"), count(arm, "successes"), count(arm, "failures")));
      }
      JsonNode prior = root.path("prior");
      return new BanditState(
          new ThompsonSampling.Options(
              number(prior, "successes"), number(prior, "failures"), number(root, "floor")),
          arms,
          root.has("weights")
              ? Optional.of(weights(root.get("weights"), names))
              : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new MlopsException(what + " does not hold a bandit's state: " + e.getMessage(), e);
    }
  }

  private static WeightVector weights(JsonNode node, List<String> names) {
    double[] probabilities = new double[node.path("probabilities").size()];
    for (int i = 0; i < probabilities.length; i++) {
      JsonNode value = node.path("probabilities").get(i);
      probabilities[i] = value.isNumber() ? value.doubleValue() : Double.NaN;
    }
    return WeightVector.of(count(node, "epoch"), names, probabilities);
  }

  private static String text(JsonNode node, String field) {
    return require(node, field, node.path(field).isTextual()).textValue();
  }

  private static double number(JsonNode node, String field) {
    return require(node, field, node.path(field).isNumber()).doubleValue();
  }

  private static long count(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return require(node, field, value.isIntegralNumber() && value.canConvertToLong()).longValue();
  }

  private static JsonNode require(JsonNode node, String field, boolean rightType) {
    if (!rightType) {
      throw new IllegalArgumentException("field '" + field + "' is missing or of the wrong type");
    }
    return node.get(field);
  }
}
