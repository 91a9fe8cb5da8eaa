package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads and writes the parts of events; what is missing or of another type is an error. */
final class Fields {
  private Fields() {}

  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(field + " is not a text");
    }
    return value.textValue();
  }

  static String text(JsonNode node, String field, String otherwise) {
    return node.has(field) ? text(node, field) : otherwise;
  }

  static long number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(field + " is not a whole number");
    }
    return value.longValue();
  }

  static boolean flag(JsonNode node, String field) {
    return node.path(field).asBoolean(false);
  }

  static Instant instant(JsonNode node, String field) {
    return Instant.parse(text(node, field));
  }

  static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String field) {
    return Enum.valueOf(type, text(node, field));
  }

  static Interval interval(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return new Interval(instant(value, "from"), instant(value, "to"));
  }

  static void put(ObjectNode node, String field, Interval interval) {
    node.putObject(field)
        .put("from", interval.from().toString())
        .put("to", interval.to().toString());
  }

  static Occasion occasion(JsonNode node) {
    JsonNode value = node.path("occasion");
    return new Occasion(
        text(value, "trigger"),
        constant(Occasion.Kind.class, value, "kind"),
        text(value, "id"),
        instant(value, "at"),
        text(value, "evidence"));
  }

  static void put(ObjectNode node, Occasion occasion) {
    node.putObject("occasion")
        .put("trigger", occasion.trigger())
        .put("kind", occasion.kind().name())
        .put("id", occasion.id())
        .put("at", occasion.at().toString())
        .put("evidence", occasion.evidence());
  }

  static SortedMap<String, String> texts(JsonNode node, String field) {
    SortedMap<String, String> result = new TreeMap<>();
    JsonNode value = node.path(field);
    value.fieldNames().forEachRemaining(name -> result.put(name, text(value, name)));
    return Collections.unmodifiableSortedMap(result);
  }

  static void put(ObjectNode node, String field, Map<String, String> texts) {
    ObjectNode value = node.putObject(field);
    texts.forEach(value::put);
  }

  /** Who does not know what an event means must not go on as if it had not happened. */
  static IllegalArgumentException unknown(String type) {
    return new IllegalArgumentException(
        "type "
            + Text.printable(type, 50)
            + " is unknown; a newer version of this library wrote it, upgrade this instance");
  }

  static ObjectNode event(String type, Instant at) {
    return Json.object().put("type", type).put("at", at.toString());
  }
}
