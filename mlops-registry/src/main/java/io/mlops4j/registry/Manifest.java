package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a version consists of, by digest. Itself a blob, so its own digest in the log fixes
 * everything.
 */
record Manifest(
    String format,
    SortedMap<String, Blobs.Stored> files,
    Optional<String> signature,
    Optional<String> encoding,
    Optional<String> goldenRows,
    Optional<String> baseline,
    Lineage lineage,
    Optional<Origin> origin) {

  Manifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** The digest of every blob it refers to, files excluded: what must be kept and verified. */
  List<String> documents() {
    List<String> digests = new ArrayList<>();
    encoding.ifPresent(digests::add);
    goldenRows.ifPresent(digests::add);
    baseline.ifPresent(digests::add);
    origin.ifPresent(
        from -> {
          digests.add(from.manifest());
          digests.addAll(from.evaluations());
          digests.addAll(from.evidence());
        });
    return digests;
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("format", format);
    ArrayNode array = json.putArray("files");
    files.forEach(
        (name, stored) ->
            array
                .addObject()
                .put("name", name)
                .put("bytes", stored.bytes())
                .put("sha256", stored.digest()));
    signature.ifPresent(value -> json.put("signature", value));
    encoding.ifPresent(value -> json.put("encoding", value));
    goldenRows.ifPresent(value -> json.put("goldenRows", value));
    baseline.ifPresent(value -> json.put("baseline", value));
    json.set("lineage", LineageJson.write(lineage));
    origin.ifPresent(from -> json.set("origin", OriginJson.write(from)));
    return Json.canonical(json);
  }

  static Manifest fromJson(byte[] bytes, String what) {
    ObjectNode json = Json.parse(bytes, what);
    if (json.path("v").asInt() > LogRecord.FORMAT) {
      throw new MlopsException(
          what
              + " was written in format "
              + json.path("v").asInt()
              + "; this library understands "
              + LogRecord.FORMAT
              + ". Update it.");
    }
    try {
      SortedMap<String, Blobs.Stored> files = new TreeMap<>();
      for (JsonNode file : json.path("files")) {
        files.put(
            ObjectStore.requireKey(file.path("name").asText()),
            new Blobs.Stored(file.path("sha256").asText(), file.path("bytes").asLong()));
      }
      return new Manifest(
          json.path("format").asText(),
          files,
          text(json, "signature"),
          text(json, "encoding"),
          text(json, "goldenRows"),
          text(json, "baseline"),
          LineageJson.read(json.path("lineage")),
          json.has("origin")
              ? Optional.of(OriginJson.read(json.path("origin")))
              : Optional.empty());
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(what + " is not a manifest: " + e.getMessage(), e);
    }
  }

  private static Optional<String> text(JsonNode json, String field) {
    return json.has(field) ? Optional.of(json.path(field).asText()) : Optional.empty();
  }
}
