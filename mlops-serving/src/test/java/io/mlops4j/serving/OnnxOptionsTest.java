package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.mlops4j.core.Model;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxOptionsTest {
  private static final OnnxOptions DEFAULTS = OnnxOptions.withDefaults();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static double mlp(OnnxOptions options) {
    try (Model<float[], Double> model =
        OnnxModel.probability(Models.THIRTY).options(options).load(Models.file("mlp.onnx"))) {
      return model.predict(List.of(new float[30])).get(0);
    }
  }

  @Test
  void defaults_oneCoreACallNoCardNoLibraries() {
    assertThat(DEFAULTS.sharedPool()).isFalse();
    assertThat(DEFAULTS.nativeOnly()).isFalse();
    assertThat(DEFAULTS.cuda()).isEmpty();
    assertThat(DEFAULTS.customOperators()).isEmpty();
    assertThat(DEFAULTS.optimization()).isEqualTo(OnnxOptions.Optimization.ALL);
  }

  @ParameterizedTest
  @EnumSource(OnnxOptions.Optimization.class)
  void optimization_anyLevel_answersTheSame(OnnxOptions.Optimization level) {
    assertThat(mlp(DEFAULTS.withOptimization(level))).isCloseTo(mlp(DEFAULTS), within(2e-6));
  }

  @Test
  void sharedPool_severalModels_answerTheSameAndShareOnePool() throws IOException {
    double expected = mlp(DEFAULTS);
    long before = nativeThreads();
    OnnxOptions shared = DEFAULTS.withSharedPool();
    try (Model<float[], Double> first =
            OnnxModel.probability(Models.THIRTY).options(shared).load(Models.file("mlp.onnx"));
        Model<float[], Double> second =
            OnnxModel.probability(Models.THIRTY).options(shared).load(Models.file("mlp.onnx"))) {
      assertThat(first.predict(List.of(new float[30])).get(0)).isCloseTo(expected, within(2e-6));
      assertThat(second.predict(List.of(new float[30])).get(0)).isCloseTo(expected, within(2e-6));
      // The pool was made with the environment: models add no thread to it.
      assertThat(nativeThreads()).isLessThanOrEqualTo(before);
    }
    assertThat(OnnxEnvironment.isPooled()).isTrue();
  }

  /** Without those the JVM itself may start at any time: its compilers and collectors. */
  private static long nativeThreads() throws IOException {
    Path tasks = Path.of("/proc/self/task");
    if (!Files.exists(tasks)) {
      return 0;
    }
    long count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
      for (Path task : all) {
        count += isOfTheJvm(task) ? 0 : 1;
      }
    }
    return count;
  }

  private static boolean isOfTheJvm(Path task) {
    try {
      return Files.readString(task.resolve("comm")).matches("(?s)(C1 |C2 |GC |G1 |VM ).*");
    } catch (IOException e) {
      return true; // it has ended
    }
  }

  @Test
  void cuda_buildWithoutIt_isRefusedSayingWhatToDo() throws Exception {
    OnnxEnvironment.get();
    Assumptions.assumeFalse(
        OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA), "this build has CUDA");
    assertThatThrownBy(() -> mlp(DEFAULTS.withCuda(0, 1L << 30, 2)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "Model 'mlp:0' asks for CUDA device 0, but this build of ONNX Runtime")
        .hasMessageContaining("CPU")
        .hasMessageContaining("onnxruntime_gpu");
  }

  @Test
  void cuda_buildAndCardWithIt_answersTheSame() throws Exception {
    OnnxEnvironment.get();
    boolean here = OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    if (!here) {
      System.err.println("NOT SHOWN: no GPU build of ONNX Runtime here, nothing ran on CUDA.");
    }
    Assumptions.assumeTrue(here, "NOT SHOWN: no GPU build of ONNX Runtime here");
    assertThat(mlp(DEFAULTS.withCuda(0, 1L << 30, 2))).isCloseTo(mlp(DEFAULTS), within(1e-4));
  }

  @Test
  void cuda_concurrency_isTheNumberOfSlots() {
    assertThat(DEFAULTS.withCuda(0, 1 << 20, 3).cuda().orElseThrow().maxConcurrent()).isEqualTo(3);
    assertThat(OnnxLoader.slots(DEFAULTS.withCuda(0, 1 << 20, 3))).isEqualTo(3);
    assertThat(OnnxLoader.slots(DEFAULTS))
        .isEqualTo(Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  @Test
  void options_outOfRange_areRefusedNamingTheValue() {
    assertThatThrownBy(() -> DEFAULTS.withCuda(-1, 1 << 20, 1)).hasMessageContaining("device: -1");
    assertThatThrownBy(() -> DEFAULTS.withCuda(0, 5, 1))
        .hasMessageContaining("memoryLimitBytes: 5");
    assertThatThrownBy(() -> DEFAULTS.withCuda(0, 1 << 20, 0))
        .hasMessage("maxConcurrent: 0 (expected: 1..64)");
    assertThatThrownBy(() -> DEFAULTS.withCustomOperators(Path.of("x.so"), "abc"))
        .hasMessage("sha256: 3 characters (expected: 64 hexadecimal digits)");
  }
}
