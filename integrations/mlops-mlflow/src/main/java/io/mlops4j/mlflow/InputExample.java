package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of an input example: a table, one tensor, or named tensors of the same first length. */
final class InputExample {
  private InputExample() {}

  static List<Map<String, @Nullable Object>> rows(
      byte[] json, List<MlflowColumn> inputs, String what) {
    JsonNode root = Signature.json(json, what);
    if (root.path("columns").isArray() && root.path("data").isArray()) {
      return table(root, what);
    }
    if (root.isArray() && !root.isEmpty() && root.get(0).isObject()) {
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      root.forEach(row -> rows.add(object(row)));
      return List.copyOf(rows);
    }
    if (root.isArray()) {
      String name = inputs.size() == 1 ? inputs.get(0).name() : "";
      Map<String, JsonNode> one = new LinkedHashMap<>();
      one.put(name.isEmpty() ? SignatureSchema.UNNAMED : name, root);
      return tensors(one, what);
    }
    if (root.isObject()) {
      Map<String, JsonNode> named = new LinkedHashMap<>();
      root.properties().forEach(e -> named.put(e.getKey(), e.getValue()));
      return tensors(named, what);
    }
    throw unknown(what);
  }

  private static List<Map<String, @Nullable Object>> table(JsonNode root, String what) {
    List<String> columns = new ArrayList<>();
    root.path("columns").forEach(name -> columns.add(name.asText()));
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (JsonNode values : root.path("data")) {
      if (!values.isArray() || values.size() != columns.size()) {
        throw new MlflowException(
            what
                + ": row "
                + rows.size()
                + " has "
                + values.size()
                + " values (expected: "
                + columns.size()
                + ", one per column).");
      }
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (int i = 0; i < values.size(); i++) {
        row.put(columns.get(i), plain(values.get(i)));
      }
      rows.add(Collections.unmodifiableMap(row));
    }
    return List.copyOf(rows);
  }

  private static List<Map<String, @Nullable Object>> tensors(
      Map<String, JsonNode> named, String what) {
    int length = -1;
    for (JsonNode tensor : named.values()) {
      if (!tensor.isArray() || (length >= 0 && tensor.size() != length)) {
        throw unknown(what);
      }
      length = tensor.size();
    }
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> tensor : named.entrySet()) {
        row.put(tensor.getKey(), plain(tensor.getValue().get(i)));
      }
      rows.add(Collections.unmodifiableMap(row));
    }
    return List.copyOf(rows);
  }

  private static Map<String, @Nullable Object> object(JsonNode node) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    node.properties().forEach(e -> row.put(e.getKey(), plain(e.getValue())));
    return Collections.unmodifiableMap(row);
  }

  private static @Nullable Object plain(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value.longValue();
    }
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      value.forEach(each -> list.add(plain(each)));
      return list.size() == 1 && !(list.get(0) instanceof List)
          ? list.get(0) // A column of shape [n, 1].
          : Collections.unmodifiableList(list);
    }
    if (value.isObject()) {
      return object(value);
    }
    return value.asText();
  }

  private static MlflowException unknown(String what) {
    return new MlflowException(
        what
            + " is neither a table (\"columns\" and \"data\") nor tensors of equal first length;"
            + " its rows cannot be told apart.");
  }
}
