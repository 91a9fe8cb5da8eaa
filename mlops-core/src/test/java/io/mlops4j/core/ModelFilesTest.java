package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {
  private static final Map<String, byte[]> ONE = Map.of("model.onnx", new byte[] {1, 2, 3});

  @Test
  void of_bytes_areCopiedInAndOut() {
    byte[] bytes = {1, 2, 3};
    ModelFiles files = ModelFiles.of("onnx", Map.of("model.onnx", bytes));
    bytes[0] = 9;
    files.bytes("model.onnx")[1] = 9;
    assertThat(files.bytes("model.onnx")).containsExactly(1, 2, 3);
    assertThat(files.format()).isEqualTo("onnx");
    assertThat(files.files()).containsExactly("model.onnx");
    assertThat(files).hasToString("onnx[model.onnx]");
  }

  @Test
  void of_paths_readsEachUnderItsOwnName(@TempDir Path dir) throws Exception {
    Path model = Files.write(dir.resolve("model.onnx"), new byte[] {7});
    Path vocabulary = Files.writeString(dir.resolve("vocab.txt"), "a");
    ModelFiles files = ModelFiles.of("onnx", model, vocabulary);
    assertThat(files.files()).containsExactly("model.onnx", "vocab.txt");
    try (InputStream in = files.open("model.onnx")) {
      assertThat(in.readAllBytes()).containsExactly(7);
    }
  }

  @Test
  void of_missingFile_namesIt(@TempDir Path dir) {
    assertThatThrownBy(() -> ModelFiles.of("onnx", dir.resolve("nope.onnx")))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("nope.onnx does not exist");
    assertThatThrownBy(() -> ModelFiles.of("onnx", dir)).isInstanceOf(MlopsException.class);
  }

  @Test
  void of_twoFilesOfOneName_refuses(@TempDir Path dir) throws Exception {
    Path first = Files.write(dir.resolve("model.onnx"), new byte[] {1});
    Path second =
        Files.write(Files.createDirectory(dir.resolve("b")).resolve("model.onnx"), new byte[] {2});
    assertThatThrownBy(() -> ModelFiles.of("onnx", first, second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two are called model.onnx");
  }

  @Test
  void bytes_fileDeletedSince_saysSo(@TempDir Path dir) throws Exception {
    Path model = Files.write(dir.resolve("model.onnx"), new byte[] {1});
    ModelFiles files = ModelFiles.of("onnx", model);
    Files.delete(model);
    assertThatThrownBy(() -> files.bytes("model.onnx"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "../up", "a/b", "a\\b", "a\0b", "a\nb", "%2e%2e ", "ü"})
  void of_hostileFileNameOrFormat_refuses(String name) {
    assertThatThrownBy(() -> ModelFiles.of("onnx", Map.of(name, new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ModelFiles.of(name, ONE)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_noFile_refuses() {
    assertThatThrownBy(() -> ModelFiles.of("onnx", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("files: 0 (expected: at least 1)");
  }

  @Test
  void open_unknownFile_listsThoseThatExist() {
    assertThatThrownBy(() -> ModelFiles.of("onnx", ONE).open("other"))
        .isInstanceOf(MlopsException.class)
        .hasMessage("There is no model file other. Files: model.onnx.");
  }

  @Test
  void with_eachPart_isKeptByTheOthers() {
    InputEncoding encoding =
        InputEncoding.of(List.of(new EncodedColumn.Numeric("distance", Float.NaN)));
    GoldenRows golden = new GoldenRows(0.1, List.of(new GoldenRows.Row(Map.of("distance", 1), 1)));
    Baseline baseline =
        Baseline.fit(
            Schema.floats("distance"),
            () -> IntStream.range(0, 100).mapToObj(i -> new float[] {i}));
    String signature = Digests.sha256(new byte[0]);
    ModelFiles bare = ModelFiles.of("onnx", ONE);
    assertThat(bare.encoding()).isEmpty();
    assertThat(bare.signature()).isEmpty();
    assertThat(bare.goldenRows()).isEmpty();
    assertThat(bare.baseline()).isEmpty();
    ModelFiles full =
        bare.withEncoding(encoding)
            .withSignature(signature)
            .withGoldenRows(golden)
            .withBaseline(baseline);
    assertThat(full.encoding()).contains(encoding);
    assertThat(full.signature()).contains(signature);
    assertThat(full.goldenRows()).contains(golden);
    assertThat(full.baseline()).contains(baseline);
    assertThatThrownBy(() -> bare.withSignature("abc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 hexadecimal digits");
  }
}
