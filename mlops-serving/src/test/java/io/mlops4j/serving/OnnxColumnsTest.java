package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One input per column, maps as outputs, several outputs. Models: src/test/python/make_columns.py.
 */
class OnnxColumnsTest {
  private static final double FLOATS = 2e-6;

  record Trip(Float distance, int hour, String origin) {}

  record Types(
      float f,
      double d,
      @Nullable Long i,
      int j,
      boolean b,
      @Nullable String s,
      @Nullable String notUsed) {}

  private static final Schema<Map<String, ?>> TRIPS =
      Schema.ofMap("Trip").numeric("distance").numeric("hour").categorical("origin").build();

  private static JsonNode golden(String model) throws Exception {
    return new ObjectMapper().readTree(Models.bytes("columns.json")).path(model);
  }

  private static List<Map<String, ?>> rows(JsonNode golden) {
    List<Map<String, ?>> rows = new ArrayList<>();
    for (JsonNode node : golden.path("rows")) {
      Map<String, Object> row = new HashMap<>();
      for (Map.Entry<String, JsonNode> e : node.properties()) {
        if (!e.getValue().isNull()) {
          row.put(
              e.getKey(),
              e.getValue().isNumber() ? e.getValue().numberValue() : e.getValue().textValue());
        }
      }
      rows.add(row);
    }
    return rows;
  }

