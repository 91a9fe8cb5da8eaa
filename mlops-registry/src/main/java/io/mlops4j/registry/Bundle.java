package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One version in one file: model files, lineage, encoding, signature, golden rows, baseline and all
 * evidence, for another registry. Made by {@link RegisteredVersion#export}, read by {@link #open},
 * taken in by {@link RegisteredModel#register(Bundle)}. Immutable; the file is read again when it
 * is registered, and verified again.
 *
 * <p>The file is a zip that any tool opens, of one strict form: stored entries, in the order its
 * index lists them, with their digests. A file that deviates by a byte is refused. Equal versions
 * give equal bytes. A bundle is not signed: {@link #digest} fixes everything in it, so compare it
 * with what the sender says.
 */
public final class Bundle {
  private final Path file;
  private final BundleIndex index;
  private final Manifest manifest;
  private final List<EvaluationReport> evaluations;
  private final StoredEvidence evidence;

  Bundle(
      Path file,
      BundleIndex index,
      Manifest manifest,
      List<EvaluationReport> evaluations,
      StoredEvidence evidence) {
    this.file = file;
    this.index = index;
    this.manifest = manifest;
    this.evaluations = List.copyOf(evaluations);
    this.evidence = evidence;
  }

  /**
   * Returns the bundle in a file, after verifying all of it: its form, every digest, and that each
   * document can be read. Writes nothing. Cost: reads the file once, with memory for its documents
   * only.
   *
   * @param file what {@link RegisteredVersion#export} wrote
   * @return the bundle
   * @throws MlopsException if it is not a bundle, whole and unchanged; says where it deviates
   */
  public static Bundle open(Path file) {
    return new BundleReader(Objects.requireNonNull(file, "file")).verify();
  }

  /**
   * Returns the version it was made of, as the exporting registry called it.
   *
   * @return model and number
   */
  public ModelVersion version() {
    return index.version();
  }

  /**
   * Returns where the version comes from.
   *
   * @return its lineage
   */
  public Lineage lineage() {
    return manifest.lineage();
  }

  /**
   * Returns what was measured where it comes from. No evidence for the gates of another registry.
   *
   * @return reports, oldest first
   */
  public List<EvaluationReport> evaluations() {
    return evaluations;
  }

  /**
   * Returns what checks said where it comes from. No evidence for the gates of another registry.
   *
   * @return oldest first; empty if the bundle was written before bundles had them
   */
  public List<CheckEvidence> checks() {
    return evidence.checks();
  }

  /**
   * Returns how fast it was where it comes from. No evidence for the gates of another registry.
   *
   * @return oldest first; empty if the bundle was written before bundles had them
   */
  public List<LatencyReport> latencies() {
    return evidence.latencies();
  }

  /**
   * Returns the digest of its index, which holds the digest of everything else.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return index.digest();
  }

  /**
   * Returns where it is.
   *
   * @return the file
   */
  public Path file() {
    return file;
  }

  BundleIndex index() {
    return index;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Returns the version and the file's name. */
  @Override
  public String toString() {
    return "Bundle of " + version() + " in " + file.getFileName();
  }
}
