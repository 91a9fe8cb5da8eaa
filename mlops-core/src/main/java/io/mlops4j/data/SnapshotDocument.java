package io.mlops4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** A snapshot as it is stored. {@code digest} covers the files, not the name and the place. */
record SnapshotDocument(
    String name, DatasetSnapshot.Kind kind, String place, SortedMap<String, Entry> files) {
  private static final int FORMAT = 1;

  /** A file and, if it is in the store, its chunks in order. */
  record Entry(DatasetSnapshot.File file, List<String> chunks) {
    Entry {
      chunks = List.copyOf(chunks);
    }
  }

  SnapshotDocument {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  String digest() {
    ArrayNode list = Json.object().putArray("files");
    files.forEach((file, entry) -> identity(list.addObject(), file, entry));
    return Digests.sha256(Json.canonical(list));
  }

  private static void identity(ObjectNode json, String file, Entry entry) {
    json.put("name", file);
    json.put("bytes", entry.file().bytes());
    json.put("sha256", entry.file().digest());
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", FORMAT);
    json.put("name", name);
    json.put("kind", kind.name().toLowerCase(Locale.ROOT));
    json.put("place", place);
    ArrayNode list = json.putArray("files");
    files.forEach(
        (file, entry) -> {
          ObjectNode one = list.addObject();
          identity(one, file, entry);
          if (!entry.chunks().isEmpty()) {
            entry.chunks().forEach(one.putArray("chunks")::add);
          }
        });
    return Json.canonical(json);
  }

  static SnapshotDocument fromJson(byte[] bytes, String digest) {
    String what = "Snapshot " + digest;
    ObjectNode json = Json.parse(bytes, what);
    if (json.path("v").asInt() > FORMAT) {
      throw new DataException(
          what + " has format " + json.path("v").asInt() + "; this library reads " + FORMAT + ".");
    }
    SortedMap<String, Entry> files = new TreeMap<>();
    for (JsonNode file : json.path("files")) {
      String name = file.path("name").asText();
      SnapshotFiles.requireName(what, name);
      List<String> chunks = new ArrayList<>();
      file.path("chunks").forEach(chunk -> chunks.add(chunk.asText()));
      files.put(
          name,
          new Entry(
              new DatasetSnapshot.File(file.path("bytes").asLong(), file.path("sha256").asText()),
              chunks));
    }
    SnapshotDocument document =
        new SnapshotDocument(
            json.path("name").asText(),
            json.path("kind").asText().equals("content")
                ? DatasetSnapshot.Kind.CONTENT
                : DatasetSnapshot.Kind.REFERENCE,
            json.path("place").asText(),
            files);
    if (!document.digest().equals(digest)) {
      throw new DataException(
          what + " was changed: its files have digest " + document.digest() + ".");
    }
    return document;
  }
}