  private static Schema<Map<String, ?>> numbers(String... names) {
    var builder = Schema.ofMap("Numbers");
    for (String name : names) {
      builder.numeric(name);
    }
    return builder.build();
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columns", "columns_strict"})
  void probability_mixedColumnsAndZipMap_answersWhatPythonAnswers(String name) throws Exception {
    JsonNode golden = golden(name);
    List<Map<String, ?>> rows = rows(golden);
    try (var model = OnnxModel.probability(TRIPS).load(Models.file(name + ".onnx"))) {
      List<Double> together = model.predict(rows);
      assertThat(together).hasSize(rows.size());
      for (int i = 0; i < rows.size(); i++) {
        double expected = golden.path("expected").get(i).doubleValue();
        assertThat(together.get(i)).as("row %d", i).isCloseTo(expected, within(FLOATS));
        assertThat(model.predict(List.of(rows.get(i))).get(0)).isCloseTo(expected, within(FLOATS));
      }
      assertThat(model.schema()).contains(TRIPS);
    }
  }

  @Test
  void probabilities_stringClassesOfAnOldOpset_areNamed() throws Exception {
    JsonNode golden = golden("columns_forest");
    List<Map<String, ?>> rows = rows(golden);
    try (var model = OnnxModel.probabilities(TRIPS).load(Models.file("columns_forest.onnx"))) {
      List<ClassProbabilities> answers = model.predict(rows);
      for (int i = 0; i < rows.size(); i++) {
        ClassProbabilities answer = answers.get(i);
        assertThat(answer.labels()).containsExactly("late", "on time", "very late");
        for (int c = 0; c < 3; c++) {
          String label = golden.path("labels").get(c).textValue();
          assertThat(answer.of(label))
              .isEqualTo(answer.of(c))
              .isCloseTo(golden.path("expected").get(i).get(c).doubleValue(), within(FLOATS));
        }
        assertThat(answer.labels().get(answer.best()))
            .isEqualTo(golden.path("predicted").get(i).textValue());
      }
      assertThat(answers.get(0))
          .hasToString(answers.get(0).toString())
          .isEqualTo(model.predict(rows).get(0));
      assertThat(answers.get(0).toString()).endsWith("of [late, on time, very late]");
      assertThatThrownBy(() -> answers.get(0).of("cancelled"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("class cancelled (expected: one of [late, on time, very late])");
    }
  }

  @Test
  void probabilities_plainTensor_namesNoClasses() {
    try (var model = OnnxModel.probabilities(Models.FOUR).load(Models.file("multiclass.onnx"))) {
      ClassProbabilities answer = model.predict(List.of(new float[4])).get(0);
      assertThat(answer.labels()).isEmpty();
      assertThatThrownBy(() -> answer.of("1"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0..2");
    }
  }

  // 1e-5: tree sums in floats; LightGBM and XGBoost answer in doubles and floats of their own.
  @ParameterizedTest
  @CsvSource({"lightgbm", "xgboost", "text", "columns_double"})
  void probability_modelsOfOtherLibraries_answerWhatTheyAnswer(String name) throws Exception {
    JsonNode golden = golden(name);
    List<Map<String, ?>> rows = rows(golden);
    var schema =
        switch (name) {
          case "text" -> Schema.ofMap("Text").categorical("text").build().withText("text");
          case "columns_double" -> numbers("a", "b");
          default -> numbers("a", "b", "c", "d");
        };
    try (var model = OnnxModel.probability(schema).load(Models.file(name + ".onnx"))) {
      List<Double> answers = model.predict(rows);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(answers.get(i))
            .as("row %d", i)
            .isCloseTo(golden.path("expected").get(i).doubleValue(), within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"xgboost_regression", "boosting_opset9"})
  void regression_boostedTrees_answerWhatPythonAnswers(String name) throws Exception {
    JsonNode golden = golden(name);
    try (var model =
        OnnxModel.regression(numbers("a", "b", "c", "d")).load(Models.file(name + ".onnx"))) {
      List<Double> answers = model.predict(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i))
            .isCloseTo(golden.path("expected").get(i).doubleValue(), within(1e-5));
      }
    }
  }

  @Test
  void probabilities_lightGbmOfThreeClasses_areNamedByTheirNumbers() throws Exception {
    JsonNode golden = golden("lightgbm3");
    try (var model =
        OnnxModel.probabilities(numbers("a", "b", "c", "d")).load(Models.file("lightgbm3.onnx"))) {
      List<ClassProbabilities> answers = model.predict(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        for (int c = 0; c < 3; c++) {
          assertThat(answers.get(i).of(Integer.toString(c)))
              .isCloseTo(golden.path("expected").get(i).get(c).doubleValue(), within(1e-5));
        }
      }
    }
  }

  @Test
  void outputs_everyElementType_areReadByName() {
    Schema<Types> schema = Schema.of(Types.class);
    try (Model<Types, OnnxOutputs> model =
        OnnxModel.outputs(schema).load(Models.file("types.onnx"))) {
      long big = (1L << 53) - 1;
      List<OnnxOutputs> answers =
          model.predict(
              List.of(
                  new Types(0.5f, 0.1, 3L, -4, true, "späť", null),
                  new Types(Float.NaN, 1e300, big, Integer.MIN_VALUE, false, null, "x")));
      OnnxOutputs first = answers.get(0);
      assertThat(first.names())
          .containsExactly("sum", "three", "label", "whole", "small", "flag", "exact");
      assertThat(first.number("sum")).isCloseTo(0.6, within(1e-6));
      assertThat(first.numbers("three")).containsExactly(0.5, (float) 0.1, 3);
      assertThat(first.label("label")).isEqualTo("späť");
      assertThat(first.number("exact")).isEqualTo(0.1);
      assertThat(first.number("flag")).isEqualTo(1);
      assertThat(first.label("small")).isEqualTo("-4");
      OnnxOutputs second = answers.get(1);
      assertThat(second.number("sum")).isNaN();
      assertThat(second.label("whole")).isEqualTo(Long.toString(big));
      assertThat(second.number("exact")).isEqualTo(1e300);
      assertThat(second.label("label")).isEmpty();
      assertThat(second.number("small")).isEqualTo(Integer.MIN_VALUE);
      assertThat(second.probabilities("three").size()).isEqualTo(3);
      assertThat(model.predict(List.of(new Types(0.5f, 0.1, 3L, -4, true, "späť", null))).get(0))
          .isEqualTo(first)
          .hasSameHashCodeAs(first)
          .hasToString(first.toString())
          .isNotEqualTo(second);
    }
  }

  @Test
  void outputs_labelAndZipMap_areBothThere() throws Exception {
    JsonNode golden = golden("columns_forest");
    try (var model = OnnxModel.outputs(TRIPS).load(Models.file("columns_forest.onnx"))) {
      List<OnnxOutputs> answers = model.predict(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).label("output_label"))
            .isEqualTo(golden.path("predicted").get(i).textValue());
        assertThat(answers.get(i).probabilities("output_probability").of("late"))
            .isCloseTo(golden.path("expected").get(i).get(0).doubleValue(), within(FLOATS));
      }
    }
  }

  @Test
  void outputs_oneFloatTensor_readsLabelAndProbabilities() {
    try (var model = OnnxModel.outputs(Models.FOUR).load(Models.file("logreg.onnx"))) {
      OnnxOutputs answer = model.predict(List.of(new float[] {9, -9, 9, 9})).get(0);
      assertThat(answer.label("label")).isEqualTo("1");
      assertThat(answer.probabilities("probabilities").best()).isEqualTo(1);
    }
  }

  @Test
  void outputs_askedForWhatIsNotThere_saysWhatThereIs() {
    try (var model = OnnxModel.outputs(Schema.of(Types.class)).load(Models.file("types.onnx"))) {
      OnnxOutputs answer = model.predict(List.of(new Types(1, 2, 3L, 4, true, "s", null))).get(0);
      assertThatThrownBy(() -> answer.number("score"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "output 'score' (expected: one of [sum, three, label, whole, small, flag, exact])");
      assertThatThrownBy(() -> answer.number("three"))
          .hasMessage("output 'three' is 3 numbers (expected: one number)");
      assertThatThrownBy(() -> answer.numbers("label"))
          .hasMessage("output 'label' is 1 text (expected: numbers)");
      assertThatThrownBy(() -> answer.label("sum"))
          .hasMessage("output 'sum' is 1 number (expected: one text or integer)");
      assertThatThrownBy(() -> answer.probabilities("whole"))
          .hasMessage("output 'whole' is 1 integer (expected: two or more numbers)");
    }
  }

  @Test
  void predict_missingInteger_isAnErrorOfThatRowNamingTheFeature() {
    try (var model = OnnxModel.outputs(Schema.of(Types.class)).load(Models.file("types.onnx"))) {
      assertThatThrownBy(() -> model.predict(List.of(new Types(1, 2, null, 4, true, "s", null))))
          .isInstanceOf(MlopsException.class)
          .hasMessage(
              "Feature i is missing in a row; the model's input 'i' is int64, which has no missing"
                  + " value. Fill it in before, or train on floats.");
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, false", "1e19, false", "-3, true", "9007199254740991, true"})
  void predict_numberForAnIntegerInput_mustBeWhole(double hour, boolean fits) {
    try (var model = OnnxModel.probability(TRIPS).load(Models.file("columns.onnx"))) {
      Map<String, ?> row = Map.of("hour", hour);
      if (fits) {
        assertThat(model.predict(List.of(row))).hasSize(1);
      } else {
        assertThatThrownBy(() -> model.predict(List.of(row)))
            .isInstanceOf(MlopsException.class)
            .hasMessage(
                "Feature hour has a value that is no int64 in a row; the model's input 'hour' is"
                    + " int64.");
      }
    }
  }

  @Test
  void load_recordWithMoreFeatures_isMatchedByName() throws Exception {
    record Wide(String carrier, String origin, int hour, Float distance) {}
    try (var model =
        OnnxModel.probability(Schema.of(Wide.class)).load(Models.file("columns.onnx"))) {
      double expected = golden("columns").path("expected").get(0).doubleValue();
      assertThat(model.predict(List.of(new Wide("AA", "JFK", 3, 900.5f))).get(0))
          .isCloseTo(expected, within(FLOATS));
    }
  }

  @Test
  void load_featureMissing_listsBothSides() {
    record Other(Float distance, int hour, String airport) {}
    assertThatThrownBy(
            () -> OnnxModel.probability(Schema.of(Other.class)).load(Models.file("columns.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Model 'columns:0' takes 'distance' float [n, 1], 'hour' int64 [n, 1], 'origin' string"
                + " [n, 1]. Other(distance: numeric, hour: numeric, airport: categorical) has no"
                + " feature for 'origin' string [n, 1]; no input takes airport. Inputs are matched"
                + " by name, one feature each: name the features as the model's inputs. A model"
                + " with all features in one float tensor [n, d] is matched by the encoding stored"
                + " with it.");
  }

  @Test
  void load_featureOfAnotherKind_saysBoth() {
    record Other(Float distance, int hour, int origin) {}
    assertThatThrownBy(
            () -> OnnxModel.probability(Schema.of(Other.class)).load(Models.file("columns.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Model 'columns:0': the feature origin: numeric does not fit the input 'origin' string"
                + " [n, 1] (expected: float, double, int64, int32 or bool). Change the feature's"
                + " type or the model's input.");
    record Text(String distance, int hour, String origin) {}
    assertThatThrownBy(
            () -> OnnxModel.probability(Schema.of(Text.class)).load(Models.file("columns.onnx")))
        .hasMessageContaining("distance: categorical")
        .hasMessageContaining("(expected: string)");
  }

  @Test
  @SuppressWarnings("ArrayRecordComponent")
  void load_vectorTextAndEncodedBlock_areFedTogether() {
    record Mixed(float[] embedding, String origin, float x, float y) {}
    Schema<Mixed> schema = Schema.of(Mixed.class).withLength("embedding", 3);
    InputEncoding block =
        InputEncoding.of(
            List.of(new EncodedColumn.Numeric("x", 0), new EncodedColumn.Numeric("y", 0)));
    try (var model = OnnxModel.regression(schema).load(Models.file("mixed.onnx"), block)) {
      assertThat(
              model.predict(
                  List.of(
                      new Mixed(new float[] {1, 2, 3}, "JFK", 0.5f, 100),
                      new Mixed(new float[] {0, 0, 0}, "ATL", 0, 1))))
          .containsExactly(126.5, 11.0);
      assertThatThrownBy(() -> model.predict(List.of(new Mixed(new float[2], "JFK", 0, 0))))
          .hasMessageContaining("embedding");
    }
    assertThatThrownBy(() -> OnnxModel.regression(schema).load(Models.file("mixed.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no feature for 'dense' float [n, 2]; no input takes x, y");
    assertThatThrownBy(
            () ->
                OnnxModel.regression(Schema.of(Mixed.class).withLength("embedding", 4))
                    .load(Models.file("mixed.onnx"), block))
        .hasMessageContaining(
            "embedding: vector(4) does not fit the input 'embedding' float [n, 3]")
        .hasMessageContaining("(expected: [n, 4])");
  }

  @Test
  void load_signatureOfAnotherOrder_isFineWhereColumnsHaveNames() {
    try (var model =
        OnnxModel.probability(TRIPS)
            .load(Models.version(2), Models.artifact("columns.onnx", null, "0".repeat(64)))) {
      assertThat(model.predict(List.of(Map.of("hour", 3)))).hasSize(1);
    }
  }

  @Test
  void predict_lettersBeyondTheJvmsUtf8_areRefusedBecauseTheyWouldArriveWrong() throws Exception {
    var schema = Schema.ofMap("Letters").categorical("s").build();
    try (var model = OnnxModel.regression(schema).load(Models.file("letters.onnx"))) {
      assertThat(model.predict(List.of(Map.of("s", "ß"), Map.of("s", "東京"))))
          .containsExactly(1.0, 2.0);
      assertThatThrownBy(() -> model.predict(List.of(Map.of("s", "😀"))))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("Feature s has a text with a character beyond U+FFFF");
      assertThatThrownBy(() -> model.predict(List.of(Map.of("s", "a\0b"))))
          .hasMessageContaining("a NUL");
    }
    // The reason: native code does not see what the model was trained on (3.0 in Python).
    OrtEnvironment environment = OnnxEnvironment.get();
    try (OrtSession session = environment.createSession(Models.bytes("letters.onnx"));
        OnnxTensor text =
            OnnxTensor.createTensor(environment, new String[] {"😀"}, new long[] {1, 1});
        OrtSession.Result result = session.run(Map.of("s", text))) {
      assertThat(((float[][]) result.get(0).getValue())[0][0]).isEqualTo(0f);
    }
  }

  @Test
  void predictor_columns_servesAndBatches() throws Exception {
    JsonNode golden = golden("columns");
    List<Map<String, ?>> rows = rows(golden);
    for (String name : List.of("columns", "columns_strict")) {
      try (var predictor =
          Predictor.of(OnnxModel.probability(TRIPS).load(Models.file(name + ".onnx")))
              .microBatching(MicroBatching.withDefaults())
              .build()) {
        double alone = predictor.predict(rows.get(0));
        assertThat(predictor.predictAll(List.of(rows.get(0), rows.get(0))))
            .allSatisfy(p -> assertThat(p).isCloseTo(alone, within(FLOATS)));
        assertThat(predictor.predictAsync(rows.get(0)).get()).isCloseTo(alone, within(FLOATS));
      }
    }
  }

  @Test
  void predictor_deadlineOnColumnsTokensAndLinearModels_answersInTime() throws Exception {
    List<Map<String, ?>> rows = rows(golden("columns"));
    double expected = golden("columns").path("expected").get(0).doubleValue();
    try (var columns =
            Predictor.of(OnnxModel.probability(TRIPS).load(Models.file("columns.onnx")))
                .timeout(Duration.ofSeconds(20))
                .build();
        var tokens =
            Predictor.of(
                    OnnxModel.probability(TokenInput.<long[]>of(row -> row).withMaxLength(64))
                        .load(Models.file("tokens_class.onnx")))
                .timeout(Duration.ofSeconds(20))
                .build();
        var linear =
            Predictor.of(OnnxModel.probability(Models.FOUR).load(Models.file("logreg.onnx")))
                .timeout(Duration.ofSeconds(20))
                .deterministic(8)
                .build()) {
      assertThat(columns.predict(rows.get(0))).isCloseTo(expected, within(FLOATS));
      assertThat(tokens.predict(new long[] {1, 2})).isBetween(0.0, 1.0);
      assertThat(linear.predict(new float[] {1, 2, 3, 4})).isBetween(0.0, 1.0);
    }
  }

  @Test
  void predictor_unknownCategoryThatTheModelRejects_failsItsRowOnly() throws Exception {
    try (var predictor =
        Predictor.of(OnnxModel.probability(TRIPS).load(Models.file("columns_strict.onnx")))
            .fallback(row -> -1.0)
            .build()) {
      Map<String, ?> known = Map.of("hour", 3, "origin", "JFK");
      Map<String, ?> unknown = Map.of("hour", 3, "origin", "XXX");
      List<Double> answers = predictor.predictAll(List.of(known, unknown, known));
      assertThat(answers.get(1)).isEqualTo(-1.0);
      assertThat(answers.get(0)).isBetween(0.0, 1.0).isEqualTo(answers.get(2));
    }
  }
}
