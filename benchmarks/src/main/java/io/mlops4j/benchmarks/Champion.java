package io.mlops4j.benchmarks;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelSource;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.serving.OnnxModel;
import java.time.Instant;
import java.util.Map;

/** A registry in which the small MLP has been promoted, through the front door. */
final class Champion {
  static final String NAME = "mlp";

  private Champion() {}

  static ModelSource<float[], Double> of(ModelRegistry registry) {
    RegisteredModel<float[], Double> model =
        registry.model(NAME, OnnxModel.probability(Mlp.SCHEMA));
    ModelFiles files = ModelFiles.of("onnx", Map.of("mlp.onnx", Mlp.bytes()));
    RegisteredVersion<float[], Double> version = model.register(files, Lineage.unknown());
    model.recordEvaluation(version, perfect(version.version().toString()));
    model.stage(version);
    model.validate(version);
    GateDecision decision =
        model.promote(
            version,
            GatePolicy.named("any").require(Gate.metric(Metric.AUC).atLeast(0.5)).withMinRows(1));
    if (!decision.promoted()) {
      throw new IllegalStateException("Not promoted: " + decision);
    }
    return model.production();
  }

  private static EvaluationReport perfect(String version) {
    BinaryEvaluation evaluation =
        BinaryEvaluation.of(
            new double[] {0.1, 0.2, 0.8, 0.9}, new boolean[] {false, false, true, true});
    return EvaluationReport.binary(version, "four rows", "none", evaluation, Instant.EPOCH);
  }
}
