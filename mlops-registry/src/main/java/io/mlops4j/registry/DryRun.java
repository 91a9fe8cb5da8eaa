package io.mlops4j.registry;

import io.mlops4j.evaluation.EvaluationReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A decision nobody acts on, about whatever evidence is given. */
final class DryRun {
  private DryRun() {}

  static GateDecision of(GatePolicy policy, Evidence candidate, @Nullable Evidence champion) {
    GateEvaluation evaluation = new GateEvaluation(policy, candidate, champion);
    return new GateDecision(
        candidate.version(),
        Optional.ofNullable(champion).map(Evidence::version),
        policy.name(),
        policy.digest(),
        evaluation.run(),
        evaluation.used(),
        newest(candidate, champion),
        policy.terms(),
        0,
        false,
        List.of());
  }

  private static Instant newest(Evidence candidate, @Nullable Evidence champion) {
    List<EvaluationReport> others = champion == null ? List.of() : champion.reports();
    return Stream.concat(candidate.reports().stream(), others.stream())
        .map(EvaluationReport::evaluatedAt)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
