package io.mlops4j.drift.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one object of a log holds, as JSON: entries are arrays, to be short. */
record LogObject(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
  private static final int FORMAT = 1;

  byte[] toBytes() {
    ObjectNode root = Json.object().put("format", FORMAT);
    ArrayNode made = root.putArray("predictions");
    for (LoggedPrediction p : predictions) {
      ArrayNode entry = made.addArray();
      entry.add(p.id()).add(p.key()).add(p.unit());
      entry.add(p.version().model()).add(p.version().number());
      entry.add(p.output()).add(Micros.of(p.at()));
      ArrayNode segments = entry.addArray();
      p.segments().forEach(segments::add);
      ObjectNode features = entry.addObject();
      p.features().forEach(features::put);
    }
    ArrayNode known = root.putArray("labels");
    for (ReportedLabel label : labels) {
      ArrayNode entry = known.addArray();
      entry.add(label.name()).add(label.byKey());
      if (Double.isNaN(label.value())) {
        entry.addNull();
      } else {
        entry.add(label.value());
      }
      entry.add(Micros.of(label.at())).add(label.correction());
    }
    return Json.canonical(root);
  }

  static LogObject of(byte[] bytes, String key) {
    ObjectNode root = Json.parse(bytes, "Prediction log object " + key);
    if (root.path("format").asInt() != FORMAT) {
      throw new MlopsException(
          "Prediction log object "
              + key
              + " has format "
              + root.path("format")
              + " (this version reads "
              + FORMAT
              + "). Use the version that wrote it.");
    }
    List<LoggedPrediction> predictions = new ArrayList<>();
    List<ReportedLabel> labels = new ArrayList<>();
    try {
      root.path("predictions").forEach(entry -> predictions.add(prediction(entry)));
      root.path("labels").forEach(entry -> labels.add(label(entry)));
    } catch (RuntimeException e) {
      // Not as the cause: its message may quote a value.
      throw new MlopsException("Prediction log object " + key + " is damaged.");
    }
    return new LogObject(predictions, labels);
  }

  private static LoggedPrediction prediction(JsonNode entry) {
    List<String> segments = new ArrayList<>();
    entry.get(7).forEach(segment -> segments.add(segment.asText()));
    Map<String, String> features = new HashMap<>();
    entry
        .get(8)
        .properties()
        .forEach(field -> features.put(field.getKey(), field.getValue().asText()));
    return new LoggedPrediction(
        entry.get(0).asText(),
        text(entry.get(1)),
        text(entry.get(2)),
        new ModelVersion(entry.get(3).asText(), entry.get(4).asInt()),
        entry.get(5).asDouble(),
        Micros.instant(entry.get(6).asLong()),
        segments,
        features);
  }

  private static @Nullable String text(JsonNode node) {
    return node.isNull() ? null : node.asText();
  }

  private static ReportedLabel label(JsonNode entry) {
    JsonNode value = entry.get(2);
    return new ReportedLabel(
        entry.get(0).asText(),
        entry.get(1).asBoolean(),
        value.isNull() ? Double.NaN : value.asDouble(),
        Micros.instant(entry.get(3).asLong()),
        entry.get(4).asBoolean());
  }

  /** Which names are in it: sorted hashes, 4 bytes each. A hit may be another name's. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
  record Index(int[] predictions, int[] labels) {
    static Index of(LogObject content) {
      List<Integer> names = new ArrayList<>();
      for (LoggedPrediction p : content.predictions()) {
        names.add(hash(p.id(), false));
        String key = p.key();
        if (key != null) {
          names.add(hash(key, true));
        }
      }
      return new Index(
          sorted(names),
          sorted(content.labels().stream().map(l -> hash(l.name(), l.byKey())).toList()));
    }

    private static int[] sorted(List<Integer> hashes) {
      return hashes.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
    }

    boolean mayHavePrediction(Set<String> ids, Set<String> keys) {
      return meets(predictions, ids, keys);
    }

    boolean mayHaveLabel(Set<String> ids, Set<String> keys) {
      return meets(labels, ids, keys);
    }

    private static boolean meets(int[] hashes, Set<String> ids, Set<String> keys) {
      return hashes.length > 0
          && (ids.stream().anyMatch(id -> Arrays.binarySearch(hashes, hash(id, false)) >= 0)
              || keys.stream().anyMatch(key -> Arrays.binarySearch(hashes, hash(key, true)) >= 0));
    }

    /** String.hashCode, mixed: neighbours such as a-1 and a-2 spread. */
    private static int hash(String name, boolean isKey) {
      int h = name.hashCode() * 0x9E37_79B9 + (isKey ? 0x85EB_CA6B : 0);
      return h ^ (h >>> 15);
    }
  }
}
