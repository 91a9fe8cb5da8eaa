package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One place in a document, with its path: every complaint says where. */
record JsonFields(JsonNode node, String path, String what) {

  JsonFields {
    if (!node.isObject()) {
      throw error(what, path, "is not an object");
    }
  }

  static MlopsException error(String what, String path, String problem) {
    return new MlopsException(what + ": " + path + " " + problem);
  }

  /** A misspelt field would otherwise be a default that nobody asked for. */
  JsonFields only(Set<String> known) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw error(
            what,
            path + "." + Text.printable(name, 80),
            "is not known (expected: " + String.join(", ", known.stream().sorted().toList()) + ")");
      }
    }
    return this;
  }

  boolean has(String field) {
    return node.has(field);
  }

  String text(String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw missing(field, "text");
    }
    return value.textValue();
  }

  @Nullable String textOr(String field, @Nullable String otherwise) {
    return has(field) ? text(field) : otherwise;
  }

  double number(String field) {
    JsonNode value = node.path(field);
    if (!value.isNumber()) {
      throw missing(field, "a number");
    }
    return value.doubleValue();
  }

  JsonFields object(String field) {
    if (!node.path(field).isObject()) {
      throw missing(field, "an object");
    }
    return new JsonFields(node.get(field), path + "." + field, what);
  }

  List<JsonFields> objects(String field) {
    if (!node.path(field).isArray()) {
      throw missing(field, "an array");
    }
    List<JsonFields> result = new ArrayList<>();
    for (JsonNode child : node.get(field)) {
      result.add(new JsonFields(child, path + "." + field + "[" + result.size() + "]", what));
    }
    return result;
  }

  List<String> texts(String field) {
    if (!node.path(field).isArray()) {
      throw missing(field, "an array");
    }
    List<String> result = new ArrayList<>();
    for (JsonNode child : node.get(field)) {
      if (!child.isTextual()) {
        throw error(what, path + "." + field + "[" + result.size() + "]", "is not text");
      }
      result.add(child.textValue());
    }
    return result;
  }

  List<String> names() {
    List<String> result = new ArrayList<>();
    node.fieldNames().forEachRemaining(result::add);
    return result;
  }

  /** Runs a check of the value at a field, and puts the path before what it says. */
  <R> R at(String field, Supplier<R> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new MlopsException(what + ": " + path + "." + field + ": " + e.getMessage(), e);
    }
  }

  private MlopsException missing(String field, String type) {
    return error(
        what,
        path + "." + field,
        (has(field) ? "is not " : "is missing (expected: ") + type + (has(field) ? "" : ")"));
  }
}
