package io.mlops4j.examples.continuous;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** One line of the scenario. */
sealed interface Event {
  /** Returns when it happens. */
  Instant at();

  /** Returns which flight it is about. */
  int id();

  /**
   * A client asks for a prediction.
   *
   * @param row what it sends, names and values as they come
   */
  record Ask(Instant at, int id, Map<String, Object> row) implements Event {}

  /**
   * A row is delivered again.
   *
   * @param row as it should have been
   */
  record Restated(Instant at, int id, Map<String, Object> row) implements Event {}

  /**
   * The truth comes, or other truth.
   *
   * @param delayed 1 or 0
   * @param again whether there was a label before
   */
  record Known(Instant at, int id, int delayed, boolean again) implements Event {}

  /** Returns the order of events of the same minute. */
  default int rank() {
    if (this instanceof Ask) {
      return 0;
    }
    return this instanceof Known known && !known.again() ? 1 : 2;
  }

  /** Returns the event as one line of JSON. */
  default String line() {
    String start = "{\"t\":\"" + LocalDateTime.ofInstant(at(), ZoneOffset.UTC) + "\",\"e\":\"";
    if (this instanceof Known known) {
      return start + "label\",\"id\":" + id() + ",\"delayed\":" + known.delayed() + "}";
    }
    Map<String, Object> row = this instanceof Ask ask ? ask.row() : ((Restated) this).row();
    String fields =
        row.entrySet().stream()
            .map(field -> "\"" + field.getKey() + "\":" + value(field.getValue()))
            .collect(Collectors.joining(","));
    return start
        + (this instanceof Ask ? "ask" : "row")
        + "\",\"id\":"
        + id()
        + ",\"row\":{"
        + fields
        + "}}";
  }

  private static String value(Object value) {
    return value instanceof Number ? value.toString() : "\"" + value + "\"";
  }

  static Event parse(String line) {
    ObjectNode node = Json.parse(line.getBytes(StandardCharsets.UTF_8), "Event");
    Instant at = LocalDateTime.parse(node.get("t").asText()).toInstant(ZoneOffset.UTC);
    int id = node.get("id").asInt();
    return switch (node.get("e").asText()) {
      case "ask" -> new Ask(at, id, row(node.get("row")));
      case "row" -> new Restated(at, id, row(node.get("row")));
      case "label" -> new Known(at, id, node.get("delayed").asInt(), false);
      default -> throw new IllegalArgumentException("e: " + node.get("e"));
    };
  }

  private static Map<String, Object> row(JsonNode node) {
    Map<String, Object> row = new LinkedHashMap<>();
    node.properties()
        .forEach(
            field ->
                row.put(
                    field.getKey(),
                    field.getValue().isNumber()
                        ? field.getValue().numberValue()
                        : field.getValue().asText()));
    return row;
  }
}
