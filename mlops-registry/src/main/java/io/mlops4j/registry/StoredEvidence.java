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
    List<CheckEvidence> checks = new ArrayList<>();
    List<LatencyReport> latencies = new ArrayList<>();
    List<RowFingerprint> rows = new ArrayList<>();
    for (String digest : digests) {
      byte[] bytes = blobs.get(digest, "evidence of " + version);
      ObjectNode json = Json.parse(bytes, "evidence of " + version);
      switch (json.path("kind").asText()) {
        case "check" -> checks.add(CheckEvidence.fromJson(bytes));
        case "latency" -> latencies.add(LatencyReport.fromJson(bytes));
        case ROWS -> {
          if (json.path("rows") instanceof ObjectNode tree) {
            rows.add(RowFingerprint.fromTree(tree));
          }
        }
        default -> {}
      }
    }
    return new StoredEvidence(checks, latencies, rows);
  }
}
