package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import io.mlops4j.registry.FleetInstance.Column;
import io.mlops4j.registry.FleetInstance.Reader;
import io.mlops4j.registry.FleetInstance.Rows;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Announcements as stored. Later formats may add fields, which this one passes over; whoever must
 * not be passed over is to be given another prefix.
 */
final class Announced {
  static final int MAX_ID = 256;
  static final int MAX_PROBLEM = 1000;

  private Announced() {}

  static ObjectNode toJson(FleetInstance instance) {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("instance", instance.id());
    json.put("session", instance.session());
    instance
        .serving()
        .ifPresent(
            version -> {
              json.put("model", version.model());
              json.put("version", version.number());
            });
    instance.problem().ifPresent(problem -> json.put("problem", problem));
    json.put("at", instance.lastSeen().toString());
    var readers = json.putArray("readers");
    for (Reader reader : instance.readers()) {
      ObjectNode node = readers.addObject();
      reader.formats().forEach(node.putArray("formats")::add);
      reader.rows().ifPresent(rows -> node.set("rows", toJson(rows)));
    }
    return json;
  }

  private static ObjectNode toJson(Rows rows) {
    ObjectNode json = Json.object();
    json.put("type", rows.type());
    json.put("signature", rows.signature());
    json.put("asTheyAre", rows.asTheyAre());
    json.put("byName", rows.byName());
    var columns = json.putArray("columns");
    for (Column column : rows.columns()) {
      ObjectNode node =
          columns
              .addObject()
              .put("name", column.name())
              .put("kind", column.kind().name())
              .put("length", column.length());
      column.definition().ifPresent(definition -> node.put("definition", definition));
    }
    return json;
  }

  /** Everything is checked here, so that who reads it later cannot stumble. */
  static FleetInstance fromJson(byte[] bytes, String what) {
    try {
      ObjectNode json = Json.parse(bytes, what);
      List<Reader> readers = new ArrayList<>();
      json.path("readers").forEach(node -> readers.add(reader(node)));
      return new FleetInstance(
          Text.printable(json.path("instance").asText(), MAX_ID),
          json.path("session").asText(),
          json.has("version")
              ? Optional.of(
                  new ModelVersion(json.path("model").asText(), json.path("version").asInt()))
              : Optional.empty(),
          json.has("problem")
              ? Optional.of(Text.printable(json.path("problem").asText(), MAX_PROBLEM))
              : Optional.empty(),
          readers,
          Instant.parse(json.path("at").asText()));
    } catch (MlopsException | IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not an announcement: " + e.getMessage(), e);
    }
  }

  private static Reader reader(JsonNode node) {
    SortedSet<String> formats = new TreeSet<>();
    node.path("formats").forEach(format -> formats.add(Text.printable(format.asText(), 128)));
    return new Reader(
        formats, node.has("rows") ? Optional.of(rows(node.path("rows"))) : Optional.empty());
  }

  private static Rows rows(JsonNode node) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : node.path("columns")) {
      columns.add(
          new Column(
              column.path("name").asText(),
              FeatureKind.valueOf(column.path("kind").asText()),
              column.path("length").asInt(),
              Optional.ofNullable(column.path("definition").textValue())));
    }
    Rows rows =
        new Rows(
            Text.printable(node.path("type").asText(), 128),
            columns,
            node.path("signature").asText(),
            node.path("asTheyAre").asBoolean(),
            node.path("byName").asBoolean());
    Servable.schema(rows);
    return rows;
  }
}
