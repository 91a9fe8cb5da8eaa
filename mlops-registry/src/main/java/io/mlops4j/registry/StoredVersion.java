package io.mlops4j.registry;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import java.util.Collections;
import java.util.List;
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
