package io.mlops4j.registry;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import java.util.List;
import java.util.Optional;

/** What is stored about one version: what it learned from, and reports, oldest first. */
record Evidence(ModelVersion version, String trainedOn, List<EvaluationReport> reports) {
  Evidence {
    reports = List.copyOf(reports);
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
