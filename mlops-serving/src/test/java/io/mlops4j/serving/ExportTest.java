package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Json;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Exports of a Python script loaded without a registry: real sessions, right and wrong documents.
 */
class ExportTest {
  record Small(@Nullable String colour, @Nullable String size, double weight, double age) {}

  /** Written by python/make_vectors.py. */
  private static final Path EXPORT =
      Path.of("../mlops-core/src/test/resources/python-export/export-1");

  private static final Schema<Small> SMALL = Schema.of(Small.class).withSensitive("age");

  @TempDir private Path directory;

  @BeforeEach
  void aCopyOfTheExport() throws Exception {
    try (Stream<Path> files = Files.list(EXPORT)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
  }

  /** Changes a document and lets the manifest say so, as somebody editing by hand would. */
  private void change(String name, UnaryOperator<String> change) throws Exception {
    Path file = directory.resolve(name);
    String before = Files.readString(file);
    String after = change.apply(before);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
    Path manifest = directory.resolve("mlops4j.json");
    String json = Files.readString(manifest);
    Files.writeString(
        manifest,
        json.replace(
                Digests.sha256(before.getBytes(StandardCharsets.UTF_8)),
                Digests.sha256(after.getBytes(StandardCharsets.UTF_8)))
            .replace(
                "\"bytes\": " + before.getBytes(StandardCharsets.UTF_8).length,
                "\"bytes\": " + after.getBytes(StandardCharsets.UTF_8).length));
  }

  @Test
  void load_anExportDirectory_answersAsPython() {
    GoldenRows golden = ModelExport.read(directory).files().goldenRows().orElseThrow();
    try (Model<Small, Double> model = OnnxModel.probability(SMALL).load(directory)) {
      for (GoldenRows.Row row : golden.rows()) {
        assertThat(model.predict(List.of(SMALL.row(row.input()))).get(0))
            .isCloseTo(row.expected(), within(golden.tolerance()));
      }
    }
  }

  @Test
  void load_withTheExportsOwnSchema_needsNoRecord() {
    ModelExport export = ModelExport.read(directory);
    try (Model<Map<String, ?>, Double> model =
        OnnxModel.probability(export.schema()).load(export)) {
      assertThat(model.predict(List.of(Map.of("colour", "red", "weight", 9, "age", 40))).get(0))
          .isBetween(0.0, 1.0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "another feature ~ \"weight\", \"as\": \"numeric\" ~ \"age\", \"as\": \"numeric\"",
        "changed category ~ \"red\" ~ \"rot\"",
        "changed code ~ 7.0 ~ 3.0",
        "wrong offset ~ \"offset\": 4 ~ \"offset\": 5",
        "wrong scale ~ \"scale\": 1 ~ \"scale\": 2",
        "wrong fill ~ \"missing\": 5.8 ~ \"missing\": 9.8",
        "missing is no group ~ \"missing\": 3 ~ \"missing\": \"none\"",
      })
  void load_wrongEncoding_isRefusedWithRowAndBothNumbers(String what, String from, String to)
      throws Exception {
    change(
        "encoding.json", json -> json.replaceAll("\\s+", " ").replace("{ ", "{").replace(from, to));
    assertNotReproduced(what);
  }

  @Test
  void load_flippedColumnOrder_isRefusedWithRowAndBothNumbers() throws Exception {
    change(
        "encoding.json",
        json -> {
          ObjectNode root = Json.parse(json.getBytes(StandardCharsets.UTF_8), "encoding");
          ArrayNode columns = (ArrayNode) root.path("columns");
          columns.add(columns.remove(2));
          return Json.pretty(root);
        });
    assertNotReproduced("weight after age");
  }

  private void assertNotReproduced(String what) {
    int open = OnnxSession.OPEN.get();
    assertThatThrownBy(() -> OnnxModel.probability(SMALL).load(directory))
        .as(what)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageMatching(
            "Export 'small', golden row \\d+ of \\d+, is not reproduced: expected 0\\.\\d+, answered"
                + " [01]\\.\\d+ \\(tolerance 1\\.0E-5\\)\\. Check the order of its columns .*");
    assertThat(OnnxSession.OPEN.get()).isEqualTo(open);
  }

  @Test
  void load_sameEncodingWrittenOtherwise_isNotRefused() throws Exception {
    change("encoding.json", json -> json.replaceAll("\\s+", " "));
    OnnxModel.probability(SMALL).load(directory).close();
  }

  @Test
  void load_toleranceIsTheStatedOne_atItsEdges() throws Exception {
    GoldenRows golden = ModelExport.read(directory).files().goldenRows().orElseThrow();
    double first = golden.rows().get(0).expected();
    change("golden.json", json -> json.replace(Double.toString(first), "" + (first + 5e-6)));
    OnnxModel.probability(SMALL).load(directory).close();
    change("golden.json", json -> json.replace("" + (first + 5e-6), "" + (first + 2e-5)));
    assertThatThrownBy(() -> OnnxModel.probability(SMALL).load(directory))
        .hasMessageContaining("golden row 0 of " + golden.rows().size())
        .hasMessageContaining("expected " + (first + 2e-5));
    change("golden.json", json -> json.replace("1e-05", "1e-04"));
    OnnxModel.probability(SMALL).load(directory).close();
  }

  @Test
  void load_featuresAbsentOrOfAnotherKind_listsBothSides() {
    record Other(String colour, String size, double mass, double age) {}
    assertThatThrownBy(
            () ->
                OnnxModel.probability(Schema.of(Other.class).withSensitive("age")).load(directory))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("The encoding reads feature weight")
        .hasMessageContaining("mass");
  }

  @Test
  void load_sensitiveFeatureNotMarked_isRefused() {
    assertThatThrownBy(() -> OnnxModel.probability(Schema.of(Small.class)).load(directory))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Export 'small' marks feature age as sensitive, Small does not. Use"
                + " Schema.of(…).withSensitive(\"age\").");
  }

  @Test
  void load_sensitiveValueInAGoldenRow_isNotInTheMessage() throws Exception {
    change("golden.json", json -> json.replaceFirst("\"age\": [0-9.]+", "\"age\": \"CANARY\""));
    assertThatThrownBy(() -> OnnxModel.probability(SMALL).load(directory))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("golden row 0 of")
        .hasMessageContaining("age")
        .hasMessageNotContaining("CANARY");
  }

  @Test
  void predictor_versionWithTheSameMistake_saysTheSame() throws Exception {
    ModelExport export = ModelExport.read(directory);
    change("encoding.json", json -> json.replace("\"red\"", "\"rot\""));
    ModelExport changed = ModelExport.read(directory);
    var release =
        Models.<Small, Double>release(
            3,
            export.files().goldenRows().orElseThrow(),
            () -> OnnxModel.probability(SMALL).load(Models.version(3), changed.files()));
    assertThatThrownBy(() -> Predictor.from(ModelSource.of(release)).build().close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("is not reproduced: expected 0.")
        .hasMessageContaining("(tolerance 1.0E-5)");
  }
}
