package io.mlops4j.registry;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is stored about one version: what it learned from, and reports, oldest first. */
record Evidence(ModelVersion version, String trainedOn, List<EvaluationReport> reports) {
  private static final Pattern NUMBERED =
      Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]{0,127}):(\\d{1,9})");

  Evidence {
    reports = List.copyOf(reports);
  }

  /** What is stored about a version now; the object may be older than its last evaluation. */
  static Evidence of(RegisteredVersion<?, ?> given) {
    RegisteredVersion<?, ?> version =
        given instanceof StoredVersion<?, ?> stored ? stored.now() : given;
    return new Evidence(
        version.version(), version.lineage().data().digest(), version.evaluations());
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

  /** Whether a report is about the very rows the version was trained on. */
  boolean learnedFrom(EvaluationReport report) {
    return trainedOn.equals(report.datasetDigest());
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
}
