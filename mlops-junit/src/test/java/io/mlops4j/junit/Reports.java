package io.mlops4j.junit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/** Evidence for tests. */
final class Reports {
  static final String DATASET = "d".repeat(64);

  private Reports() {}

  static EvaluationReport auc(String version, double value) {
    return of(version, Metric.AUC, new MetricValue.Defined(value, 1000), DATASET, "1", 1000);
  }

  static EvaluationReport of(
      String version,
      Metric metric,
      MetricValue value,
      String dataset,
      String evaluator,
      long rows) {
    return new EvaluationReport(
        version,
        "March",
        dataset,
        rows,
        OptionalLong.of(rows / 5),
        Map.of(metric, value),
        "test",
        evaluator,
        Instant.parse("2026-06-01T12:00:00Z"));
  }

  static ModelFiles files(String content) {
    return ModelFiles.of("none", Map.of("model.txt", content.getBytes(UTF_8)));
  }
}
