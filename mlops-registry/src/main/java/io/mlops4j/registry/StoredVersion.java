package io.mlops4j.registry;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A version in a registry's store. */
final class StoredVersion<I, O> implements RegisteredVersion<I, O> {
  private final StoredModel<I, O> model;
  private final ModelVersion version;
  private final Stage stage;
  private final List<String> evaluations;
  private final String manifest;
  private final StoredRelease<I, O> release;

  StoredVersion(
      StoredModel<I, O> model, int number, String manifest, Stage stage, List<String> evaluations) {
    this.model = model;
    this.version = model.id(number);
    this.stage = stage;
    this.evaluations = evaluations;
    this.manifest = manifest;
    this.release = new StoredRelease<>(model, version, manifest);
  }

  @Override
  public ModelVersion version() {
    return version;
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public Lineage lineage() {
    return release.manifest().lineage();
  }

  @Override
  public SortedMap<String, String> digests() {
    SortedMap<String, String> result = new TreeMap<>();
    release.manifest().files().forEach((name, stored) -> result.put(name, stored.digest()));
    return Collections.unmodifiableSortedMap(result);
  }

  @Override
  public ModelArtifact artifact() {
    return release.artifact();
  }

  @Override
  public ModelRelease<I, O> release() {
    return release;
  }

  @Override
  public List<EvaluationReport> evaluations() {
    return Promotion.reports(model.blobs(), version, evaluations);
  }

  @Override
  public Optional<Origin> origin() {
    return release.manifest().origin();
  }

  @Override
  public List<EvaluationReport> evaluationsAtOrigin() {
    return origin()
        .map(from -> Promotion.reports(model.blobs(), version, from.evaluations()))
        .orElse(List.of());
  }

  @Override
  public Bundle export(Path file) {
    return new BundleExport(model.blobs(), version, manifest, release.manifest(), evaluations)
        .write(file);
  }

  @Override
  public GateDecision decide(GatePolicy policy) {
    return model.decide(version.number(), policy);
  }

  /** The same version with what has become of it since. */
  RegisteredVersion<I, O> now() {
    return model.version(version.number());
  }

  /** Returns name, number and stage. */
  @Override
  public String toString() {
    return version + " (" + stage + ")";
  }
}
