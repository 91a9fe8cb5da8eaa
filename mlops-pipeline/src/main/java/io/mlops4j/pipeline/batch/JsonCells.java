package io.mlops4j.pipeline.batch;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Values of JSON as plain objects. */
final class JsonCells {
  private JsonCells() {}

  /** Returns what a field of a row is given. */
  static @Nullable Object plain(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.numberValue();
    }
    if (node.isArray()) {
      float[] vector = new float[node.size()];
      for (int i = 0; i < vector.length; i++) {
        JsonNode cell = node.get(i);
        if (!cell.isNumber()) {
          throw new IllegalArgumentException("expected an array of numbers");
        }
        vector[i] = cell.floatValue();
      }
      return vector;
    }
    throw new IllegalArgumentException("expected a value, not an object");
  }

  /** Returns what goes to the output: numbers, texts and booleans plain, the rest as JSON. */
  static @Nullable Object kept(JsonNode node) {
    return node.isContainerNode() ? node : plain(node);
  }
}
