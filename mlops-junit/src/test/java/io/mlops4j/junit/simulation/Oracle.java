package io.mlops4j.junit.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** What SciPy says: made by {@code oracles/simulation.py}. */
final class Oracle {
  private Oracle() {}

  static JsonNode read(String section) {
    try (var in = Objects.requireNonNull(Oracle.class.getResourceAsStream("/simulation.json"))) {
      return Objects.requireNonNull(Json.parse(in.readAllBytes(), "simulation.json").get(section));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
