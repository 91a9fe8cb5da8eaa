package io.mlops4j.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first format of counts: JSON. Read for ever, not written any more. */
final class CountsJson {
  private static final int FORMAT = 1;

  private CountsJson() {}

  static DriftCounts read(byte[] bytes) {
    ObjectNode root = Json.parse(bytes, "Drift counts");
    if (root.size() != 6 || root.path("format").asInt() != FORMAT) {
      throw damaged("format is not " + FORMAT + ", or a field is missing or unknown");
    }
    Map<String, long[]> cells = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> feature : root.path("cells").properties()) {
      if (!feature.getValue().isArray()) {
        throw damaged("cells are not a list");
      }
      long[] counts = new long[feature.getValue().size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = count(feature.getValue().get(i));
      }
      cells.put(feature.getKey(), counts);
    }
    String baseline = root.path("baseline").asText();
    if (!baseline.matches("[0-9a-f]{64}")) {
      throw damaged("baseline is not a fingerprint");
    }
    try {
      ModelVersion version =
          new ModelVersion(root.path("model").asText(), root.path("version").asInt(-1));
      return new DriftCounts(
          version,
          baseline,
          count(root.path("predictions")),
          cells,
          Map.of(),
          new long[0],
          List.of());
    } catch (IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private static long count(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw damaged("a count is not a number of 0 or more");
    }
    return node.longValue();
  }

  static MlopsException damaged(String what) {
    return new MlopsException("Drift counts cannot be read: " + what + ".");
  }
}
