package io.mlops4j.examples.frompython;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.ModelLoadException;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Predictor;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The mistakes golden rows are there for, each on a real session, from registry to predictor. */
class WrongExportTest {
  private static final String REFUSED =
      "(?s).*golden row \\d+ of \\d+, is not reproduced: expected \\d\\.\\d+(E-\\d+)?, answered"
          + " \\d\\.\\d+(E-\\d+)? \\(tolerance 1\\.0E-5\\)\\. Check the order of its columns.*";

  private record Mistake(String export, String name, Consumer<ArrayNode> change) {}

  private static final List<Mistake> MISTAKES =
      List.of(
          new Mistake("flights-linear", "flipped column order", columns -> flip(columns, 0, 1)),
          new Mistake("flights-linear", "changed category", WrongExportTest::renameCategory),
          new Mistake(
              "flights-linear",
              "wrong scaler",
              columns -> replace(columns, "scaled", "scale", 100)),
          new Mistake("flights-lightgbm", "flipped column order", columns -> flip(columns, 0, 1)),
          new Mistake("flights-lightgbm", "changed category", WrongExportTest::renameCategory),
          new Mistake("flights-xgboost", "flipped column order", columns -> flip(columns, 3, 4)),
          new Mistake("flights-xgboost", "changed category", WrongExportTest::renameCategory),
          new Mistake("german-credit", "flipped column order", columns -> flip(columns, 0, 9)),
          new Mistake("german-credit", "changed category", WrongExportTest::renameCategory),
          new Mistake(
              "german-credit", "wrong scaler", columns -> replace(columns, "scaled", "scale", 2)));

  private static void flip(ArrayNode columns, int one, int other) {
    JsonNode first = columns.get(one);
    columns.set(one, columns.get(other));
    columns.set(other, first);
  }

  /**
   * The second value of the first vocabulary, as after a spelling reform. (Renaming the first of
   * LightGBM's ordinal codes, 0, to the code of the unseen, -1, changes no answer: no split lies
   * between.)
   */
  private static void renameCategory(ArrayNode columns) {
    ObjectNode column = (ObjectNode) columns.get(0);
    ArrayNode list =
        column.has("groups")
            ? (ArrayNode) column.path("groups").get(1)
            : (ArrayNode) column.path("vocabulary");
    list.set(column.has("groups") ? 0 : 1, "renamed");
  }

  private static void replace(ArrayNode columns, String as, String field, double value) {
    for (JsonNode column : columns) {
      if (column.path("as").asText().equals(as)) {
        ((ObjectNode) column).put(field, value);
        return;
      }
    }
    throw new AssertionError("no column " + as);
  }

  private static ModelFiles changed(ModelExport export, Consumer<ArrayNode> change) {
    InputEncoding right = export.files().encoding().orElseThrow();
    ObjectNode json = Json.parse(right.toJson(), "encoding");
    change.accept((ArrayNode) json.path("columns"));
    InputEncoding wrong = InputEncoding.fromJson(Json.canonical(json));
    assertThat(wrong).isNotEqualTo(right);
    assertThat(wrong.width()).isEqualTo(right.width());
    return export.files().withEncoding(wrong);
  }

  @TestFactory
  Stream<DynamicTest> predictor_wrongEncoding_isRefusedWithRowAndBothNumbers() {
    return MISTAKES.stream()
        .map(
            mistake ->
                DynamicTest.dynamicTest(
                    mistake.export() + ", " + mistake.name(), () -> assertRefused(mistake)));
  }

  private static void assertRefused(Mistake mistake) {
    ModelFiles wrong = changed(FromPythonTest.export(mistake.export()), mistake.change());
    assertThatThrownBy(() -> serve(schema(mistake.export()), wrong))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageMatching(REFUSED);
  }

  @Test
  void predictor_encodingReadAndWrittenAgain_serves() {
    for (String name :
        List.of("flights-linear", "flights-lightgbm", "flights-xgboost", "german-credit")) {
      ModelExport export = FromPythonTest.export(name);
      InputEncoding same = InputEncoding.fromJson(export.files().encoding().orElseThrow().toJson());
      assertThat(serve(schema(name), export.files().withEncoding(same))).isEqualTo("m:1");
    }
  }

  private static Schema<?> schema(String export) {
    return export.equals("german-credit") ? Applicant.SCHEMA : Flight.SCHEMA;
  }

  /** Registers and serves; returns the version that is served. */
  private static <T> String serve(Schema<T> schema, ModelFiles files) {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      var model =
          registry.model(
              "m",
              OnnxModel.probability(schema).options(OnnxOptions.withDefaults().withNativeOnly()));
      var version = model.register(files, Lineage.unknown());
      try (var predictor = Predictor.from(ModelSource.of(version.release())).build()) {
        return predictor.status().version().orElseThrow().toString();
      }
    }
  }
}
