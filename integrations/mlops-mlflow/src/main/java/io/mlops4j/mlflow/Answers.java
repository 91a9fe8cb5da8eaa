package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.regex.Pattern;

/** Small parts of MLflow's JSON. */
final class Answers {
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z_-]{1,64}");

  private Answers() {}

  /** An id that later requests are made of; it can be no path. */
  static String id(JsonNode node, String field, Rest rest, String what) {
    String id = node.path(field).asText();
    if (!ID.matcher(id).matches()) {
      throw new MlflowException(
          rest + " answered without a usable " + field + " for " + what + ". Is it MLflow?");
    }
    return id;
  }

  static void entry(ArrayNode list, String key, String value) {
    list.addObject().put("key", key).put("value", value);
  }
}
