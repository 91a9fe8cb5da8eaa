package io.mlops4j.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The first entry of a bundle: what else is in it, in order. */
record BundleIndex(ModelVersion version, List<Entry> entries) {
  static final String NAME = "bundle.json";
  static final String MANIFEST = "manifest.json";
  static final String FILES = "files/";
  static final String EVALUATIONS = "evaluations/";
  static final String EVIDENCE = "evidence/";
  static final int MOST_BYTES = 8 << 20;

  /** The newest format this library reads: 2 has checks, latencies and training rows. */
  private static final int NEWEST = 2;

  private static final int MOST_ENTRIES = 20_000;
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern REPORT = Pattern.compile("(evaluations|evidence)/\\d{5}\\.json");
  private static final Set<String> DOCUMENTS =
      Set.of(MANIFEST, "encoding.json", "golden.json", "baseline.json");

  /** One entry. */
  record Entry(String name, String digest, long bytes) {
    boolean isFile() {
      return name.startsWith(FILES);
    }

    /** The model file's own name. */
    String file() {
      return name.substring(FILES.length());
    }

    boolean isEvaluation() {
      return name.startsWith(EVALUATIONS);
    }

    /** A check, a latency or the fingerprint of training rows. */
    boolean isEvidence() {
      return name.startsWith(EVIDENCE);
    }
  }

  BundleIndex {
    entries = List.copyOf(entries);
  }

  String digest() {
    return Digests.sha256(toJson());
  }

  /** The lowest format that has its entries, so that an older library reads what it can. */
  private int format() {
    return entries.stream().anyMatch(Entry::isEvidence) ? NEWEST : 1;
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("bundle", format());
    json.put("model", version.model());
    json.put("version", version.number());
    ArrayNode list = json.putArray("entries");
    for (Entry entry : entries) {
      list.addObject()
          .put("name", entry.name())
          .put("sha256", entry.digest())
          .put("bytes", entry.bytes());
    }
    return Json.canonical(json);
  }

  static BundleIndex fromJson(byte[] bytes) {
    ObjectNode json = Json.parse(bytes, "Its index");
    int format = json.path("bundle").asInt();
    if (format < 1 || format > NEWEST) {
      throw new MlopsException(
          "its index is of format " + format + "; this library reads formats 1 to " + NEWEST);
    }
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode node : json.path("entries")) {
      Entry entry = entry(node);
      if (!names.add(entry.name())) {
        throw new MlopsException("its index lists " + entry.name() + " twice");
      }
      entries.add(entry);
      if (entries.size() > MOST_ENTRIES) {
        throw new MlopsException("its index lists more than " + MOST_ENTRIES + " entries");
      }
    }
    if (!names.contains(MANIFEST)) {
      throw new MlopsException("its index lists no " + MANIFEST);
    }
    ModelVersion version;
    try {
      version = new ModelVersion(json.path("model").asText(), json.path("version").intValue());
    } catch (IllegalArgumentException e) {
      throw new MlopsException("its index says no version: " + e.getMessage(), e);
    }
    BundleIndex index = new BundleIndex(version, entries);
    // Whatever is beside the fields that are known, or written otherwise, is not ours.
    if (!Arrays.equals(index.toJson(), bytes)) {
      throw new MlopsException("its index is not written as this library writes it");
    }
    return index;
  }

  private static Entry entry(JsonNode node) {
    String name = node.path("name").asText();
    boolean known =
        DOCUMENTS.contains(name)
            || REPORT.matcher(name).matches()
            || (name.startsWith(FILES)
                && ObjectStore.KEY_PART.matcher(name.substring(FILES.length())).matches());
    if (!known) {
      throw new MlopsException(
          "its index lists \"" + Text.printable(name, 64) + "\", which is no part of a version");
    }
    String digest = node.path("sha256").asText();
    JsonNode bytes = node.path("bytes");
    if (!DIGEST.matcher(digest).matches()
        || !bytes.isIntegralNumber()
        || !bytes.canConvertToLong()
        || bytes.longValue() < 0
        || bytes.longValue() > StoredZip.MOST_BYTES) {
      throw new MlopsException("its index gives " + name + " no digest or no possible length");
    }
    return new Entry(name, digest, bytes.longValue());
  }
}
