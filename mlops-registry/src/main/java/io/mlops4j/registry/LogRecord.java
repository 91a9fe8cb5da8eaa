package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.time.DateTimeException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A log entry as it is stored. {@code prev} is the digest of the record before it; {@code id} makes
 * equal entries of two writers different bytes, so that a writer can tell its own.
 *
 * @param request what the caller called its request, if it did
 * @param entry null if a newer format wrote it
 */
record LogRecord(
    int format,
    String model,
    long sequence,
    String prev,
    String id,
    Optional<String> request,
    @Nullable HistoryEntry entry) {
  /** The format of manifests, policies, decisions, and of the store's layout. */
  static final int FORMAT = 1;

  /**
   * The newest format of records this library understands: 2 has FREEZE and UNFREEZE, 3 has
   * evidence, approvals, overrides and the first champion. A record is written in the lowest format
   * that knows its kind, so that an older library goes on writing to the models whose logs it
   * understands.
   */
  static final int NEWEST_RECORD = 3;

  static final String GENESIS = "0".repeat(64);

  byte[] toJson() {
    HistoryEntry line = Objects.requireNonNull(entry);
    ObjectNode json = Json.object();
    json.put("v", format);
    json.put("model", model);
    json.put("seq", sequence);
    json.put("prev", prev);
    json.put("id", id);
    request.ifPresent(value -> json.put("request", value));
    json.put("kind", line.kind().name());
    json.put("version", line.version());
    line.stage().ifPresent(stage -> json.put("stage", stage.name()));
    line.replaced().ifPresent(replaced -> json.put("replaced", replaced));
    line.digest().ifPresent(digest -> json.put("digest", digest));
    json.put("reason", line.reason());
    json.put("by", line.by());
    json.put("at", line.at().toString());
    return Json.canonical(json);
  }

  static String hash(byte[] json) {
    return Digests.sha256(json);
  }

  static LogRecord fromJson(byte[] bytes, String what) {
    ObjectNode flat = FlatJson.read(bytes);
    ObjectNode json = flat != null ? flat : Json.parse(bytes, what);
    int format = json.path("v").asInt();
    try {
      return new LogRecord(
          format,
          json.path("model").asText(),
          json.path("seq").asLong(),
          json.path("prev").asText(),
          json.path("id").asText(),
          json.has("request") ? Optional.of(json.path("request").asText()) : Optional.empty(),
          format > NEWEST_RECORD ? null : entry(json));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not a log record: " + e.getMessage(), e);
    }
  }

  private static HistoryEntry entry(JsonNode json) {
    return new HistoryEntry(
        json.path("seq").asLong(),
        HistoryEntry.Kind.valueOf(json.path("kind").asText()),
        json.path("version").asInt(),
        json.has("stage")
            ? Optional.of(Stage.valueOf(json.path("stage").asText()))
            : Optional.empty(),
        json.has("replaced") ? OptionalInt.of(json.path("replaced").asInt()) : OptionalInt.empty(),
        json.has("digest") ? Optional.of(json.path("digest").asText()) : Optional.empty(),
        json.path("reason").asText(),
        json.path("by").asText(),
        FlatJson.instant(json.path("at").asText()));
  }
}
