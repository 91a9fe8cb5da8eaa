package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTest {
  private static final double FLOATS = 2e-6;

  /** Linear models in Java, and in ONNX Runtime. */
  private static final List<OnnxOptions> BOTH =
      List.of(OnnxOptions.withDefaults(), OnnxOptions.withDefaults().withNativeOnly());

  private static JsonNode golden(String model) throws Exception {
    return new ObjectMapper().readTree(Models.bytes("golden.json")).path(model);
  }

  private static List<float[]> rows(JsonNode golden) {
    List<float[]> rows = new ArrayList<>();
    for (JsonNode node : golden.path("rows")) {
      float[] row = new float[node.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) node.get(i).doubleValue();
      }
      rows.add(row);
    }
    return rows;
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  // Expected values: src/test/python/make_models.py, scikit-learn's predict_proba or numpy in
  // double.
  @ParameterizedTest
  @CsvSource({"logreg, 4", "mlp, 30", "sigmoid, 4", "sigmoid_flat, 4"})
  void probability_goldenRows_answersWhatPythonAnswers(String name, int width) throws Exception {
    Schema<float[]> schema = width == 4 ? Models.FOUR : Models.THIRTY;
    JsonNode golden = golden(name);
    List<float[]> rows = rows(golden);
    for (OnnxOptions options : BOTH) {
      try (Model<float[], Double> model =
          OnnxModel.probability(schema).options(options).load(Models.file(name + ".onnx"))) {
        List<Double> answers = model.predict(rows);
        assertThat(answers).hasSize(rows.size());
        for (int i = 0; i < rows.size(); i++) {
          double expected = golden.path("expected").get(i).doubleValue();
          assertThat(answers.get(i)).as("row %d", i).isCloseTo(expected, within(FLOATS));
          assertThat(model.predict(List.of(rows.get(i))).get(0))
              .isCloseTo(expected, within(FLOATS));
        }
      }
    }
  }

  @Test
  void regression_goldenRows_answersWhatPythonAnswers() throws Exception {
    JsonNode golden = golden("regression");
    for (OnnxOptions options : BOTH) {
      try (Model<float[], Double> model =
          OnnxModel.regression(Models.FOUR).options(options).load(Models.file("regression.onnx"))) {
        List<Double> answers = model.predict(rows(golden));
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i))
              .isCloseTo(golden.path("expected").get(i).doubleValue(), within(1e-5));
        }
      }
    }
  }

  @Test
  void probabilities_goldenRows_answersWhatPythonAnswers() throws Exception {
    JsonNode golden = golden("multiclass");
    try (Model<float[], ClassProbabilities> model =
        OnnxModel.probabilities(Models.FOUR).load(Models.file("multiclass.onnx"))) {
      List<ClassProbabilities> answers = model.predict(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        JsonNode expected = golden.path("expected").get(i);
        ClassProbabilities answer = answers.get(i);
        assertThat(answer.size()).isEqualTo(3);
        int best = 0;
        for (int c = 0; c < 3; c++) {
          assertThat(answer.of(c)).isCloseTo(expected.get(c).doubleValue(), within(FLOATS));
          assertThat(answer.toArray()[c]).isEqualTo(answer.of(c));
          best = expected.get(c).doubleValue() > expected.get(best).doubleValue() ? c : best;
        }
        assertThat(answer.best()).isEqualTo(best);
      }
      assertThat(answers).isEqualTo(model.predict(rows(golden)));
      assertThat(answers.get(0).hashCode())
          .isEqualTo(model.predict(rows(golden)).get(0).hashCode());
      assertThat(answers.get(0).toString()).startsWith("[0.");
    }
  }

  @Test
  void predict_anyBatchSize_answersAsAlone() {
    Random random = new Random(7);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      float[] row = new float[30];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) random.nextGaussian();
      }
      rows.add(row);
    }
    try (Model<float[], Double> model =
        OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx"))) {
      assertThat(model.predict(List.of())).isEmpty();
      List<Double> alone = rows.stream().map(r -> model.predict(List.of(r)).get(0)).toList();
      for (int size : new int[] {2, 3, 8, 31, 32, 127, 128, 129, 300}) {
        List<Double> together = model.predict(rows.subList(0, size));
        for (int i = 0; i < size; i++) {
          assertThat(together.get(i)).isCloseTo(alone.get(i), within(FLOATS));
        }
      }
    }
  }

  /** From the oldest set this project reads to the newest of ONNX Runtime 1.28. */
  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 11, 13, 15, 18, 21, 24, 26})
  void load_oldAndNewOperatorSets_answer(int opset) {
    byte[] graph =
        Graphs.of(1).opset(opset).node("Relu", "X", "y").node("Neg", "y", "Y").output("Y", 1);
    try (Model<float[], Double> model =
        OnnxModel.regression(Models.ONE)
            .load(Models.version(1), ModelFiles.of("onnx", Map.of("m.onnx", graph)))) {
      assertThat(model.predict(List.of(Models.row(3), Models.row(-3)))).containsExactly(-3.0, -0.0);
    }
  }

  @Test
  void load_oneRowGraph_runsRowByRow() {
    try (Model<float[], Double> model = Models.one("one_row")) {
      assertThat(model.predict(List.of(Models.row(1), Models.row(2), Models.row(3))))
          .containsExactly(1.0, 2.0, 3.0);
    }
  }

  @Test
  void probability_zipMap_readsTheSecondClass() throws Exception {
    JsonNode golden = golden("logreg");
    try (Model<float[], Double> model =
        OnnxModel.probability(Models.FOUR).load(Models.file("zipmap.onnx"))) {
      List<Double> answers = model.predict(rows(golden));
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i))
            .isCloseTo(golden.path("expected").get(i).doubleValue(), within(FLOATS));
      }
    }
  }

  @Test
  void regression_doubleOutput_isRead() {
    try (Model<float[], Double> model = Models.one("double_output")) {
      assertThat(model.predict(List.of(Models.row(1.5), Models.row(-2))))
          .containsExactly(1.5, -2.0);
    }
  }

  @Test
  void predict_nanOutput_isAnErrorNamingTheModel() {
    try (Model<float[], Double> model = Models.one("identity")) {
      assertThatThrownBy(() -> model.predict(List.of(Models.row(Double.NaN))))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("identity:0")
          .hasMessageContaining("not a number");
      assertThat(model.predict(List.of(Models.row(Float.POSITIVE_INFINITY))))
          .containsExactly(Double.POSITIVE_INFINITY);
    }
  }

  @Test
  void probability_rawScores_areAnErrorNotAProbability() {
    try (Model<float[], Double> model =
        OnnxModel.probability(Models.ONE).load(Models.file("raw_score.onnx"))) {
      assertThatThrownBy(() -> model.predict(List.of(Models.row(1))))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("no probability")
          .hasMessageContaining("raw scores");
    }
  }

  @Test
  void load_wrongWidth_listsBothSides() {
    assertThatThrownBy(() -> OnnxModel.probability(Models.ONE).load(Models.file("logreg.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "Model 'logreg:0' takes 4 floats a row (input 'X' float [n, 4]); the encoding writes 1:"
                + " x Numeric[1]. Use the encoding the model was trained with.");
  }

  @Test
  void load_encodingOfAnAbsentFeature_listsBothSides() {
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Numeric("a", Float.NaN),
                new EncodedColumn.Numeric("income", Float.NaN)));
    assertThatThrownBy(
            () -> OnnxModel.probability(Models.FOUR).load(Models.file("logreg.onnx"), encoding))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("income")
        .hasMessageContaining("a: numeric, b: numeric, c: numeric, d: numeric");
  }

  @Test
  void load_schemaIsASuperset_readsWhatTheEncodingNames() {
    Schema<float[]> five = Schema.floats("a", "extra", "b", "c", "d");
    InputEncoding encoding = InputEncoding.numeric(Models.FOUR);
    try (Model<float[], Double> narrow =
            OnnxModel.probability(Models.FOUR).load(Models.file("logreg.onnx"));
        Model<float[], Double> wide =
            OnnxModel.probability(five)
                .load(
                    Models.version(3),
                    Models.artifact("logreg.onnx", encoding, Models.FOUR.fingerprint()))) {
      assertThat(wide.predict(List.of(new float[] {1, 99, 2, 3, 4})))
          .isEqualTo(narrow.predict(List.of(new float[] {1, 2, 3, 4})));
      assertThat(wide.schema()).contains(five);
    }
  }

  @Test
  void load_noEncodingAndAnotherSignature_refuses() {
    Schema<float[]> swapped = Schema.floats("b", "a", "c", "d");
    assertThatThrownBy(
            () ->
                OnnxModel.probability(swapped)
                    .load(
                        Models.version(3),
                        Models.artifact("logreg.onnx", null, Models.FOUR.fingerprint())))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("signature")
        .hasMessageContaining("stores no encoding");
  }

  @Test
  void load_categoriesWithoutEncoding_saysWhatToDo() {
    record Trip(String origin) {}
    assertThatThrownBy(
            () -> OnnxModel.probability(Schema.of(Trip.class)).load(Models.file("logreg.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("origin")
        .hasMessageContaining("encoding");
  }

  @Test
  void load_twoFittingOutputs_asksForAName() {
    assertThatThrownBy(() -> Models.one("two_outputs"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("'first' float [n, 1], 'second' float [n, 1]")
        .hasMessageContaining(".output(\"first\")");
    try (Model<float[], Double> model =
        OnnxModel.regression(Models.ONE).output("second").load(Models.file("two_outputs.onnx"))) {
      assertThat(model.predict(List.of(Models.row(3)))).containsExactly(-3.0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "string_input | no feature for 'X' string [n, 1]; no input takes x",
        "two_inputs | no feature for 'A' float [n, 1], 'B' float [n, 1]",
        "free_width | fixed second dimension",
        "fixed_batch | exactly 16 rows",
        "external | another file",
        "custom_op | custom operator Mystery of domain 'com.example'",
        "multiclass | 'probabilities' float [n, 3]"
      })
  void load_unsupportedGraph_refusesWithASentence(String name, String sentence) {
    Schema<float[]> schema =
        sentence.contains("[n, 3]")
            ? Models.FOUR
            : name.equals("external") ? Models.FOUR : Models.ONE;
    assertThatThrownBy(() -> OnnxModel.probability(schema).load(Models.file(name + ".onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(name + ":0")
        .hasMessageContaining(sentence);
  }

  @Test
  void load_namedOutputOfAnotherKind_listsOutputs() {
    assertThatThrownBy(
            () ->
                OnnxModel.probability(Models.FOUR).output("label").load(Models.file("logreg.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no output 'label' to read as")
        .hasMessageContaining("'label' int64 [n], 'probabilities' float [n, 2]");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 60, 200, 400})
  void load_cutFile_refuses(int length, @TempDir Path dir) throws Exception {
    byte[] whole = Models.bytes("logreg.onnx");
    Path file = dir.resolve("cut.onnx");
    Files.write(file, java.util.Arrays.copyOf(whole, length));
    assertThatThrownBy(() -> OnnxModel.probability(Models.FOUR).load(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("cut:0");
  }

  @Test
  void load_randomByteFlips_loadsOrRefusesAndNeverLeaks(@TempDir Path dir) throws Exception {
    Random random = new Random(11);
    byte[] whole = Models.bytes("logreg.onnx");
    Path file = dir.resolve("flipped.onnx");
    for (int i = 0; i < 300; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      for (OnnxOptions options : BOTH) {
        try (Model<float[], Double> model =
            OnnxModel.probability(Models.FOUR).options(options).load(file)) {
          model.predict(List.of(new float[4]));
        } catch (ModelLoadException | PredictionFailedException e) {
          assertThat(e).hasMessageContaining("flipped:0");
        }
      }
    }
  }

  @Test
  void load_absentFile_namesIt(@TempDir Path dir) {
    assertThatThrownBy(() -> OnnxModel.probability(Models.FOUR).load(dir.resolve("no.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no.onnx");
  }

  @Test
  void close_twice_thenPredictIsRefused() {
    Model<float[], Double> model = Models.one("identity");
    model.close();
    model.close();
    assertThatThrownBy(() -> model.predict(List.of(Models.row(1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("identity:0")
        .hasMessageContaining("closed");
  }

  @Test
  void output_ofALoaderOfAllOutputs_isRefused() {
    assertThatThrownBy(() -> OnnxModel.outputs(Models.FOUR).output("no\nbody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'no?body' of a loader that reads every output");
  }

  /** ONNX Runtime's own text has several lines here. */
  @Test
  void load_operatorThatIsNone_saysSoInOneLine() {
    String graph = new String(Models.bytes("logreg.onnx"), StandardCharsets.ISO_8859_1);
    byte[] changed = graph.replace("LOGISTIC", "LOGISTIX").getBytes(StandardCharsets.ISO_8859_1);
    ModelFiles files = ModelFiles.of("onnx", Map.of("model.onnx", changed));
    assertThatThrownBy(() -> OnnxModel.probability(Models.FOUR).load(Models.version(1), files))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("can open")
        .satisfies(
            e ->
                assertThat(String.valueOf(e.getMessage()).chars())
                    .noneMatch(Character::isISOControl))
        .cause()
        .as("the control")
        .hasMessageContaining("\n");
  }
}
