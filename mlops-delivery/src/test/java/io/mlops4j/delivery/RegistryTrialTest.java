package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.serving.OnnxLoader;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrialRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry's versions, tried in a child JVM before they are served. */
@Timeout(120)
class RegistryTrialTest {
  private static final Schema<float[]> ONE = Schema.floats("x");
  private static final OnnxLoader<float[], Double> LOADER =
      OnnxModel.regression(ONE).options(OnnxOptions.withDefaults().withNativeOnly());

  @TempDir Path directory;

  private final ModelRegistry registry =
      ModelRegistry.on(ObjectStore.inMemory(), RegistryOptions.withDefaults().withActor("ci"));
  private final RegisteredModel<float[], Double> model = registry.model("m", LOADER);

  private int register(String file, double answerToThree) {
    try (var in =
        Objects.requireNonNull(
            RegistryTrialTest.class.getResourceAsStream("/models/" + file + ".onnx"))) {
      GoldenRows golden =
          new GoldenRows(1e-6, List.of(new GoldenRows.Row(Map.of("x", 3.0), answerToThree)));
      ModelFiles files =
          ModelFiles.of("onnx", Map.of("model.onnx", in.readAllBytes()))
              .withSignature(ONE.fingerprint())
              .withGoldenRows(golden);
      return model.register(files, Lineage.unknown()).number();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void production_withTrialRun_isTriedFromItsStoredFiles() throws Exception {
    int first = register("plus1", 4);
    model.stage(first);
    model.validate(first);
    model.promotions().bootstrap(first, "the first one");
    List<String> steps = new CopyOnWriteArrayList<>();
    try (Predictor<float[], Double> predictor =
        Predictor.from(model.production())
            .trialRun(TrialRun.of(LOADER).withDirectory(directory))
            .swapListener(step -> steps.add(step.kind() + " " + step.state()))
            .build()) {
      assertThat(predictor.predict(new float[] {3})).isEqualTo(4.0);
      assertThat(steps).startsWith("TRIAL BEGUN", "TRIAL DONE", "LOAD BEGUN");
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }
}
