package io.mlops4j.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.LatencyReport;
import java.util.ArrayList;
import java.util.List;

/** What is stored about a version beside its evaluation reports, each oldest first. */
record StoredEvidence(
    List<CheckEvidence> checks, List<LatencyReport> latencies, List<RowFingerprint> trainingRows) {
  static final StoredEvidence NONE = new StoredEvidence(List.of(), List.of(), List.of());

  private static final String ROWS = "training-rows";

  StoredEvidence {
    checks = List.copyOf(checks);
    latencies = List.copyOf(latencies);
    trainingRows = List.copyOf(trainingRows);
  }

  /** The bytes of a fingerprint of training rows. */
  static byte[] trainingRows(RowFingerprint rows) {
    ObjectNode json = Json.object();
    json.put("kind", ROWS);
    json.set("rows", rows.toTree());
    return Json.canonical(json);
  }

  /** Reads evidence by digest. A kind that a newer library wrote is passed over. */
  static StoredEvidence read(Blobs blobs, String version, List<String> digests) {
    StoredEvidence all = NONE;
    for (String digest : digests) {
      String what = "evidence of " + version;
      all = all.and(blobs.get(digest, what), what);
    }
    return all;
  }

  /** Of the digests of evidence those of kinds this library knows: they can travel. */
  static List<String> known(Blobs blobs, String version, List<String> digests) {
    return digests.stream()
        .filter(digest -> !read(blobs, version, List.of(digest)).equals(NONE))
        .toList();
  }

  /** This and one document more, if its kind is known. */
  StoredEvidence and(byte[] bytes, String what) {
    ObjectNode json = Json.parse(bytes, what);
    return switch (json.path("kind").asText()) {
      case "check" ->
          and(new StoredEvidence(List.of(CheckEvidence.fromJson(bytes)), List.of(), List.of()));
      case "latency" ->
          and(new StoredEvidence(List.of(), List.of(LatencyReport.fromJson(bytes)), List.of()));
      case ROWS ->
          json.path("rows") instanceof ObjectNode tree
              ? and(
                  new StoredEvidence(List.of(), List.of(), List.of(RowFingerprint.fromTree(tree))))
              : this;
      default -> this;
    };
  }

  /** This, and then the other. */
  StoredEvidence and(StoredEvidence other) {
    return new StoredEvidence(
        joined(checks, other.checks),
        joined(latencies, other.latencies),
        joined(trainingRows, other.trainingRows));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  /** Which versions its checks and latencies are about. */
  List<String> subjects() {
    return joined(
        checks.stream().map(CheckEvidence::subject).toList(),
        latencies.stream().map(LatencyReport::candidate).toList());
  }

  /** Its training rows alone. */
  StoredEvidence onlyTrainingRows() {
    return new StoredEvidence(List.of(), List.of(), trainingRows);
  }
}
