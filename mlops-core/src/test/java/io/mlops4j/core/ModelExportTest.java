package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An export of format 1 as python/make_vectors.py wrote it, and what becomes of it in bad hands.
 */
class ModelExportTest {
  record Small(@Nullable String colour, @Nullable String size, double weight, double age) {}

  @TempDir private Path temp;
  private Path directory;

  @BeforeEach
  void aCopyOfTheExport() throws Exception {
    directory = Files.createDirectory(temp.resolve("export"));
    Path original =
        Path.of(
            Objects.requireNonNull(ModelExportTest.class.getResource("/python-export/export-1"))
                .toURI());
    try (Stream<Path> files = Files.list(original)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
  }

  private void edit(String file, UnaryOperator<String> change) throws IOException {
    Path path = directory.resolve(file);
    String before = Files.readString(path);
    String after = change.apply(before);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(path, after);
  }

  /** Changes a document and lets the manifest say so: what a forger would do. */
  private void forge(String file, UnaryOperator<String> change) throws IOException {
    String before = Digests.sha256(Files.readAllBytes(directory.resolve(file)));
    long length = Files.size(directory.resolve(file));
    edit(file, change);
    byte[] now = Files.readAllBytes(directory.resolve(file));
    edit(
        "mlops4j.json",
        json ->
            json.replace(before, Digests.sha256(now))
                .replace("\"bytes\": " + length, "\"bytes\": " + now.length));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> ModelExport.read(directory))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining(message);
  }

  @Test
  void read_anExport_hasAllThatTravelsWithTheModel() {
    ModelExport export = ModelExport.read(directory);

    assertThat(export.name()).isEqualTo("small");
    assertThat(export.files().files()).containsExactly("model.onnx");
    assertThat(export.files().format()).isEqualTo("onnx");
    Schema<Small> schema = Schema.of(Small.class);
    assertThat(export.files().signature()).contains(schema.fingerprint());
    assertThat(export.schema().fingerprint()).isEqualTo(schema.fingerprint());
    assertThat(export.schema().feature("age").sensitive()).isTrue();
    assertThat(export.schema().feature("size").domain()).containsExactly("S", "M", "L");
    InputEncoding encoding = export.files().encoding().orElseThrow();
    assertThat(encoding.columns())
        .hasAtLeastOneElementOfType(EncodedColumn.Groups.class)
        .hasAtLeastOneElementOfType(EncodedColumn.Mapped.class);
    assertThat(encoding.bind(schema).width()).isEqualTo(8);
    assertThat(export.files().goldenRows().orElseThrow().rows()).hasSizeGreaterThan(30);
    Baseline baseline = export.files().baseline().orElseThrow();
    assertThat(baseline.rows()).isEqualTo(600);
    assertThat(baseline.scores()).isPresent();
    assertThat(export.training().dataName()).isEqualTo("made up");
    assertThat(export.training().rows()).isEqualTo(OptionalLong.of(600));
    assertThat(export.training().libraries()).containsKey("scikit-learn");
    assertThat(export.training().runtime()).startsWith("CPython 3");
    assertThat(export.toString()).contains("small").doesNotContain("mauve");
  }

