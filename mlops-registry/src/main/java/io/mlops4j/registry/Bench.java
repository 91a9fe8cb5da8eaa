package io.mlops4j.registry;

import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The evidence an {@link EvidenceGate} may look at, and how it says what it found. */
final class Bench {
  private final GatePolicy policy;
  private final Evidence candidate;
  private final @Nullable Evidence champion;
  private final Set<String> used;

  Bench(GatePolicy policy, Evidence candidate, @Nullable Evidence champion, Set<String> used) {
    this.policy = policy;
    this.candidate = candidate;
    this.champion = champion;
    this.used = used;
  }

  /** A report that may be judged, and whose it is. */
  record Found(Gate gate, EvaluationReport report) {
    String about() {
      return report.modelVersion() + " on " + report.datasetName();
    }

    GateResult says(Verdict verdict, double value, String observed, String sentence) {
      return says(verdict, OptionalDouble.of(value), OptionalDouble.empty(), observed, sentence);
    }

    GateResult says(
        Verdict verdict,
        OptionalDouble value,
        OptionalDouble champion,
        String observed,
        String sentence) {
      return new GateResult(
          gate.subject(),
          verdict,
          value,
          champion,
          observed,
          gate.requirement(),
          sentence + " Evidence " + report.digest().substring(0, 12) + ".");
    }

    GateResult inconclusive(String why) {
      return says(
          Verdict.INCONCLUSIVE, OptionalDouble.empty(), OptionalDouble.empty(), "no evidence", why);
    }
  }

  long minRows() {
    return policy.minRows();
  }

  /** The newest report of the candidate that holds something, or what is missing. */
  GateResult candidate(
      EvidenceGate gate,
      Predicate<EvaluationReport> holds,
      String what,
      Function<Found, GateResult> judge) {
    Optional<EvaluationReport> newest =
        candidate.reports().stream()
            .filter(holds)
            .filter(
                report -> policy.datasetDigest().map(report.datasetDigest()::equals).orElse(true))
            .reduce((older, newer) -> newer);
    if (newest.isEmpty()) {
      return GateEvaluation.inconclusive(
          gate,
          what
              + " was not measured for "
              + candidate.version()
              + policy.datasetDigest().map(d -> " on data set " + d).orElse("")
              + ". Record an evaluation that has it.");
    }
    EvaluationReport report = newest.get();
    used.add(report.digest());
    Found found = new Found(gate, report);
    if (candidate.learnedFrom(report) || (champion != null && champion.learnedFrom(report))) {
      return found.inconclusive(
          "A model was trained on "
              + report.datasetName()
              + ", so how it does there proves nothing. Judge on rows none has seen.");
    }
    if (report.rows() < policy.minRows()) {
      return found.inconclusive(
          found.about()
              + " rests on "
              + report.rows()
              + " rows; the policy asks for "
              + policy.minRows()
              + ".");
    }
    return judge.apply(found);
  }

  GateResult paired(PairedGate gate) {
    if (champion == null) {
      return GateEvaluation.withoutChampion(policy, gate);
    }
    String rival = champion.version().toString();
    return candidate(
        gate,
        report -> report.details().comparison(rival).isPresent(),
        "A comparison with the champion " + rival + " on the same rows",
        found -> {
          PairedComparison comparison = found.report().details().comparison(rival).orElseThrow();
          return gate.judge(comparison, found);
        });
  }
}
