package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The stored form of an {@link InputEncoding}, format 1. */
final class EncodingJson {
  private static final int FORMAT = 1;
  private static final int MAX_NAME = 128;

  private EncodingJson() {}

  static ObjectNode write(List<EncodedColumn> columns) {
    ObjectNode root = Json.object();
    root.put("format", FORMAT);
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
      }
    }
    return root;
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
    if (!format.isInt() || format.intValue() != FORMAT) {
      throw new MlopsException(
          "Input encoding has format "
              + Text.printable(format.toString(), 32)
              + "; this library reads format 1.");
    }
    if (!root.path("columns").isArray() || root.path("columns").isEmpty()) {
      throw new MlopsException("Input encoding has no columns.");
    }
    List<EncodedColumn> columns = new ArrayList<>();
    for (JsonNode node : root.path("columns")) {
      try {
        columns.add(column(node));
      } catch (IllegalArgumentException e) {
        throw new MlopsException(
            "Input encoding: column " + columns.size() + ": " + e.getMessage(), e);
      }
    }
    return columns;
  }

  private static EncodedColumn column(JsonNode node) {
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
                  + "\" (expected: numeric, scaled, one-hot, ordinal, vector)");
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

  /** Strings, or numbers and booleans as a script writes the values of a numeric feature. */
  private static List<String> vocabulary(JsonNode node) {
    if (!node.path("vocabulary").isArray()) {
      throw new IllegalArgumentException(
          "needs a list \"vocabulary\" (feature " + node.path("feature").asText() + ")");
    }
    List<String> result = new ArrayList<>();
    for (JsonNode value : node.path("vocabulary")) {
      if (value.isBoolean()) {
        result.add(value.booleanValue() ? "1" : "0");
      } else if (value.isTextual() || value.isNumber()) {
        result.add(value.asText());
      } else {
        throw new IllegalArgumentException(
            "vocabulary of "
                + node.path("feature").asText()
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
