package io.mlops4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that MLflow 3.17.2 wrote, read without a server and without Python. */
class MlflowModelTest {
  record Flight(double distance, int hour, int dayOfWeek, double windKmh) {}

  @Test
  void read_columnSignature_becomesSchemaFilesAndGoldenRows() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));

    assertThat(model.schema().toString())
        .isEqualTo(
            "MLflow signature(distance: numeric, hour: numeric, dayOfWeek: numeric,"
                + " windKmh: numeric)");
    assertThat(model.files().format()).isEqualTo("onnx");
    assertThat(model.files().files()).containsExactly("model.onnx");
    assertThat(model.files().bytes("model.onnx"))
        .isEqualTo(Fixtures.bytes("models/columns/model.onnx"));
    assertThat(model.files().signature()).contains(model.schema().fingerprint());
    assertThat(model.files().goldenRows().orElseThrow().rows()).hasSize(5);
    assertThat(model.outputs()).hasToString("[probability: double]");
  }

  @Test
  void read_tensorSignature_becomesOneVector() {
    MlflowModel model = MlflowModel.read(Fixtures.model("tensor"));

    assertThat(model.inputs()).hasToString("[features: float32[-1, 4]]");
    assertThat(model.schema().features()).hasSize(1);
    assertThat(model.schema().feature("features").kind()).isEqualTo(FeatureKind.VECTOR);
    assertThat(model.schema().feature("features").length()).isEqualTo(4);
    assertThat(model.files().goldenRows()).isEmpty();
  }

  @Test
  void read_pipelineSignature_becomesNumbersAndCategories() {
    MlflowModel model = MlflowModel.read(Fixtures.model("pipeline"));

    assertThat(model.schema().toString())
        .isEqualTo(
            "MLflow signature(origin: categorical, distance: numeric, hour: numeric,"
                + " windKmh: numeric)");
    assertThat(model.exampleRows())
        .hasSize(3)
        .first()
        .isEqualTo(
            Map.of(
                "origin", "LGA", "distance", 2840.0, "hour", 16L, "windKmh", 22.299999237060547));
  }

  @Test
  void read_weightsInAnotherFile_comeAlong() {
    MlflowModel model = MlflowModel.read(Fixtures.model("external"));

    assertThat(model.files().files()).containsExactly("model.onnx", "model.onnx.data");
    assertThat(model.files().bytes("model.onnx.data"))
        .isEqualTo(Fixtures.bytes("models/external/model.onnx.data"));
  }

  @Test
  void digest_otherWeights_isAnother(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("external", directory.resolve("m"));
    byte[] weights = Files.readAllBytes(copy.resolve("model.onnx.data"));
    assertThat(MlflowModel.read(copy).digest())
        .isEqualTo(MlflowModel.read(Fixtures.model("external")).digest());
    weights[100] ^= 1;
    Files.write(copy.resolve("model.onnx.data"), weights);

    assertThat(MlflowModel.read(copy).digest())
        .isNotEqualTo(MlflowModel.read(Fixtures.model("external")).digest());
  }

  @Test
  void read_extraFiles_bringEncodingAndGoldenRows(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    byte[] encoding = InputEncoding.numeric(Schema.of(Flight.class)).toJson();
    Files.write(copy.resolve("extra_files/encoding.json"), encoding);
    Files.writeString(
        copy.resolve("MLmodel"),
        Fixtures.mlmodel("columns")
            .replace(
                "    - path: extra_files/golden.json\n",
                "    - path: extra_files/golden.json\n    - path: extra_files/encoding.json\n"));

    MlflowModel model = MlflowModel.read(copy);

    assertThat(model.files().encoding().orElseThrow().toJson()).isEqualTo(encoding);
    assertThat(model.files().goldenRows()).isPresent();
  }

  @Test
  void read_brokenGoldenRows_namesFileAndRow(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    Files.writeString(copy.resolve("extra_files/golden.json"), "{\"rows\":[{\"input\":{}}]}");

    assertThatThrownBy(() -> MlflowModel.read(copy))
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("extra_files/golden.json: Golden rows: row 0 needs");
  }

  @Test
  void exampleRows_tensor_splitsTheFirstDimension() {
    List<Map<String, Object>> rows = MlflowModel.read(Fixtures.model("tensor")).exampleRows();

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0))
        .isEqualTo(Map.of("features", List.of(2840.0, 16.0, 7.0, 22.299999237060547)));
  }

  @Test
  void exampleRows_neitherTableNorTensors_throwsWhenAskedForOnly(@TempDir Path directory)
      throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    Files.writeString(copy.resolve("input_example.json"), "\"free text\"");

    MlflowModel model = MlflowModel.read(copy);

    assertThatThrownBy(model::exampleRows)
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("input example is neither a table");
  }

  @Test
  void exampleRows_raggedTable_namesTheRow(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    Files.writeString(
        copy.resolve("input_example.json"), "{\"columns\":[\"a\",\"b\"],\"data\":[[1,2],[3]]}");

    assertThatThrownBy(MlflowModel.read(copy)::exampleRows)
        .hasMessageContaining("row 1 has 1 values (expected: 2, one per column)");
  }

  @Test
  void lineage_directory_knowsIdsVersionsAndPackages() {
    Lineage lineage = MlflowModel.read(Fixtures.model("columns")).lineage();

    JsonNode ids = Fixtures.expected().path("modelIds");
    assertThat(lineage.tags())
        .containsEntry("mlflow.run_id", Fixtures.expected().path("runId").asText())
        .containsEntry("mlflow.model_id", ids.path("columns").asText())
        .containsEntry("mlflow.mlflow_version", "3.17.2")
        .containsEntry("mlflow.flavors", "onnx, python_function")
        .containsEntry("mlflow.loader_module", "mlflow.onnx");
    assertThat(lineage.environment().jvm()).startsWith("Python 3.");
    assertThat(lineage.environment().dependencies())
        .containsExactly("mlflow==3.17.2", "onnx==1.23.2", "onnxruntime==1.32.0");
    assertThat(lineage.metrics()).isEmpty();
  }

  @Test
  void schema_noSignature_saysWhatToDo(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    String yaml = Fixtures.mlmodel("columns");
    Files.writeString(
        copy.resolve("MLmodel"),
        yaml.substring(0, yaml.indexOf("signature:")) + "mlflow_extra: null\n");

    MlflowModel model = MlflowModel.read(copy);

    assertThat(model.files().signature()).isEmpty();
    assertThat(model.inputs()).isEmpty();
    assertThatThrownBy(model::schema)
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining(
            "has no input signature. Log it with signature=infer_signature(X, y)");
  }

  @Test
  void schema_typeNoFeatureStandsFor_namesTheInput(@TempDir Path directory) throws Exception {
    Path copy = Fixtures.copy("columns", directory.resolve("m"));
    Files.writeString(
        copy.resolve("MLmodel"),
        Fixtures.mlmodel("columns")
            .replaceFirst("\"double\", \"name\": \"distance\"", "\"binary\", \"name\": \"photo\""));

    assertThatThrownBy(MlflowModel.read(copy)::schema)
        .hasMessageContaining("No feature stands for the signature's input photo: binary");
  }

  @Test
  void importInto_columnModel_servesPythonsAnswers() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Map<String, ?>, Double> delay =
          registry.model("flight-delay", OnnxModel.probability(model.schema()));

      MlflowImport<Map<String, ?>, Double> imported = model.importInto(delay);

      assertThat(imported.isNew()).isTrue();
      assertThat(imported.version().stage()).isEqualTo(Stage.NONE);
      assertThat(imported.version().lineage().tags()).containsKey("mlflow.run_id");
      JsonNode expected = Fixtures.expected();
      // The predictor replays the golden rows before it serves: they are Python's own answers.
      try (Predictor<Map<String, ?>, Double> predictor =
          Predictor.from(imported.version().source()).build()) {
        for (int i = 0; i < 5; i++) {
          assertThat(predictor.predict(Fixtures.row(expected.path("rows").path(i))))
              .isCloseTo(expected.path("probability").path(i).doubleValue(), within(1e-6));
        }
      }
    }
  }

  @Test
  void importInto_servedThroughARecord_givesTheSameAnswers() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var delay = registry.model("flight-delay", OnnxModel.probability(Schema.of(Flight.class)));
      var version = model.importInto(delay).version();

      JsonNode row = Fixtures.expected().path("rows").path(0);
      try (var predictor = Predictor.from(version.source()).build()) {
        assertThat(
                predictor.predict(
                    new Flight(
                        row.path("distance").doubleValue(),
                        row.path("hour").intValue(),
                        row.path("dayOfWeek").intValue(),
                        row.path("windKmh").doubleValue())))
            .isCloseTo(Fixtures.expected().path("probability").path(0).doubleValue(), within(1e-6));
      }
    }
  }

  @Test
  void importInto_tensorModel_servesPythonsAnswers() {
    MlflowModel model = MlflowModel.read(Fixtures.model("tensor"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Map<String, ?>, Double> delay =
          registry.model("flight-delay", OnnxModel.probability(model.schema()));
      var version = model.importInto(delay).version();

      JsonNode expected = Fixtures.expected();
      try (var predictor = Predictor.from(version.source()).build()) {
        for (int i = 0; i < 2; i++) {
          // The example's rows are the first of those whose answers Python gave.
          assertThat(predictor.predict(model.exampleRows().get(i)))
              .isCloseTo(expected.path("probability").path(i).doubleValue(), within(1e-6));
        }
      }
    }
  }

  @Test
  void importInto_goldenRowsThatDoNotHold_areNotServed() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));
    GoldenRows.Row first = model.files().goldenRows().orElseThrow().rows().get(0);
    GoldenRows wrong =
        new GoldenRows(1e-5, List.of(new GoldenRows.Row(first.input(), first.expected() + 0.01)));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Map<String, ?>, Double> delay =
          registry.model("flight-delay", OnnxModel.probability(model.schema()));
      var version = model.with(files -> files.withGoldenRows(wrong)).importInto(delay).version();

      assertThatThrownBy(() -> Predictor.from(version.source()).build().close())
          .hasMessageContaining("golden row");
    }
  }

  @Test
  void importInto_twice_isVisibleAndNotDuplicated() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Object, Object> delay = registry.model("flight-delay");
      model.importInto(delay);

      MlflowImport<Object, Object> again =
          MlflowModel.read(Fixtures.model("columns")).importInto(delay);

      assertThat(again.isNew()).isFalse();
      assertThat(again.version().number()).isEqualTo(1);
      assertThat(again)
          .hasToString("Already imported as flight-delay:1 (NONE); nothing was written.");
      assertThat(delay.versions()).hasSize(1);
    }
  }

  @Test
  void importInto_sameModelWithAnEncoding_isAnotherVersion() {
    MlflowModel model = MlflowModel.read(Fixtures.model("columns"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Object, Object> delay = registry.model("flight-delay");
      model.importInto(delay);

      var encoding = InputEncoding.numeric(model.schema());
      var other = model.with(files -> files.withEncoding(encoding)).importInto(delay);

      assertThat(other).hasToString("Imported as flight-delay:2 (NONE).");
    }
  }

  @Test
  void read_noDirectory_saysWhatToName(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("MLmodel"), "flavors: {}");

    assertThatThrownBy(() -> MlflowModel.read(directory.resolve("absent")))
        .hasMessageEndingWith("does not exist. Name the directory that holds the MLmodel file.");
    assertThatThrownBy(() -> MlflowModel.read(file))
        .hasMessageEndingWith("is no directory. Name the one that holds the MLmodel file.");
  }

  // The pipeline scikit-learn users have: ZipMap, a string, two float and an int64 input.
  @Test
  void importInto_columnPipeline_servesPythonsAnswers() {
    MlflowModel model = MlflowModel.read(Fixtures.model("pipeline"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<Map<String, ?>, Double> delay =
          registry.model("flight-delay", OnnxModel.probability(model.schema()));
      var version = model.importInto(delay).version();

      JsonNode expected = Fixtures.expected();
      try (Predictor<Map<String, ?>, Double> predictor = Predictor.from(version.source()).build()) {
        for (int i = 0; i < 5; i++) {
          assertThat(predictor.predict(Fixtures.row(expected.path("pipelineRows").path(i))))
              .isCloseTo(expected.path("pipelineProbability").path(i).doubleValue(), within(1e-6));
        }
      }
    }
  }

  // The model that MLflow saved by its own default: weights over 1 KB in a file beside the graph.
  @Test
  void importInto_weightsBesideTheGraph_areServed() {
    MlflowModel model = MlflowModel.read(Fixtures.model("external"));
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var delay =
          registry.model(
              "flight-delay",
              OnnxModel.probability(Schema.floats("distance", "hour", "dayOfWeek", "windKmh")));
      var version = model.importInto(delay).version();

      try (var predictor = Predictor.from(version.source()).build()) {
        assertThat(predictor.predict(new float[] {1000, 12, 3, 20})).isBetween(0.0, 1.0);
      }
    }
  }
}
