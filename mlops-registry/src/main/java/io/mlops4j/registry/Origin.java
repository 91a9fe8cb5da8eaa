package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Where an imported version was before.
 *
 * @param version what it was called there
 * @param manifest the digest of its manifest there
 * @param bundle {@link Bundle#digest} of the file it came in
 * @param at when it was imported
 * @param evaluations digests of the evaluation reports that came with it
 * @param evidence digests of the checks, latencies and fingerprints of training rows that came with
 *     it
 */
public record Origin(
    ModelVersion version,
    String manifest,
    String bundle,
    Instant at,
    List<String> evaluations,
    List<String> evidence) {
  /** Copies the lists. */
  public Origin {
    Objects.requireNonNull(evaluations, "evaluations");
    Objects.requireNonNull(evidence, "evidence");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(manifest, "manifest");
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(at, "at");
    evaluations = Elements.list("evaluations", evaluations);
    evidence = Elements.list("evidence", evidence);
  }

  /**
   * Makes an origin without checks, latencies and training rows.
   *
   * @param version what it was called there
   * @param manifest the digest of its manifest there
   * @param bundle {@link Bundle#digest} of the file it came in
   * @param at when it was imported
   * @param evaluations digests of the evaluation reports that came with it
   */
  public Origin(
      ModelVersion version, String manifest, String bundle, Instant at, List<String> evaluations) {
    this(version, manifest, bundle, at, evaluations, List.of());
  }
}
