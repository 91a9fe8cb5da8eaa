package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The stored form of an {@link InputEncoding}. Format 2 is format 1 with groups and mapped values,
 * format 3 is format 2 with the definitions of computed features. Each is written only where it is
 * needed, so that older libraries read everything else, and refuse what they cannot check.
 */
final class EncodingJson {
  private static final int PLAIN = 1;
  private static final int EXTENDED = 2;
  private static final int DEFINED = 3;
  private static final int MAX_NAME = 128;

  private EncodingJson() {}

  static ObjectNode write(List<EncodedColumn> columns, Map<String, String> definitions) {
    ObjectNode root = Json.object();
    boolean extended =
        columns.stream()
            .anyMatch(c -> c instanceof EncodedColumn.Groups || c instanceof EncodedColumn.Mapped);
    root.put("format", !definitions.isEmpty() ? DEFINED : extended ? EXTENDED : PLAIN);
    if (!definitions.isEmpty()) {
      ObjectNode defined = root.putObject("definitions");
      definitions.forEach(defined::put);
    }
    ArrayNode array = root.putArray("columns");
    for (EncodedColumn column : columns) {
      ObjectNode node = array.addObject().put("feature", column.feature());
      if (column instanceof EncodedColumn.Numeric numeric) {
        node.put("as", "numeric");
        putMissing(node, numeric.missing());
      } else if (column instanceof EncodedColumn.Scaled scaled) {
        node.put("as", "scaled").put("offset", scaled.offset()).put("scale", scaled.scale());
        putMissing(node, scaled.missing());
      } else if (column instanceof EncodedColumn.OneHot oneHot) {
        node.put("as", "one-hot");
        putVocabulary(node, oneHot.vocabulary(), oneHot.unseen());
      } else if (column instanceof EncodedColumn.Ordinal ordinal) {
        node.put("as", "ordinal");
        putVocabulary(node, ordinal.vocabulary(), ordinal.unseen());
      } else if (column instanceof EncodedColumn.Vector vector) {
        node.put("as", "vector").put("width", vector.width());
      } else if (column instanceof EncodedColumn.Groups groups) {
        GroupsJson.write(node, groups);
      } else if (column instanceof EncodedColumn.Mapped mapped) {
        GroupsJson.write(node, mapped);
      }
    }
    return root;
  }

  /** The definitions of a document that {@link #read} accepted; empty in formats 1 and 2. */
  static Map<String, String> definitions(ObjectNode root) {
    Map<String, String> result = new TreeMap<>();
    if (root.path("format").intValue() < DEFINED) {
      return result;
    }
    JsonNode defined = root.path("definitions");
    if (!defined.isObject() || defined.isEmpty()) {
      throw new IllegalArgumentException("format 3 needs an object \"definitions\"");
    }
    defined
        .properties()
        .forEach(entry -> result.put(entry.getKey(), entry.getValue().asText()));
    return result;
  }

  private static void putMissing(ObjectNode node, float missing) {
    if (Float.isFinite(missing)) {
      node.put("missing", missing);
    }
  }

  private static void putVocabulary(
      ObjectNode node, List<String> vocabulary, EncodedColumn.Unseen unseen) {
    ArrayNode array = node.putArray("vocabulary");
    vocabulary.forEach(array::add);
    node.put("unseen", unseen.name().toLowerCase(Locale.ROOT));
  }

  static List<EncodedColumn> read(ObjectNode root) {
    JsonNode format = root.path("format");
    if (!format.isInt() || format.intValue() < PLAIN || format.intValue() > DEFINED) {
      throw new MlopsException(
          "Input encoding has format "
              + Text.printable(format.toString(), 32)
              + "; this library reads formats 1, 2 and 3.");
    }
    if (!root.path("columns").isArray() || root.path("columns").isEmpty()) {
      throw new MlopsException("Input encoding has no columns.");
    }
    List<EncodedColumn> columns = new ArrayList<>();
    for (JsonNode node : root.path("columns")) {
      try {
        columns.add(column(node, format.intValue()));
      } catch (IllegalArgumentException e) {
        throw new MlopsException(
            "Input encoding: column " + columns.size() + ": " + e.getMessage(), e);
      }
    }
    return columns;
  }

