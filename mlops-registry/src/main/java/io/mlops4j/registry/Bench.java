package io.mlops4j.registry;

import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
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
    Optional<String> learned = candidate.learnedFrom(report, policy);
    if (learned.isEmpty() && champion != null) {
      learned = champion.learnedFrom(report, policy);
    }
    if (learned.isPresent()) {
      return found.inconclusive(learned.get());
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

  /** Two reports on the same rows by the same evaluator. */
  record Pair(Found found, EvaluationReport champion) {
    GateResult says(Verdict verdict, double mine, double theirs, String observed, String sentence) {
      return found.says(
          verdict, OptionalDouble.of(mine), OptionalDouble.of(theirs), observed, sentence);
    }
  }

  /** The candidate's newest report that holds something, beside the champion's on the same rows. */
  GateResult beside(
      EvidenceGate gate,
      Predicate<EvaluationReport> holds,
      String what,
      Function<Pair, GateResult> judge) {
    Evidence rival = champion;
    if (rival == null) {
      return GateEvaluation.withoutChampion(policy, gate);
    }
    return candidate(
        gate,
        holds,
        what,
        found -> {
          Optional<EvaluationReport> opposite =
              rival.reports().stream()
                  .filter(holds)
                  .filter(report -> found.report().whyNotComparable(report).isEmpty())
                  .reduce((older, newer) -> newer);
          if (opposite.isEmpty()) {
            return found.inconclusive(
                what
                    + " was not measured for the champion "
                    + rival.version()
                    + " on "
                    + found.report().datasetName()
                    + " by the same evaluator. Evaluate both on the same rows.");
          }
          used.add(opposite.get().digest());
          return judge.apply(new Pair(found, opposite.get()));
        });
  }

  /** What the newest check of a name says. */
  GateResult check(EvidenceGate gate, String name, boolean ofTrainingData) {
    Optional<CheckEvidence> newest = candidate.check(name);
    if (newest.isEmpty()) {
      return GateEvaluation.inconclusive(
          gate,
          "No check '" + name + "' of " + candidate.version() + " was recorded. Call recordCheck.");
    }
    CheckEvidence evidence = newest.get();
    used.add(evidence.digest());
    String mark = " Evidence " + evidence.digest().substring(0, 12) + ".";
    if (ofTrainingData && !evidence.data().equals(Optional.of(candidate.trainedOn()))) {
      return GateEvaluation.inconclusive(
          gate,
          "Check '"
              + name
              + "' is about data "
              + evidence.data().orElse("nobody named")
              + "; "
              + candidate.version()
              + " was trained on "
              + candidate.trainedOn()
              + ". Check the training data itself."
              + mark);
    }
    Verdict verdict =
        switch (evidence.outcome()) {
          case PASS -> Verdict.PASS;
          case FAIL -> Verdict.FAIL;
          case NO_DATA -> Verdict.INCONCLUSIVE;
          case ERROR -> Verdict.ERROR;
        };
    return new GateResult(
        gate.subject(),
        verdict,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        evidence.outcome().name().replace('_', ' ')
            + (evidence.numbers().isEmpty() ? "" : " " + evidence.numbers()),
        gate.requirement(),
        evidence.sentence() + mark);
  }

  /** The newest latency, measured beside the present champion if there is one to compare with. */
  GateResult latency(
      EvidenceGate gate, boolean compared, Function<LatencyReport, GateResult> judge) {
    if (compared && champion == null) {
      return GateEvaluation.withoutChampion(policy, gate);
    }
    Optional<String> beside =
        compared && champion != null
            ? Optional.of(champion.version().toString())
            : Optional.empty();
    Optional<LatencyReport> newest = candidate.latency(beside);
    if (newest.isEmpty()) {
      return GateEvaluation.inconclusive(
          gate,
          "The latency of "
              + candidate.version()
              + beside.map(rival -> " beside " + rival).orElse("")
              + " was not measured. Run LatencyBenchmark and call recordLatency.");
    }
    used.add(newest.get().digest());
    return judge.apply(newest.get());
  }

  /** What the versions read: for the signature. */
  Optional<Servable> servable() {
    return candidate.servable();
  }

  /** What the champion reads, or empty. */
  Optional<Servable> championServable() {
    return champion == null ? Optional.empty() : champion.servable();
  }

  GateResult withoutChampion(Gate gate) {
    return GateEvaluation.withoutChampion(policy, gate);
  }

  boolean hasChampion() {
    return champion != null;
  }
}
