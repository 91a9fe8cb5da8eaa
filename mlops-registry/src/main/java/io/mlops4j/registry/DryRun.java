package io.mlops4j.registry;

import io.mlops4j.evaluation.EvaluationReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** A decision nobody acts on, about whatever evidence is given. */
final class DryRun {
  private DryRun() {}

  static GateDecision of(GatePolicy policy, Evidence candidate, Evidence champion) {
    GateEvaluation evaluation = new GateEvaluation(policy, candidate, champion);
    return new GateDecision(
        candidate.version(),
        Optional.of(champion.version()),
        policy.name(),
        policy.digest(),
        evaluation.run(),
        evaluation.used(),
        newest(candidate, champion),
        false);
  }

  private static Instant newest(Evidence candidate, Evidence champion) {
    return Stream.concat(candidate.reports().stream(), champion.reports().stream())
        .map(EvaluationReport::evaluatedAt)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