  @Test
  void read_thenTheDirectoryChanges_theExportDoesNot() throws Exception {
    ModelExport export = ModelExport.read(directory);
    Files.writeString(directory.resolve("model.onnx"), "changed");
    assertThat(export.files().bytes("model.onnx")).hasSizeGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.onnx",
        "encoding.json",
        "signature.json",
        "baseline.json",
        "golden.json",
        "training.json"
      })
  void read_oneBitFlipped_namesTheFileAndBothDigests(String file) throws Exception {
    byte[] bytes = Files.readAllBytes(directory.resolve(file));
    bytes[bytes.length / 2] ^= 1;
    Files.write(directory.resolve(file), bytes);
    assertRefused(file + " was changed: its SHA-256 is " + Digests.sha256(bytes).substring(0, 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.onnx",
        "encoding.json",
        "signature.json",
        "baseline.json",
        "golden.json",
        "training.json"
      })
  void read_fileGone_namesIt(String file) throws Exception {
    Files.delete(directory.resolve(file));
    assertRefused(file + " is listed, and is no regular file there");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\"format\": 1 ~ \"format\": 2 ~ has format 2; this library reads format 1",
        "\"format\": 1 ~ \"format\": \"1\" ~ has format \"1\"",
        "\"format\": 1 ~ \"x\": 1 ~ has format ; this library reads",
        "\"name\": \"model.onnx\" ~ \"name\": \"../model.onnx\" ~ names a file \"../model.onnx\"",
        "\"name\": \"model.onnx\" ~ \"name\": \"/etc/passwd\" ~ names a file \"/etc/passwd\"",
        "\"name\": \"model.onnx\" ~ \"name\": \"a/model.onnx\" ~ names a file \"a/model.onnx\"",
        "\"name\": \"model.onnx\" ~ \"name\": \"C:model.onnx\" ~ names a file",
        "\"name\": \"model.onnx\" ~ \"name\": \"..\" ~ names a file \"..\"",
        "\"name\": \"model.onnx\" ~ \"name\": \"mlops4j.json\" ~ names a file \"mlops4j.json\"",
        "\"name\": \"model.onnx\" ~ \"name\": \"encoding.json\" ~ encoding.json has",
        "\"modelFormat\": \"onnx\" ~ \"modelFormat\": \"pickle\" ~ format pickle (expected: onnx)",
        "\"name\": \"small\" ~ \"name\": \"../small\" ~ its name is \"../small\"",
        "\"name\": \"small\" ~ \"nome\": \"small\" ~ needs a text \"name\"",
        "\"files\" ~ \"fils\" ~ lists 0 files",
        "\"sha256\": \" ~ \"sha256\": \"x ~ has no SHA-256",
        "\"bytes\": ~ \"bytes\": -1, \"b\": ~ (expected: 0 to 1073741824)",
        "\"bytes\": ~ \"bytes\": 9223372036854775808, \"b\": ~ (expected: 0 to 1073741824)",
        "\"bytes\": ~ \"bytes\": 1073741825, \"b\": ~ (expected: 0 to 1073741824)",
        "\"bytes\": ~ \"bytes\": 1073741824, \"b\": ~ the manifest says 1073741824",
        "\"bytes\": ~ \"bytes\": 3, \"b\": ~ has more than 3 bytes",
      })
  void read_hostileManifest_isRefusedWithOneSentence(String from, String to, String message)
      throws Exception {
    edit("mlops4j.json", json -> json.replace(from, to));
    assertRefused(message);
  }

  @Test
  void read_fileNamedTwice_isRefused() throws Exception {
    edit(
        "mlops4j.json",
        json -> {
          String first = json.substring(json.indexOf("{", 1), json.indexOf("}") + 1);
          return json.replace(first, first + ", " + first);
        });
    assertRefused("names baseline.json twice");
  }

  @Test
  void read_moreFilesThanAnExportHas_isRefused() throws Exception {
    edit("mlops4j.json", json -> json.replace("\"files\": [", "\"files\": [" + "{},".repeat(64)));
    assertRefused("lists 70 files (expected: 1 to 64)");
  }

  @Test
  void read_manifestTooLarge_isRefusedUnread() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("mlops4j.json").toFile(), "rw")) {
      file.setLength(3L << 30); // sparse
    }
    assertRefused("mlops4j.json has more than 1048576 bytes");
  }

  @Test
  void read_linkInsteadOfAFile_isNotFollowed() throws Exception {
    Path elsewhere = temp.resolve("elsewhere.onnx");
    Files.move(directory.resolve("model.onnx"), elsewhere);
    Files.createSymbolicLink(directory.resolve("model.onnx"), elsewhere);
    assertRefused("model.onnx is listed, and is no regular file there");
  }

  @Test
  void read_noExport_saysHowOneIsWritten() {
    assertThatThrownBy(() -> ModelExport.read(temp))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("has no mlops4j.json. Write it with python/export_mlops4j.py.");
    assertThatThrownBy(() -> ModelExport.read(temp.resolve("nowhere")))
        .hasMessageContaining("there is no such directory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "signature.json ~ \"name\": \"age\" ~ \"name\": \"years\" ~ its features have fingerprint",
        "signature.json ~ \"kind\": \"numeric\" ~ \"kind\": \"vector\" ~ kind of weight:"
            + " \"vector\"",
        "signature.json ~ \"name\": \"size\" ~ \"name\": \"colour\" ~ two features named colour",
        "signature.json ~ \"format\": 1 ~ \"format\": 9 ~ signature.json is not of format 1",
        "signature.json ~ \"sensitive\": true ~ \"sensitive\": false ~ baseline.json describes age"
            + " otherwise",
        "encoding.json ~ \"feature\": \"weight\" ~ \"feature\": \"mass\" ~ encoding.json does not"
            + " fit",
        "training.json ~ \"metrics\": {} ~ \"metrics\": {\"auc\": \"high\"} ~ metric auc is not a"
            + " number",
      })
  void read_documentsThatDisagree_areRefused(String file, String from, String to, String message)
      throws Exception {
    forge(file, json -> json.replace(from, to));
    assertRefused(message);
  }

  @Test
  void read_trainingSaysNothing_isUnknownAndNeverNull() throws Exception {
    forge("training.json", json -> "{\"format\": 1}");
    ModelExport.Training training = ModelExport.read(directory).training();
    assertThat(
            List.of(training.dataName(), training.dataDigest(), training.commit(), training.os()))
        .containsOnly("UNKNOWN");
    assertThat(training.rows()).isEmpty();
    assertThat(training.metrics()).isEmpty();
  }

  @Test
  void read_sensitiveFeature_goldenRowsHoldNoExtremeAndNoMessageAValue() throws Exception {
    ModelExport export = ModelExport.read(directory);
    assertThat(
            new String(
                Files.readAllBytes(directory.resolve("golden.json")), StandardCharsets.UTF_8))
        .contains("\"age\"");
    // The script makes ages up: uniform between two quantiles of 18..79, hardly ever whole numbers.
    assertThat(export.files().goldenRows().orElseThrow().rows())
        .filteredOn(row -> row.input().get("age") != null)
        .allSatisfy(row -> assertThat((Double) row.input().get("age")).isBetween(18.0, 79.0))
        .filteredOn(row -> row.input().get("age") instanceof Double age && age % 1 == 0)
        .isEmpty();
    assertThat(export.files().baseline().orElseThrow().toString()).doesNotContain("79");
  }
}
