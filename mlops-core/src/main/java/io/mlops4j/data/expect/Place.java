package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A place in a document: what is wrong with it is said with its path. */
record Place(String document, String path, JsonNode node) {

  MlopsException bad(String what) {
    return new MlopsException(
        document + ": " + (path.isEmpty() ? "" : path + ": ") + Text.printable(what, 300) + ".");
  }

  void keys(String... allowed) {
    keys(Set.of(allowed));
  }

  void keys(Set<String> allowed) {
    requireObject();
    node.properties()
        .forEach(
            entry -> {
              if (!allowed.contains(entry.getKey())) {
                throw bad(
                    "\""
                        + Text.printable(entry.getKey(), 64)
                        + "\" is not known here (expected: "
                        + allowed.stream().sorted().collect(Collectors.joining(", "))
                        + ")");
              }
            });
  }

  private void requireObject() {
    if (!node.isObject()) {
      throw bad("expected an object");
    }
  }

  boolean has(String key) {
    return node.has(key);
  }

  Place get(String key) {
    requireObject();
    JsonNode child = node.get(key);
    if (child == null) {
      throw bad("\"" + key + "\" is missing");
    }
    return new Place(document, path.isEmpty() ? key : path + "." + key, child);
  }

  List<Place> list() {
    if (!node.isArray()) {
      throw bad("expected a list");
    }
    List<Place> result = new ArrayList<>();
    for (JsonNode child : node) {
      result.add(new Place(document, path + "[" + result.size() + "]", child));
    }
    return result;
  }

  String text() {
    if (!node.isTextual()) {
      throw bad("expected a text");
    }
    return node.textValue();
  }

  double number() {
    if (!node.isNumber()) {
      throw bad("expected a number");
    }
    return node.doubleValue();
  }

  long count() {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw bad("expected a whole number");
    }
    return node.longValue();
  }

  boolean flag() {
    if (!node.isBoolean()) {
      throw bad("expected true or false");
    }
    return node.booleanValue();
  }

  List<String> texts() {
    return list().stream().map(Place::text).toList();
  }

  <V> V made(Function<Place, V> maker) {
    try {
      return maker.apply(this);
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  <V> V made(V from, BiFunction<V, Place, V> maker) {
    return made(place -> maker.apply(from, place));
  }
}
