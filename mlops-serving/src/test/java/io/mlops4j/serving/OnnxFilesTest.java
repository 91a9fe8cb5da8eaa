package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in other files, and operators that are somebody's native code. */
class OnnxFilesTest {
  private static final byte[] GRAPH = Models.bytes("external_pair.onnx");
  private static final byte[] WEIGHTS = Models.bytes("weights.bin");

  private static Model<float[], OnnxOutputs> load(Map<String, byte[]> files) {
    return OnnxModel.outputs(Models.FOUR).load(Models.version(1), ModelFiles.of("onnx", files));
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void load_externalWeightsTheVersionLists_areUsed() {
    try (var model = load(Map.of("model.onnx", GRAPH, "weights.bin", WEIGHTS))) {
      // columns.json: numpy.
      List<OnnxOutputs> answers =
          model.predict(List.of(new float[] {1, 2, 3, 4}, new float[] {0, 0, 0, 1}));
      assertThat(answers.get(0).numbers("scores")).containsExactly(40.5, 49.5);
      assertThat(answers.get(1).numbers("scores")).containsExactly(6.5, 6.5);
    }
  }

  @Test
  void load_otherWeights_answerOtherwise() {
    byte[] zeros = new byte[WEIGHTS.length];
    try (var model = load(Map.of("model.onnx", GRAPH, "weights.bin", zeros))) {
      assertThat(model.predict(List.of(new float[] {1, 2, 3, 4})).get(0).numbers("scores"))
          .containsExactly(0, 0);
    }
  }

  @Test
  void load_externalWeightsNotListed_isRefusedNamingBoth() {
    assertThatThrownBy(() -> load(Map.of("model.onnx", GRAPH, "weights2.bin", WEIGHTS)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Model 'm:1' keeps the weight w in the file 'weights.bin', which the version does not"
                + " list. Its files: [model.onnx, weights2.bin]. Register the version with that"
                + " file, under that plain name.");
  }

  @Test
  void load_externalWeightsBesideAPlainFile_areRefused(@TempDir Path dir) throws Exception {
    Path graph = Files.write(dir.resolve("model.onnx"), GRAPH);
    Files.write(dir.resolve("weights.bin"), WEIGHTS);
    assertThatThrownBy(() -> OnnxModel.outputs(Models.FOUR).load(graph))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("keeps weights in another file")
        .hasMessageContaining("register the version with all its files");
  }

  /** The location has 11 characters: others of that length take its place. */
  @ParameterizedTest
  @ValueSource(
      strings = {"../../a.bin", "/etc/passwd", "a/b/c/d.bin", "*/_ORT_MEM*", "weights.bi\0"})
  void load_externalWeightsElsewhere_areRefused(String location) {
    byte[] graph = replaced(GRAPH, "weights.bin", location);
    assertThatThrownBy(() -> load(Map.of("model.onnx", graph, "weights.bin", WEIGHTS)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("which the version does not list");
  }

  @Test
  void load_weightsFileCutOff_saysWhatIsMissing() {
    byte[] half = Arrays.copyOf(WEIGHTS, 20);
    assertThatThrownBy(() -> load(Map.of("model.onnx", GRAPH, "weights.bin", half)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "the weight w in the file 'weights.bin' cannot be used: its shape [4, 2] does not fit"
                + " 32 bytes from 0 of the 20 in the file");
  }

  private static byte[] replaced(byte[] bytes, String from, String to) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    assertThat(to).hasSameSizeAs(from);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void load_customOperatorLibraryOfAnotherDigest_isNotLoaded(@TempDir Path dir) throws Exception {
    Path library = Files.writeString(dir.resolve("operators.so"), "not a library");
    OnnxOptions other = OnnxOptions.withDefaults().withCustomOperators(library, "0".repeat(64));
    String digest = Digests.sha256(Files.readAllBytes(library));
    assertThatThrownBy(
            () ->
                OnnxModel.regression(Models.ONE).options(other).load(Models.file("custom_op.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Model 'custom_op:0': the library of custom operators operators.so has the SHA-256"
                + " digest "
                + digest
                + ", allowed is "
                + "0".repeat(64)
                + ". It was not loaded.");
    OnnxOptions right = OnnxOptions.withDefaults().withCustomOperators(library, digest);
    assertThatThrownBy(
            () ->
                OnnxModel.regression(Models.ONE).options(right).load(Models.file("custom_op.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("custom_op:0")
        .hasMessageContaining("ONNX Runtime");
    OnnxOptions absent =
        OnnxOptions.withDefaults().withCustomOperators(dir.resolve("none.so"), digest);
    assertThatThrownBy(
            () ->
                OnnxModel.regression(Models.ONE)
                    .options(absent)
                    .load(Models.file("custom_op.onnx")))
        .hasMessageContaining("none.so cannot be read and copied: NoSuchFileException");
  }

  /** Needs a C compiler: a library that only says it was called. */
  @Test
  void load_allowedLibrary_isLoadedFromACopy(@TempDir Path dir) throws Exception {
    Path source = dir.resolve("operators.c");
    Path called = dir.resolve("called");
    Path library = dir.resolve("liboperators.so");
    Files.writeString(
        source,
        "#include <stdio.h>\nvoid* RegisterCustomOps(void* options, const void* api) {\n"
            + "  FILE* f = fopen(\""
            + called
            + "\", \"w\"); if (f) fclose(f); return 0; }\n");
    Assumptions.assumeTrue(compiled(source, library), "NOT SHOWN: no C compiler here");
    OnnxOptions allowed =
        OnnxOptions.withDefaults()
            .withCustomOperators(library, Digests.sha256(Files.readAllBytes(library)));
    try (var model =
        OnnxModel.regression(Models.ONE).options(allowed).load(Models.file("identity.onnx"))) {
      assertThat(model.predict(List.of(Models.row(3)))).containsExactly(3.0);
    }
    assertThat(called).exists();
    // An operator the library does not have is ONNX Runtime's to refuse.
    assertThatThrownBy(
            () ->
                OnnxModel.regression(Models.ONE)
                    .options(allowed)
                    .load(Models.file("custom_op.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("Mystery");
  }

  private static boolean compiled(Path source, Path library) throws InterruptedException {
    try {
      Process compiler =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      compiler.getInputStream().readAllBytes();
      return compiler.waitFor() == 0;
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
