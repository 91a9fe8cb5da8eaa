package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.EvaluationReport;
import java.util.Objects;

/** The codecs of small values. */
final class Codecs {
  static final Codec<String> TEXT =
      Codec.of("text", text -> text.getBytes(UTF_8), bytes -> new String(bytes, UTF_8));
  static final Codec<byte[]> BYTES = Codec.of("bytes", byte[]::clone, byte[]::clone);
  static final Codec<Long> NUMBER =
      Codec.of(
          "number",
          number -> Long.toString(number).getBytes(UTF_8),
          bytes -> number(new String(bytes, UTF_8)));
  static final Codec<ModelVersion> VERSION =
      Codec.of(
          "version",
          version -> version.toString().getBytes(UTF_8),
          bytes -> version(new String(bytes, UTF_8)));
  static final Codec<EvaluationReport> EVALUATION =
      Codec.of("evaluation", EvaluationReport::toJson, EvaluationReport::fromJson);
  static final Codec<ValidationResult> VALIDATION =
      Codec.of("validation", ValidationResult::toJson, ValidationResult::fromJson);

  private Codecs() {}

  static Codec<DatasetSnapshot> snapshot(ObjectStore store) {
    Objects.requireNonNull(store, "store");
    return Codec.of(
        "snapshot",
        snapshot -> snapshot.digest().getBytes(UTF_8),
        bytes -> DatasetSnapshot.load(store, new String(bytes, UTF_8)));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new PipelineException("What was kept of a step is no whole number.", e);
    }
  }

  private static ModelVersion version(String text) {
    try {
      int colon = text.lastIndexOf(':');
      String model = text.substring(0, Math.max(0, colon));
      return new ModelVersion(model, Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new PipelineException("What was kept of a step is no version of a model.", e);
    }
  }
}
