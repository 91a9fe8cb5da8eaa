package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes parameters, metrics and tags of one run in batches that MLflow accepts: at most 100
 * parameters, 100 tags or 1,000 metrics, and a megabyte. All of them may be sent twice: parameters
 * are write-once with the same value allowed, tags are replaced, and MLflow keeps one of two equal
 * points of a metric.
 */
final class RunLog {
  static final int MAX_PARAMETER = 6000;
  static final int MAX_TAG = 8000;
  private static final int MAX_KEY = 250;
  private static final int MAX_BODY = 900_000;
  private static final Pattern KEY = Pattern.compile("[\\w.\\- :/]{1," + MAX_KEY + "}");

  private final Rest rest;
  private final String runId;

  RunLog(Rest rest, String runId) {
    this.rest = rest;
    this.runId = runId;
  }

  void write(String kind, List<ObjectNode> entries) {
    int most = kind.equals("metrics") ? 1000 : 100;
    for (int from = 0; from < entries.size(); from += most) {
      batch(kind, entries.subList(from, Math.min(entries.size(), from + most)));
    }
  }

  private void batch(String kind, List<ObjectNode> entries) {
    ObjectNode body = Json.object().put("run_id", runId);
    ArrayNode list = body.putArray(kind);
    list.addAll(entries);
    if (entries.size() > 1 && Json.canonical(body).length > MAX_BODY) {
      int half = entries.size() / 2;
      batch(kind, entries.subList(0, half));
      batch(kind, entries.subList(half, entries.size()));
      return;
    }
    rest.postAgain("runs/log-batch", body, entries.size() + " " + kind + " of run " + runId);
  }

  static ObjectNode text(String kind, String key, String value, int most) {
    requireKey(kind, key);
    if (value.length() > most) {
      throw new IllegalArgumentException(
          kind
              + " "
              + Text.printable(key, 64)
              + ": "
              + value.length()
              + " characters (MLflow takes at most "
              + most
              + "). Log it as an artifact.");
    }
    return Json.object().put("key", key).put("value", value);
  }

  /** NaN and the infinities travel as texts, as protobuf's JSON has them. */
  static ObjectNode metric(String key, double value, long step, long timestamp) {
    requireKey("metric", key);
    ObjectNode node = Json.object().put("key", key).put("step", step).put("timestamp", timestamp);
    if (Double.isFinite(value)) {
      node.put("value", value);
    } else {
      node.put("value", String.valueOf(value)); // "NaN", "Infinity", "-Infinity"
    }
    return node;
  }

  private static void requireKey(String kind, String key) {
    boolean path =
        key.startsWith("/")
            || key.endsWith("/")
            || List.of(key.split("/", -1)).contains("..")
            || List.of(key.split("/", -1)).contains(".")
            || key.contains("//");
    if (!KEY.matcher(key).matches() || path) {
      throw new IllegalArgumentException(
          kind
              + " name: \""
              + Text.printable(key, 64)
              + "\" (MLflow takes 1 to "
              + MAX_KEY
              + " of A-Z a-z 0-9 _ - . : / and space, and no path with dots)");
    }
  }
}
