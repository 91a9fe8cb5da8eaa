package io.mlops4j.spring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Models for tests: a number in a file, and the example's boosted trees. */
final class Models {
  private static final Path TREES =
      Path.of("../../examples/flight-delay/src/main/resources/flight-delay-gbt");

  private Models() {}

  /** Reads the format {@code constant}: every row gets the number in the file. */
  record ConstantLoader<I>(Schema<I> rows) implements ModelLoader<I, Double> {
    @Override
    public Set<String> formats() {
      return Set.of("constant");
    }

    @Override
    public Model<I, Double> load(ModelVersion version, ModelArtifact artifact) {
      double answer = Double.parseDouble(new String(artifact.bytes("answer.txt"), UTF_8));
      return new Model<>() {
        @Override
        public java.util.List<Double> predict(java.util.List<I> inputs) {
          return Collections.nCopies(inputs.size(), answer);
        }

        @Override
        public Optional<Schema<I>> schema() {
          return Optional.of(rows);
        }
      };
    }
  }

  static ModelFiles constant(double answer) {
    return ModelFiles.of("constant", Map.of("answer.txt", Double.toString(answer).getBytes(UTF_8)));
  }

  /** Gradient-boosted trees in ONNX, over {@link Flight}. */
  static ModelFiles trees() {
    return ModelFiles.of("onnx", TREES.resolve("model.onnx"))
        .withEncoding(InputEncoding.fromJson(bytes(TREES.resolve("encoding.json"))))
        .withSignature(Schema.of(Flight.class).fingerprint());
  }

  /** A network in ONNX, over {@link Flight}: only ONNX Runtime can run it. */
  static ModelFiles network() {
    return ModelFiles.of("onnx", Path.of("src/test/resources/network.onnx"))
        .withEncoding(InputEncoding.fromJson(bytes(TREES.resolve("encoding.json"))))
        .withSignature(Schema.of(Flight.class).fingerprint());
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Registers and promotes; returns the version's number. */
  static int promote(Path directory, String name, ModelArtifact artifact) {
    try (ModelRegistry registry = ModelRegistry.open(directory)) {
      return promote(registry.model(name), artifact);
    }
  }

  static <I, O> int promote(RegisteredModel<I, O> model, ModelArtifact artifact) {
    RegisteredVersion<I, O> version = validated(model, artifact);
    GateDecision decision = model.promote(version, lenient());
    if (!decision.promoted()) {
      throw new AssertionError(decision.toString());
    }
    return version.number();
  }

  static <I, O> RegisteredVersion<I, O> validated(
      RegisteredModel<I, O> model, ModelArtifact artifact) {
    RegisteredVersion<I, O> version = model.register(artifact, Lineage.unknown());
    model.recordEvaluation(
        version,
        new EvaluationReport(
            version.version().toString(),
            "march",
            "d".repeat(64),
            1000,
            OptionalLong.of(200),
            Map.of(Metric.AUC, new MetricValue.Defined(0.7, 1000)),
            "test",
            "1",
            Instant.parse("2026-06-01T12:00:00Z")));
    model.stage(version);
    return model.validate(version);
  }

  static GatePolicy lenient() {
    return GatePolicy.named("lenient").require(Gate.metric(Metric.AUC).atLeast(0.5));
  }
}
