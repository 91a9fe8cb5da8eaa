package io.mlops4j.registry;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * One version as it was when it was asked for: files, lineage and signature never change, stage and
 * evaluations do; ask again to see. Immutable, thread-safe, and cheap until content is asked for.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface RegisteredVersion<I, O> {

  /**
   * Returns who it is.
   *
   * @return model and number
   */
  ModelVersion version();

  /**
   * Returns its number.
   *
   * @return 1 or more, never used for another version
   */
  default int number() {
    return version().number();
  }

  /**
   * Returns where it was when this object was made.
   *
   * @return the stage
   */
  Stage stage();

  /**
   * Returns where it comes from.
   *
   * @return the lineage it was registered with, stamped
   * @throws IntegrityException if it is not what was stored
   */
  Lineage lineage();

  /**
   * Returns the digest of each file.
   *
   * @return file name to SHA-256
   * @throws IntegrityException if the manifest is not what was stored
   */
  SortedMap<String, String> digests();

  /**
   * Returns its files and what travels with them. Reading verifies each digest; a wrong one
   * quarantines the version.
   *
   * @return the artifact; reads from the store on each call
   * @throws IntegrityException if the manifest is not what was stored
   */
  ModelArtifact artifact();

  /**
   * Returns it as something to serve.
   *
   * @return the release
   */
  ModelRelease<I, O> release();

  /**
   * Returns a source that always serves this version, whatever its stage.
   *
   * @return a source that never changes
   */
  default ModelSource<I, O> source() {
    return ModelSource.of(release());
  }

  /**
   * Returns the evidence stored for it.
   *
   * @return reports, oldest first
   * @throws IntegrityException if one is not what was stored
   */
  List<EvaluationReport> evaluations();

  /**
   * Returns the checks recorded for it.
   *
   * @return oldest first
   * @throws IntegrityException if one is not what was stored
   */
  List<CheckEvidence> checks();

  /**
   * Returns the latencies recorded for it.
   *
   * @return oldest first
   * @throws IntegrityException if one is not what was stored
   */
  List<LatencyReport> latencies();

  /**
   * Returns the promotions of it against its gates, for ever.
   *
   * @return oldest first; usually empty
   */
  List<PromotionOverride> overrides();

  /**
   * Returns where it was before it was imported from a {@link Bundle}.
   *
   * @return the origin, or empty if it was registered here
   * @throws IntegrityException if the manifest is not what was stored
   */
  Optional<Origin> origin();

  /**
   * Returns what was measured where it was before. No evidence for the gates here: whoever wants it
   * to count measures again.
   *
   * @return reports about {@link Origin#version}, oldest first; empty if it was registered here
   * @throws IntegrityException if one is not what was stored
   */
  List<EvaluationReport> evaluationsAtOrigin();

  /**
   * Returns what checks said where it was before. No evidence for the gates here, as {@link
   * #evaluationsAtOrigin}.
   *
   * @return checks of {@link Origin#version}, oldest first; empty if it was registered here
   * @throws IntegrityException if one is not what was stored
   */
  List<CheckEvidence> checksAtOrigin();

  /**
   * Returns how fast it was where it was before. No evidence for the gates here, as {@link
   * #evaluationsAtOrigin}.
   *
   * @return latencies of {@link Origin#version}, oldest first; empty if it was registered here
   * @throws IntegrityException if one is not what was stored
   */
  List<LatencyReport> latenciesAtOrigin();

  /**
   * Writes everything about this version into one file, for another registry: model files, lineage,
   * encoding, signature, golden rows, baseline, and the evaluation reports, checks, latencies and
   * fingerprints of training rows there are now. All of it is verified on its way. Cost: one file
   * at a time in memory.
   *
   * @param file where to; must not be there yet
   * @return the bundle, read back and verified
   * @throws io.mlops4j.core.MlopsException if the file is there or cannot be written, or all
   *     together has more than 4 GiB
   * @throws IntegrityException if something is not what was stored
   */
  Bundle export(Path file);

  /**
   * Returns what a policy says about this version against the champion there is now. Changes
   * nothing: {@link RegisteredModel#promote} acts on a decision.
   *
   * @param policy what it must show
   * @return the decision, not stored
   * @throws IntegrityException if evidence is not what was stored
   */
  GateDecision decide(GatePolicy policy);
}
