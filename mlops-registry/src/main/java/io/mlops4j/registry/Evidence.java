package io.mlops4j.registry;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.Metric;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is stored about one version: what it learned from, reports and checks, oldest first. */
record Evidence(
    ModelVersion version,
    String trainedOn,
    List<EvaluationReport> reports,
    StoredEvidence other,
    Optional<Servable> servable) {
  private static final Pattern NUMBERED =
      Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]{0,127}):(\\d{1,9})");

  Evidence {
    reports = List.copyOf(reports);
  }

  /** Reports alone. */
  Evidence(ModelVersion version, String trainedOn, List<EvaluationReport> reports) {
    this(version, trainedOn, reports, StoredEvidence.NONE, Optional.empty());
  }

  /** What is stored about a version now; the object may be older than its last evaluation. */
  static Evidence of(RegisteredVersion<?, ?> given) {
    if (given instanceof StoredVersion<?, ?> stored) {
      return stored.evidenceNow();
    }
    return new Evidence(given.version(), given.lineage().data().digest(), given.evaluations());
  }

  /** One report by itself; a name that can be no version's is made one. */
  static Evidence of(EvaluationReport report) {
    Matcher matcher = NUMBERED.matcher(report.modelVersion());
    ModelVersion version =
        matcher.matches()
            ? new ModelVersion(matcher.group(1), Integer.parseInt(matcher.group(2)))
            : ModelVersion.unregistered(plain(report.modelVersion()));
    return new Evidence(version, Lineage.UNKNOWN, List.of(report));
  }

  private static String plain(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.+", "_");
    return plain.substring(0, Math.min(128, plain.length()));
  }

  /** Why a report is about rows the version has seen, or may have; or empty. */
  Optional<String> learnedFrom(EvaluationReport report, GatePolicy policy) {
    if (trainedOn.equals(report.datasetDigest())) {
      return Optional.of(
          version
              + " was trained on "
              + report.datasetName()
              + ", so how it does there proves nothing. Judge on rows it has not seen.");
    }
    Optional<RowFingerprint> judged = report.details().rowFingerprint();
    if (judged.isEmpty() || other.trainingRows().isEmpty()) {
      return policy.disjointRows()
          ? Optional.of(
              "Whether "
                  + report.datasetName()
                  + " holds training rows of "
                  + version
                  + " is not known: "
                  + (judged.isEmpty()
                      ? "its evaluation has no fingerprint of the rows. Use Evaluator."
                      : "no training rows are recorded. Call recordTrainingRows."))
          : Optional.empty();
    }
    return other.trainingRows().stream()
        .map(rows -> overlap(rows, judged.get(), report, policy))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<String> overlap(
      RowFingerprint training, RowFingerprint judged, EvaluationReport report, GatePolicy policy) {
    if (!training.identity().equals(judged.identity())) {
      return Optional.of(
          "Whether "
              + report.datasetName()
              + " holds training rows of "
              + version
              + " cannot be told: rows are told apart by '"
              + training.identity()
              + "' there and by '"
              + judged.identity()
              + "' here. Take both fingerprints in the same way.");
    }
    RowFingerprint.Overlap overlap = training.overlap(judged);
    if (overlap.shared() == 0 || overlap.share() <= policy.maxOverlap()) {
      return Optional.empty();
    }
    return Optional.of(
        overlap.shared()
            + " of "
            + overlap.compared()
            + " compared rows of "
            + report.datasetName()
            + " are among the training rows of "
            + version
            + " (a share of "
            + GateEvaluation.plain(overlap.share())
            + ", allowed is "
            + GateEvaluation.plain(policy.maxOverlap())
            + "). Judge on rows it has not seen; if different rows may look alike, tell them apart"
            + " by an id.");
  }

  /** The newest report that measured a metric, on a data set if one is asked for. */
  Optional<EvaluationReport> newest(Metric metric, Optional<String> dataset) {
    return reports.stream()
        .filter(report -> report.metrics().containsKey(metric))
        .filter(report -> dataset.isEmpty() || report.datasetDigest().equals(dataset.get()))
        .reduce((older, newer) -> newer);
  }

  /** The newest report that measured a metric and can be compared with another report. */
  Optional<EvaluationReport> comparable(Metric metric, EvaluationReport other) {
    return reports.stream()
        .filter(report -> report.metrics().containsKey(metric))
        .filter(report -> other.whyNotComparable(report).isEmpty())
        .reduce((older, newer) -> newer);
  }

  /** The newest check of a name. */
  Optional<CheckEvidence> check(String name) {
    return other.checks().stream()
        .filter(check -> check.name().equals(name))
        .reduce((older, newer) -> newer);
  }

  /** The newest latency, measured beside a version if one is asked for. */
  Optional<LatencyReport> latency(Optional<String> beside) {
    return other.latencies().stream()
        .filter(report -> beside.isEmpty() || report.champion().equals(beside))
        .reduce((older, newer) -> newer);
  }
}