  private static EncodedColumn column(JsonNode node, int format) {
    String feature = node.path("feature").asText();
    if (!node.path("feature").isTextual()
        || feature.isBlank()
        || !feature.equals(Text.printable(feature, MAX_NAME))) {
      throw new IllegalArgumentException(
          "\"feature\": \""
              + Text.printable(feature, 32)
              + "\" (expected: a name of 1 to 128 printable characters)");
    }
    String as = node.path("as").asText();
    if (format >= EXTENDED && (as.equals("one-hot-groups") || as.equals("mapped"))) {
      return as.equals("mapped")
          ? GroupsJson.mapped(feature, node)
          : GroupsJson.groups(feature, node);
    }
    return switch (as) {
      case "numeric" -> new EncodedColumn.Numeric(feature, missing(node));
      case "scaled" ->
          new EncodedColumn.Scaled(
              feature, number(node, "offset"), number(node, "scale"), missing(node));
      case "one-hot" -> new EncodedColumn.OneHot(feature, vocabulary(node), unseen(node));
      case "ordinal" -> new EncodedColumn.Ordinal(feature, vocabulary(node), unseen(node));
      case "vector" -> new EncodedColumn.Vector(feature, width(node));
      default ->
          throw new IllegalArgumentException(
              "\"as\": \""
                  + Text.printable(as, 32)
                  + "\" (expected: numeric, scaled, one-hot, ordinal, vector"
                  + (format >= EXTENDED ? ", one-hot-groups, mapped)" : ")"));
    };
  }

  private static double number(JsonNode node, String name) {
    if (!node.path(name).isNumber()) {
      throw new IllegalArgumentException(
          "needs a number \"" + name + "\" (feature " + node.path("feature").asText() + ")");
    }
    return node.path(name).doubleValue();
  }

  private static float missing(JsonNode node) {
    JsonNode missing = node.path("missing");
    return missing.isMissingNode() || missing.isNull()
        ? Float.NaN
        : (float) number(node, "missing");
  }

  private static int width(JsonNode node) {
    JsonNode width = node.path("width");
    if (!width.isInt()) {
      throw new IllegalArgumentException(
          "needs a whole number \"width\" (feature " + node.path("feature").asText() + ")");
    }
    return width.intValue();
  }

  private static List<String> vocabulary(JsonNode node) {
    return values(node.path("vocabulary"), "vocabulary", node.path("feature").asText());
  }

  /** Strings, or numbers and booleans as a script writes the values of a numeric feature. */
  static List<String> values(JsonNode list, String name, String feature) {
    if (!list.isArray()) {
      throw new IllegalArgumentException("needs a list \"" + name + "\" (feature " + feature + ")");
    }
    List<String> result = new ArrayList<>();
    for (JsonNode value : list) {
      if (value.isBoolean()) {
        result.add(value.booleanValue() ? "1" : "0");
      } else if (value.isTextual() || value.isNumber()) {
        result.add(value.asText());
      } else {
        throw new IllegalArgumentException(
            name
                + " of "
                + feature
                + ": position "
                + result.size()
                + " (expected: a string, number or boolean)");
      }
    }
    return result;
  }

  private static EncodedColumn.Unseen unseen(JsonNode node) {
    String text = node.path("unseen").asText("zeros");
    return switch (text) {
      case "zeros" -> EncodedColumn.Unseen.ZEROS;
      case "reject" -> EncodedColumn.Unseen.REJECT;
      default ->
          throw new IllegalArgumentException(
              "\"unseen\": \"" + Text.printable(text, 32) + "\" (expected: zeros, reject)");
    };
  }
}
