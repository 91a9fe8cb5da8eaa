package io.mlops4j.registry;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what is stored about a candidate and the bar, and asks a policy. Changes nothing. */
final class Judging {
  private final ModelLog log;
  private final FleetWatch fleet;
  private final Blobs blobs;
  private final RegistryOptions options;

  Judging(ModelLog log, FleetWatch fleet, Blobs blobs, RegistryOptions options) {
    this.log = log;
    this.fleet = fleet;
    this.blobs = blobs;
    this.options = options;
  }

  /** Candidate and bar, and what the log knows of each. */
  record Contest(VersionState.Snapshot candidate, VersionState.@Nullable Snapshot bar) {
    static Contest of(ModelState state, int number) {
      VersionState bar = state.bar();
      return new Contest(state.version(number).snapshot(), bar == null ? null : bar.snapshot());
    }

    /** Whether the log still has the same bar and the same evidence. */
    boolean holds(ModelState state) {
      Contest now = of(state, candidate.number());
      if (bar == null || now.bar == null) {
        return bar == null && now.bar == null && candidate.hasEvidenceOf(now.candidate);
      }
      return bar.number() == now.bar.number()
          && bar.hasEvidenceOf(now.bar)
          && candidate.hasEvidenceOf(now.candidate);
    }
  }

  /** A decision, what it is about, and the fleet it rests on, if a gate asked for it. */
  record Judgement(GateDecision decision, Contest contest, @Nullable FleetEvidence instances) {}

  Judgement judge(int number, GatePolicy policy, int policyNumber) {
    Contest contest = log.read(state -> Contest.of(state, number));
    Evidence candidate = evidence(contest.candidate());
    Evidence champion = contest.bar() == null ? null : evidence(contest.bar());
    FleetEvidence instances =
        policy.gates().stream().anyMatch(FleetGate.class::isInstance)
            ? new FleetEvidence(candidate.servable().orElseThrow(), fleet.live())
            : null;
    GateEvaluation evaluation = new GateEvaluation(policy, candidate, champion, instances);
    GateDecision decision =
        new GateDecision(
            candidate.version(),
            Optional.ofNullable(champion).map(Evidence::version),
            policy.name(),
            policy.digest(),
            evaluation.run(),
            evaluation.used(),
            options.time().now(),
            policy.terms(),
            policyNumber,
            false,
            List.of());
    return new Judgement(decision, contest, instances);
  }

  Evidence evidence(VersionState.Snapshot version) {
    ModelVersion id = new ModelVersion(log.model(), version.number());
    String what = "manifest of " + id;
    Manifest manifest = Manifest.fromJson(blobs.get(version.manifest(), what), what);
    Optional<InputEncoding> encoding =
        manifest
            .encoding()
            .map(digest -> blobs.get(digest, "encoding of " + id))
            .map(InputEncoding::fromJson);
    return new Evidence(
        id,
        manifest.lineage().data().digest(),
        reports(blobs, id, version.evaluations()),
        StoredEvidence.read(blobs, id.toString(), version.evidence())
            .and(learnedBefore(id, manifest)),
        Optional.of(new Servable(id, manifest.format(), encoding, manifest.signature())));
  }

  /** What an imported version learned from is part of where it comes from, and holds here, too. */
  private StoredEvidence learnedBefore(ModelVersion id, Manifest manifest) {
    return manifest
        .origin()
        .map(from -> StoredEvidence.read(blobs, id.toString(), from.evidence()).onlyTrainingRows())
        .orElse(StoredEvidence.NONE);
  }

  static List<EvaluationReport> reports(Blobs blobs, ModelVersion id, List<String> digests) {
    return digests.stream()
        .map(digest -> blobs.get(digest, "evaluation report of " + id))
        .map(EvaluationReport::fromJson)
        .toList();
  }
}
