package io.mlops4j.registry.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.IntegrityException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chunk as it is stored.
 *
 * @param run whose it is
 * @param sequence its number, from 1
 * @param prev the digest of the chunk before it
 * @param session who wrote it: tells equal chunks of two writers apart
 * @param at when it was written
 * @param chunk what it says
 * @param summary the run after it, or null: the first chunk has one, every 64th, and those that
 *     change the status
 */
record StoredChunk(
    String run,
    long sequence,
    String prev,
    String session,
    Instant at,
    Chunk chunk,
    @Nullable RunRecord summary) {
  /** The format of chunks and packs. */
  static final int FORMAT = 1;

  static final String GENESIS = "0".repeat(64);
  static final long SUMMARY_EVERY = 64;

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", FORMAT).put("run", run).put("seq", sequence).put("prev", prev);
    json.put("session", session).put("at", at.toString());
    if (!chunk.params.isEmpty()) {
      RunJson.texts(json, "params", chunk.params);
    }
    if (!chunk.tags.isEmpty()) {
      ObjectNode tags = json.putObject("tags");
      chunk.tags.forEach((name, value) -> tags.put(name, value.orElse(null)));
    }
    chunk.notes.forEach(note -> json.withArray("notes").add(note));
    if (!chunk.points.isEmpty()) {
      ObjectNode metrics = json.putObject("points");
      chunk.points.forEach((name, points) -> points(metrics.putObject(name), points));
    }
    if (!chunk.artifacts.isEmpty()) {
      RunJson.artifacts(json.putObject("artifacts"), chunk.artifacts);
    }
    chunk.versions.forEach(version -> json.withArray("versions").add(version.toString()));
    if (chunk.status != null) {
      json.put("status", chunk.status.name()).put("reason", chunk.reason);
    }
    if (summary != null) {
      json.set("summary", RunJson.write(summary));
    }
    return Json.canonical(json);
  }

  private static void points(ObjectNode node, Points points) {
    ArrayNode steps = node.putArray("step");
    ArrayNode values = node.putArray("value");
    ArrayNode times = node.putArray("at");
    for (int i = 0; i < points.size(); i++) {
      steps.add(points.step(i));
      RunJson.number(values, points.value(i));
      times.add(points.at(i));
    }
  }

  static StoredChunk fromJson(byte[] bytes, String what) {
    ObjectNode json = Json.parse(bytes, what);
    int format = json.path("v").asInt();
    if (format > FORMAT) {
      throw new MlopsException(
          what
              + " was written in format "
              + format
              + "; this library reads "
              + FORMAT
              + ". Update the library to read it.");
    }
    try {
      return new StoredChunk(
          json.path("run").asText(),
          json.path("seq").asLong(),
          json.path("prev").asText(),
          json.path("session").asText(),
          Instant.parse(json.path("at").asText()),
          chunk(json),
          json.has("summary") ? RunJson.read(json.path("summary"), what) : null);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not a chunk: " + e.getMessage());
    }
  }

  private static Chunk chunk(JsonNode json) {
    Chunk chunk = new Chunk();
    RunJson.texts(json.path("params")).forEach(chunk::param);
    json.path("tags")
        .properties()
        .forEach(
            e ->
                chunk.tag(
                    e.getKey(),
                    e.getValue().isNull() ? Optional.empty() : Optional.of(e.getValue().asText())));
    RunJson.list(json.path("notes")).forEach(chunk::note);
    json.path("points")
        .properties()
        .forEach(
            e -> {
              JsonNode steps = e.getValue().path("step");
              JsonNode values = e.getValue().path("value");
              JsonNode times = e.getValue().path("at");
              if (steps.size() != values.size() || steps.size() != times.size()) {
                throw new IllegalArgumentException("columns of different lengths");
              }
              for (int i = 0; i < steps.size(); i++) {
                chunk.point(
                    e.getKey(),
                    steps.path(i).asLong(),
                    RunJson.number(values.path(i)),
                    times.path(i).asLong());
              }
            });
    RunJson.artifacts(json.path("artifacts")).forEach(chunk::artifact);
    RunJson.versions(json.path("versions")).forEach(chunk::version);
    if (json.has("status")) {
      chunk.status(RunStatus.valueOf(json.path("status").asText()), json.path("reason").asText());
    }
    return chunk;
  }

  RunRecord summaryOrFail(String what) {
    if (summary == null) {
      throw new IntegrityException(what + " has no summary, although it must have one.");
    }
    return Objects.requireNonNull(summary);
  }
}
