package io.mlops4j.registry;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A version in a registry's store. */
final class StoredVersion<I, O> implements RegisteredVersion<I, O> {
  private final StoredModel<I, O> model;
  private final ModelVersion version;
  private final VersionState.Snapshot state;
  private final StoredRelease<I, O> release;

  StoredVersion(StoredModel<I, O> model, VersionState.Snapshot state) {
    this.model = model;
    this.version = model.id(state.number());
    this.state = state;
    this.release = new StoredRelease<>(model, version, state.manifest());
  }

  @Override
  public ModelVersion version() {
    return version;
  }

  @Override
  public Stage stage() {
    return state.stage();
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
    return Judging.reports(model.blobs(), version, state.evaluations());
  }

  @Override
  public List<CheckEvidence> checks() {
    return evidence().checks();
  }

  @Override
  public List<LatencyReport> latencies() {
    return evidence().latencies();
  }

  private StoredEvidence evidence() {
    return StoredEvidence.read(model.blobs(), version.toString(), state.evidence());
  }

  @Override
  public List<PromotionOverride> overrides() {
    return state.overrides();
  }

  @Override
  public Optional<Origin> origin() {
    return release.manifest().origin();
  }

  @Override
  public List<EvaluationReport> evaluationsAtOrigin() {
    return origin()
        .map(from -> Judging.reports(model.blobs(), version, from.evaluations()))
        .orElse(List.of());
  }

  @Override
  public List<CheckEvidence> checksAtOrigin() {
    return evidenceAtOrigin().checks();
  }

  @Override
  public List<LatencyReport> latenciesAtOrigin() {
    return evidenceAtOrigin().latencies();
  }

  private StoredEvidence evidenceAtOrigin() {
    return origin()
        .map(from -> StoredEvidence.read(model.blobs(), version.toString(), from.evidence()))
        .orElse(StoredEvidence.NONE);
  }

  @Override
  public Bundle export(Path file) {
    List<String> evidence = new ArrayList<>();
    // What it learned from goes with it as often as it goes on; what others measured does not.
    for (String digest : origin().map(Origin::evidence).orElse(List.of())) {
      StoredEvidence one = StoredEvidence.read(model.blobs(), version.toString(), List.of(digest));
      if (!one.trainingRows().isEmpty()) {
        evidence.add(digest);
      }
    }
    evidence.addAll(StoredEvidence.known(model.blobs(), version.toString(), state.evidence()));
    return new BundleExport(
            model.blobs(),
            version,
            state.manifest(),
            release.manifest(),
            state.evaluations(),
            evidence)
        .write(file);
  }

  @Override
  public GateDecision decide(GatePolicy policy) {
    return model.decide(version.number(), policy);
  }

  /** What is stored about it now, not when this object was made. */
  Evidence evidenceNow() {
    return model.evidence(version.number());
  }

  /** Returns name, number and stage. */
  @Override
  public String toString() {
    return version + " (" + state.stage() + ")";
  }
}
