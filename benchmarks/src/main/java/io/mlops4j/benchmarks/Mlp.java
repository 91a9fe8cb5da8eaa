package io.mlops4j.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorBuilder;
import java.util.Map;
import java.util.stream.IntStream;

/** The small model of the ratio budgets: 30-64-64-2, float input, softmax output. */
final class Mlp {
  static final int WIDTH = 30;
  static final String INPUT = "x";
  static final Schema<float[]> SCHEMA =
      Schema.floats(IntStream.range(0, WIDTH).mapToObj(i -> "x" + i).toArray(String[]::new));

  private Mlp() {}

  static byte[] bytes() {
    return Inputs.resource("/mlp.onnx");
  }

  static Model<float[], Double> load() {
    return OnnxModel.probability(SCHEMA)
        .load(ModelVersion.unregistered("mlp"), ModelFiles.of("onnx", Map.of("mlp.onnx", bytes())));
  }

  /**
   * Starts a predictor as a service would have it: with a listener, so with the ring, and meters.
   */
  static PredictorBuilder<float[], Double> serving() {
    return Predictor.of(load()).listener(prediction -> {}).meters(new SimpleMeterRegistry());
  }
}
