package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows whose answers are known from where the model was trained, to be replayed before the model
 * serves: they catch a wrong column order, a missing category or a changed runtime.
 *
 * @param tolerance the largest absolute difference accepted, finite and at least 0
 * @param rows at least one
 */
public record GoldenRows(double tolerance, List<Row> rows) {

  /**
   * One row and its answer.
   *
   * @param input feature name to {@link Number}, {@link String}, {@link Boolean} or null (missing)
   * @param expected the answer
   */
  public record Row(Map<String, @Nullable Object> input, double expected) {
    /** Copies the map, which may hold nulls, and checks that its values are plain. */
    public Row {
      if (!Double.isFinite(expected)) {
        throw new IllegalArgumentException("expected: " + expected + " (expected: finite)");
      }
      input = Collections.unmodifiableMap(new LinkedHashMap<>(input));
      input.forEach(
          (feature, value) -> {
            boolean plain =
                value == null
                    || value instanceof Number
                    || value instanceof String
                    || value instanceof Boolean;
            if (!plain) {
              throw new IllegalArgumentException(
                  "feature "
                      + Text.printable(feature, 64)
                      + ": a "
                      + value.getClass().getName()
                      + " (expected: a number, string, boolean or null)");
            }
          });
    }

    /** Returns the features' names and the answer; values may be sensitive and are not shown. */
    @Override
    public String toString() {
      return "Row[input=" + input.keySet() + ", expected=" + expected + "]";
    }
  }

  /** Checks the tolerance and copies the rows. */
  public GoldenRows {
    if (!(tolerance >= 0) || Double.isInfinite(tolerance)) {
      throw new IllegalArgumentException("tolerance: " + tolerance + " (expected: finite, >= 0)");
    }
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows: 0 (expected: at least 1)");
    }
  }

  /**
   * Returns the golden rows a JSON document holds: {@code {"tolerance": 1e-5, "rows": [{"input":
   * {...}, "probability": 0.31}]}}. The answer may also be called {@code expected}.
   *
   * @param json the document
   * @return its rows
   * @throws MlopsException naming the row and what is missing
   */
  public static GoldenRows fromJson(byte[] json) {
    ObjectNode root = Json.parse(json, "Golden rows");
    List<Row> rows = new ArrayList<>();
    for (JsonNode node : root.path("rows")) {
      JsonNode expected = node.has("expected") ? node.path("expected") : node.path("probability");
      if (!expected.isNumber() || !node.path("input").isObject()) {
        throw new MlopsException(
            "Golden rows: row "
                + rows.size()
                + " needs an object \"input\" and a number \"expected\".");
      }
      Map<String, @Nullable Object> input = new LinkedHashMap<>();
      node.path("input").properties().forEach(e -> input.put(e.getKey(), scalar(e)));
      rows.add(new Row(input, expected.doubleValue()));
    }
    JsonNode tolerance = root.path("tolerance");
    if (rows.isEmpty() || !tolerance.isNumber() || !(tolerance.doubleValue() >= 0)) {
      throw new MlopsException(
          "Golden rows need \"rows\" (at least one) and a number \"tolerance\" >= 0.");
    }
    return new GoldenRows(tolerance.doubleValue(), rows);
  }

  private static @Nullable Object scalar(Map.Entry<String, JsonNode> entry) {
    JsonNode value = entry.getValue();
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isNull()) {
      return null;
    }
    throw new MlopsException(
        "Golden rows: feature " + Text.printable(entry.getKey(), 64) + " is not a plain value.");
  }

  /**
   * Returns the document {@link #fromJson} reads.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    ObjectNode root = Json.object();
    root.put("tolerance", tolerance);
    ArrayNode array = root.putArray("rows");
    for (Row row : rows) {
      ObjectNode node = array.addObject();
      ObjectNode input = node.putObject("input");
      row.input().forEach((feature, value) -> put(input, feature, value));
      node.put("expected", row.expected());
    }
    return Json.canonical(root);
  }

  private static void put(ObjectNode input, String feature, @Nullable Object value) {
    if (value instanceof Boolean bool) {
      input.put(feature, bool);
    } else if (value instanceof String text) {
      input.put(feature, text);
    } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      input.put(feature, number.doubleValue());
    } else {
      input.putNull(feature); // Missing, as NaN is.
    }
  }
}
