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
    if (root.path("format").intValue() != FORMAT) {
      throw new MlopsException(
          "Input encoding has format "
              + Text.printable(root.path("format").toString(), 32)
              + "; this library reads format 1.");
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
    if (columns.isEmpty()) {
      throw new MlopsException("Input encoding has no columns.");
    }
    return columns;
  }

  private static EncodedColumn column(JsonNode node) {
    String feature = node.path("feature").asText();
    if (feature.isEmpty()) {
      throw new IllegalArgumentException("has no \"feature\"");
    }
    String as = node.path("as").asText();
    float missing = node.path("missing").isNumber() ? node.path("missing").floatValue() : Float.NaN;
    return switch (as) {
      case "numeric" -> new EncodedColumn.Numeric(feature, missing);
      case "scaled" ->
          new EncodedColumn.Scaled(
              feature, node.path("offset").doubleValue(), node.path("scale").asDouble(1), missing);
      case "one-hot" -> new EncodedColumn.OneHot(feature, vocabulary(node), unseen(node));
      case "ordinal" -> new EncodedColumn.Ordinal(feature, vocabulary(node), unseen(node));
      case "vector" -> new EncodedColumn.Vector(feature, node.path("width").intValue());
      default ->
          throw new IllegalArgumentException(
              "as: \""
                  + Text.printable(as, 32)
                  + "\" (expected: numeric, scaled, one-hot, ordinal, vector)");
    };
  }

  private static List<String> vocabulary(JsonNode node) {
    List<String> result = new ArrayList<>();
    for (JsonNode value : node.path("vocabulary")) {
      result.add(value.asText());
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
              "unseen: \"" + Text.printable(text, 32) + "\" (expected: zeros, reject)");
    };
  }
}
