package io.mlops4j.stats;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Reads oracles/experiments.json, which oracles/experiments.py writes. */
final class StatsOracle {
  private StatsOracle() {}

  static JsonNode section(String name) {
    try (var in =
        Objects.requireNonNull(StatsOracle.class.getResourceAsStream("/experiments.json"))) {
      return Json.parse(in.readAllBytes(), "experiments.json").get(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double[] doubles(JsonNode node) {
    double[] values = new double[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get(i).doubleValue();
    }
    return values;
  }

  static double number(JsonNode node, String field) {
    return node.get(field).doubleValue();
  }
}
