package io.mlops4j.registry.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.IntegrityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The store with what all runs share: blobs, the environment, the format's mark. */
final class TrackingStore {
  private static final String FORMAT_PREFIX = "format/tracking-";

  private final ObjectStore objects;
  private final TrackingOptions options;
  private final int storeFormat;
  private @Nullable String environment;
  private boolean marked;

  TrackingStore(ObjectStore objects, TrackingOptions options) {
    this.objects = objects;
    this.options = options;
    this.storeFormat =
        objects.list("format").stream()
            .filter(key -> key.startsWith(FORMAT_PREFIX))
            .map(key -> key.substring(FORMAT_PREFIX.length()))
            .filter(number -> number.matches("\\d{1,9}"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(0);
  }

  ObjectStore objects() {
    return objects;
  }

  TrackingOptions options() {
    return options;
  }

  /** Throws if a newer library has written here, and leaves the mark that others look for. */
  synchronized void beforeWrite() {
    if (storeFormat > StoredChunk.FORMAT) {
      throw new MlopsException(
          "Store "
              + objects
              + " has runs of format "
              + storeFormat
              + "; this library writes "
              + StoredChunk.FORMAT
              + " and only reads here what it understands. Update the library to write.");
    }
    if (!marked) {
      objects.putIfAbsent(FORMAT_PREFIX + StoredChunk.FORMAT, new byte[0]);
      marked = true;
    }
  }

  RunArtifact putBlob(byte[] content, String what) {
    String digest = Digests.sha256(content);
    if (!objects.putIfAbsent(blobKey(digest), content)
        && !Arrays.equals(objects.get(blobKey(digest)).orElse(null), content)) {
      throw new IntegrityException(
          what + " was not stored: " + blobKey(digest) + " exists with other content.");
    }
    return new RunArtifact(digest, content.length);
  }

  byte[] blob(String digest, String what) {
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new IntegrityException(what + " has no digest.");
    }
    byte[] bytes =
        objects
            .get(blobKey(digest))
            .orElseThrow(
                () -> new IntegrityException(what + " is missing (digest " + digest + ")."));
    String actual = Digests.sha256(bytes);
    if (!actual.equals(digest)) {
      throw new IntegrityException(
          what + " is damaged: its digest is " + actual + ", recorded is " + digest + ".");
    }
    return bytes;
  }

  /** The digest of where this process runs; captured and stored once. */
  synchronized String environment() {
    if (environment == null) {
      Environment here = Environment.capture();
      ObjectNode json = Json.object().put("jvm", here.jvm()).put("os", here.os());
      here.dependencies().forEach(json.withArray("dependencies")::add);
      for (Environment.Artifact artifact : here.artifacts()) {
        json.withArray("artifacts")
            .addObject()
            .put("name", artifact.name())
            .put("coordinates", artifact.coordinates())
            .put("digest", artifact.digest());
      }
      for (Environment.NativeLibrary library : here.natives()) {
        json.withArray("natives")
            .addObject()
            .put("name", library.name())
            .put("from", library.from());
      }
      RunJson.texts(json, "settings", here.settings());
      environment = putBlob(Json.canonical(json), "environment").digest();
    }
    return environment;
  }

  Environment environment(String digest, String what) {
    ObjectNode json = Json.parse(blob(digest, what), what);
    List<Environment.Artifact> artifacts = new ArrayList<>();
    for (JsonNode node : json.path("artifacts")) {
      artifacts.add(
          new Environment.Artifact(
              node.path("name").asText(),
              node.path("coordinates").asText(),
              node.path("digest").asText()));
    }
    List<Environment.NativeLibrary> natives = new ArrayList<>();
    for (JsonNode node : json.path("natives")) {
      natives.add(
          new Environment.NativeLibrary(node.path("name").asText(), node.path("from").asText()));
    }
    return new Environment(
        json.path("jvm").asText(),
        json.path("os").asText(),
        RunJson.list(json.path("dependencies")),
        artifacts,
        natives,
        RunJson.texts(json.path("settings")));
  }

  private static String blobKey(String digest) {
    return "blobs/sha256/" + digest.substring(0, 2) + "/" + digest;
  }
}
