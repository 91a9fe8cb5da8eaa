package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.core.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can only be seen in a JVM of its own: there is one native environment in a process. */
class OnnxEnvironmentTest {

  private static String run(Class<?> main, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = said(child);
    assertThat(child.waitFor()).as(said).isZero();
    return said;
  }

  private static String said(Process child) throws IOException {
    return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** As on musl, or where the temporary directory must not hold programs. */
  @Test
  void load_withoutNativeLibrary_linearModelsRunAndOthersSayWhatIsMissing(@TempDir Path empty)
      throws Exception {
    assertThat(run(WithoutNative.class, "-Donnxruntime.native.path=" + empty))
        .contains("linear 0.")
        .contains("Model 'mlp:0' needs ONNX Runtime's native library, which cannot be loaded here")
        .contains("Linear models run without it.");
  }

  /** Runs in the child. */
  static final class WithoutNative {
    private WithoutNative() {}

    public static void main(String[] args) {
      try (Model<float[], Double> model =
          OnnxModel.probability(Models.FOUR).load(Models.file("logreg.onnx"))) {
        System.out.println("linear " + model.predict(List.of(new float[] {1, 2, 3, 4})).get(0));
      }
      for (int i = 0; i < 2; i++) {
        try {
          OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx")).close();
          throw new IllegalStateException("The native library was there.");
        } catch (ModelLoadException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }

  @Test
  void load_anotherLibraryWasFirst_worksButHasNoSharedPool() throws Exception {
    assertThat(run(AnotherWasFirst.class))
        .contains("one core 0.")
        .contains("Model 'mlp:0' asks for the shared pool, but another library made ONNX Runtime's")
        .contains("Load a model here before that library starts");
  }

  /** Runs in the child. */
  static final class AnotherWasFirst {
    private AnotherWasFirst() {}

    public static void main(String[] args) {
      OrtEnvironment.getEnvironment();
      OnnxLoader<float[], Double> loader = OnnxModel.probability(Models.THIRTY);
      try (Model<float[], Double> model = loader.load(Models.file("mlp.onnx"))) {
        System.out.println("one core " + model.predict(List.of(new float[30])).get(0));
      }
      try {
        loader
            .options(OnnxOptions.withDefaults().withSharedPool())
            .load(Models.file("mlp.onnx"))
            .close();
        throw new IllegalStateException("There was a pool.");
      } catch (ModelLoadException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
