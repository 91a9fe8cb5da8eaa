package io.mlops4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A place in a JSON file that a person wrote: what is wrong with it is said with file and path. */
final class JsonAt {
  private final String file;
  private final String path;
  private final JsonNode node;

  private JsonAt(String file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  /** Returns the object a file holds. */
  static JsonAt read(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      return new JsonAt(name, "", Json.parse(Files.readAllBytes(file), name));
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, "File " + file + " cannot be read (" + reason(e) + ").", e);
    } catch (MlopsException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException ? "no such file" : e.toString();
  }

  CliException bad(String what) {
    return new CliException(
        ExitCode.USAGE, file + ": " + (path.isEmpty() ? "" : path + ": ") + what);
  }

  /** Refuses every key that is not among these. */
  JsonAt keys(String... allowed) {
    requireObject();
    List<String> known = List.of(allowed);
    for (var entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        throw bad(
            "\""
                + Text.printable(entry.getKey(), 64)
                + "\" is not known here (expected: "
                + String.join(", ", known)
                + ").");
      }
    }
    return this;
  }

  /** Returns the one of some keys that is there. */
  String oneOf(String... wanted) {
    requireObject();
    List<String> found = List.of(wanted).stream().filter(node::has).toList();
    if (found.size() != 1) {
      throw bad(
          (found.isEmpty() ? "none" : String.join(" and ", found))
              + " (expected: one of "
              + String.join(", ", wanted)
              + ").");
    }
    return found.get(0);
  }

  private void requireObject() {
    if (!node.isObject()) {
      throw bad(kind() + " (expected: an object).");
    }
  }

  JsonAt get(String key) {
    return find(key).orElseThrow(() -> bad("\"" + key + "\" is missing."));
  }

  Optional<JsonAt> find(String key) {
    requireObject();
    JsonNode child = node.get(key);
    String below = path.isEmpty() ? key : path + "." + key;
    return child == null ? Optional.empty() : Optional.of(new JsonAt(file, below, child));
  }

  List<JsonAt> list() {
    if (!node.isArray()) {
      throw bad(kind() + " (expected: a list).");
    }
    List<JsonAt> result = new ArrayList<>();
    for (JsonNode child : node) {
      result.add(new JsonAt(file, path + "[" + result.size() + "]", child));
    }
    return result;
  }

  String text() {
    if (!node.isTextual() || node.textValue().isBlank()) {
      throw bad(kind() + " (expected: a text).");
    }
    return node.textValue();
  }

  double number() {
    if (!node.isNumber()) {
      throw bad(kind() + " (expected: a number).");
    }
    return node.doubleValue();
  }

  long count() {
    if (!node.canConvertToLong() || !node.isIntegralNumber()) {
      throw bad(kind() + " (expected: a whole number).");
    }
    return node.longValue();
  }

  boolean flag() {
    if (!node.isBoolean()) {
      throw bad(kind() + " (expected: true or false).");
    }
    return node.booleanValue();
  }

  List<Double> numbers() {
    return list().stream().map(JsonAt::number).toList();
  }

  List<String> texts() {
    return list().stream().map(JsonAt::text).toList();
  }

  /** Returns what the library makes of a value, or says at this place why it does not. */
  <V> V as(Function<JsonAt, V> made) {
    try {
      return made.apply(this);
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private String kind() {
    return node.isValueNode() ? Text.printable(node.toString(), 64) : "a " + name();
  }

  private String name() {
    return node.isArray() ? "list" : "object";
  }
}
