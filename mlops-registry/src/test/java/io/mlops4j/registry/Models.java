package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Small models for tests: a constant written into a file. */
final class Models {
  static final String DATASET = "d".repeat(64);
  static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private Models() {}

  /** Reads file {@code model.txt} of format {@code constant}; ignores {@code notes.txt}. */
  static final ModelLoader<String, String> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("constant");
        }

        @Override
        public Model<String, String> load(ModelVersion version, ModelArtifact artifact) {
          String answer = new String(artifact.bytes("model.txt"), UTF_8);
          return inputs -> Collections.nCopies(inputs.size(), answer);
        }
      };

  static ModelFiles constant(String answer) {
    return ModelFiles.of("constant", Map.of("model.txt", answer.getBytes(UTF_8)));
  }

  static EvaluationReport report(RegisteredVersion<?, ?> version, Metric metric, double value) {
    return report(version, metric, new MetricValue.Defined(value, 1000), DATASET);
  }

  static EvaluationReport report(
      RegisteredVersion<?, ?> version, Metric metric, MetricValue value, String dataset) {
    return new EvaluationReport(
        version.version().toString(),
        "march",
        dataset,
        1000,
        OptionalLong.of(200),
        Map.of(metric, value),
        "test",
        "1",
        NOON);
  }

  /** A policy that lets everything with an AUC of 0.5 pass. */
  static GatePolicy lenient() {
    return GatePolicy.named("lenient").require(Gate.metric(Metric.AUC).atLeast(0.5));
  }

  /** Registers a constant and takes it to VALIDATION with an AUC. */
  static RegisteredVersion<String, String> validated(
      RegisteredModel<String, String> model, String answer, double auc) {
    RegisteredVersion<String, String> version = model.register(constant(answer), Lineage.unknown());
    model.recordEvaluation(version, report(version, Metric.AUC, auc));
    model.stage(version);
    return model.validate(version);
  }

  /** The same, and promotes it. */
  static RegisteredVersion<String, String> champion(
      RegisteredModel<String, String> model, String answer, double auc) {
    RegisteredVersion<String, String> version = validated(model, answer, auc);
    if (!model.promote(version, lenient()).promoted()) {
      throw new AssertionError("not promoted");
    }
    return version;
  }

  static CheckEvidence passing(String name, RegisteredVersion<?, ?> version) {
    return new CheckEvidence(
        name,
        version.version().toString(),
        Optional.empty(),
        CheckEvidence.Outcome.PASS,
        "As it should be.",
        new TreeMap<>(),
        NOON);
  }

  static LatencyReport latency(RegisteredVersion<?, ?> version, long nanos) {
    Map<Percentile, Long> times = new EnumMap<>(Percentile.class);
    Map<Percentile, Double> noise = new EnumMap<>(Percentile.class);
    for (Percentile percentile : Percentile.values()) {
      times.put(percentile, nanos);
      noise.put(percentile, 0.01);
    }
    return new LatencyReport(
        version.version().toString(),
        Optional.empty(),
        "march",
        "test",
        1,
        10,
        2000,
        times,
        times,
        noise,
        NOON);
  }

  record Row(double x) {}

  static RowFingerprint trainingRows() {
    return RowFingerprint.of(
        LabeledDataset.of(Schema.of(Row.class), List.of(new Labeled<>(new Row(1), 0))));
  }
}
