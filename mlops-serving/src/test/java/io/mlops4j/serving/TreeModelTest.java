package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same trees in Java and in ONNX Runtime. */
class TreeModelTest {
  private static final String ML = "ai.onnx.ml:";

  /** Ensembles as exporters write them. */
  enum Export {
    REGRESSOR(1, true),
    AVERAGE(1, true),
    REGRESSOR_OF_MANY(3, true),
    AVERAGE_OF_MANY(3, true),
    SCALED_REGRESSOR(1, true),
    FOREST_OF_ONE_SUM(2, true),
    BOOSTED_PAIR(2, false),
    BOOSTED_CLASSES(4, false),
    FOREST_CLASSES(3, true),
    ONE_VERSUS_REST(3, false),
    FOREST_OF_TWO_SUMS(2, true),
    BOOSTED_TWO_SUMS(2, false);

    final int columns;
    final boolean exact;

    Export(int columns, boolean exact) {
      this.columns = columns;
      this.exact = exact;
    }
  }

  private static byte[] graph(Export export, Random random, int d, int trees, int depth) {
    TreeGraphs ensemble = new TreeGraphs();
    int columns = export.columns;
    boolean oneSum = export == Export.FOREST_OF_ONE_SUM || export == Export.BOOSTED_PAIR;
    boolean eachTarget =
        export == Export.FOREST_CLASSES
            || export == Export.FOREST_OF_TWO_SUMS
            || export == Export.AVERAGE_OF_MANY;
    int sums = oneSum ? 1 : columns;
    int mode = random.nextInt(TreeGraphs.MODES.size() + 1) - 1;
    boolean positive =
        (export == Export.BOOSTED_PAIR && random.nextBoolean())
            || export == Export.FOREST_OF_ONE_SUM
            || export == Export.FOREST_CLASSES
            || export == Export.FOREST_OF_TWO_SUMS;
    for (int tree = 0; tree < trees; tree++) {
      int own = tree % sums;
      int depths = random.nextInt(depth + 1);
      ensemble.grow(
          random, 10L * tree, depths, d, mode, t -> eachTarget || t == own, sums, positive);
    }
    boolean based = random.nextBoolean() && (oneSum || columns != 2);
    if (based) {
      float[] base = new float[sums];
      for (int i = 0; i < sums; i++) {
        base[i] = (float) random.nextGaussian();
      }
      ensemble.with(Graphs.numbers("base_values", base));
    }
    Graphs graph = Graphs.of(d);
    return switch (export) {
      case REGRESSOR, REGRESSOR_OF_MANY ->
          ensemble.regressor(graph, "X", "y", sums).output("y", sums);
      case AVERAGE, AVERAGE_OF_MANY ->
          ensemble
              .with(Graphs.string("aggregate_function", "AVERAGE"))
              .regressor(graph, "X", "y", sums)
              .output("y", sums);
      case SCALED_REGRESSOR -> {
        float[] offset = new float[d];
        float[] scale = new float[d];
        for (int i = 0; i < d; i++) {
          offset[i] = (float) random.nextGaussian();
          scale[i] = 0.1f + random.nextFloat();
        }
        graph.node(
            ML + "Scaler",
            "X",
            "s",
            Graphs.numbers("offset", offset),
            Graphs.numbers("scale", scale));
        yield ensemble.regressor(graph, "s", "z", 1).node("Identity", "z", "y").output("y", 1);
      }
      case FOREST_OF_ONE_SUM, FOREST_OF_TWO_SUMS ->
          ensemble.classifier(graph, "X", "p", 2).output("p", 2);
      case BOOSTED_PAIR ->
          ensemble
              .with(Graphs.string("post_transform", "LOGISTIC"))
              .classifier(graph.floats("one", new float[] {1}, 1), "X", "p", 2)
              .node("Mul", "p one", "q")
              .output("q", 2);
      case BOOSTED_CLASSES ->
          ensemble
              .with(Graphs.string("post_transform", "SOFTMAX"))
              .classifier(graph, "X", "p", columns)
              .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
              .output("q", columns);
      case FOREST_CLASSES ->
          ensemble
              .classifier(graph, "X", "p", columns)
              .node("Cast", "p", "q", Graphs.integer("to", 1))
              .output("q", columns);
      case BOOSTED_TWO_SUMS ->
          ensemble
              .with(Graphs.string("post_transform", "SOFTMAX"))
              .classifier(graph, "X", "p", columns)
              .output("p", columns);
      case ONE_VERSUS_REST ->
          ensemble
              .with(Graphs.string("post_transform", "LOGISTIC"))
              .classifier(graph, "X", "p", columns)
              .output("p", columns);
    };
  }

  /** Returns ONNX Runtime's own answers, of one row at a time or of all at once. */
  private static List<double[]> natively(byte[] graph, int d, List<float[]> rows, boolean batch) {
    Schema<float[]> schema =
        Schema.floats(IntStream.range(0, d).mapToObj(i -> "x" + i).toArray(String[]::new));
    ModelFiles files = ModelFiles.of("onnx", Map.of("m.onnx", graph));
    List<OnnxOutputs> outputs = new ArrayList<>();
    try (Model<float[], OnnxOutputs> model =
        OnnxModel.outputs(schema).load(Models.version(1), files)) {
      if (batch) {
        outputs.addAll(model.predict(rows));
      } else {
        rows.forEach(row -> outputs.addAll(model.predict(List.of(row))));
      }
    }
    return outputs.stream().map(o -> o.numbers(o.names().iterator().next())).toList();
  }

  private static List<double[]> inJava(JavaModel model, List<float[]> rows) {
    int[] scratch = new int[model.scratch()];
    List<double[]> answers = new ArrayList<>();
    for (float[] row : rows) {
      float[] out = new float[model.columns()];
      model.run(row.clone(), 0, out, 0, scratch);
      answers.add(IntStream.range(0, out.length).mapToDouble(i -> out[i]).toArray());
    }
    return answers;
  }

  @Property(tries = 300, seed = "20261127")
  void run_anyTreesAndRows_areThoseOfOnnxRuntime(
      @ForAll Export export, @ForAll @IntRange(min = 1, max = 9) int d, @ForAll long seed) {
    Random random = new Random(seed);
    // At least one for each sum: ONNX Runtime forgets the base of one that has none.
    int trees = export.columns + random.nextInt(21);
    byte[] graph = graph(export, random, d, trees, 1 + random.nextInt(7));
    JavaModel model = Objects.requireNonNull(TreeGraphs.recognised(graph), export.name());
    List<float[]> rows = IntStream.range(0, 40).mapToObj(i -> TreeGraphs.row(random, d)).toList();
    List<double[]> java = inJava(model, rows);
    List<double[]> ort = natively(graph, d, rows, random.nextBoolean());
    for (int i = 0; i < rows.size(); i++) {
      String what = export + " " + Arrays.toString(rows.get(i));
      if (export.exact) {
        assertThat(java.get(i)).as(what).isEqualTo(ort.get(i));
      } else {
        assertThat(java.get(i)).as(what).containsExactly(ort.get(i), within(1e-6));
      }
    }
  }

  /** A file that is damaged is nothing, or what ONNX Runtime makes of it, too. */
  @Property(tries = 1000, seed = "20261127")
  void recognise_anyByteChanged_throwsNothingAndAnswersAlike(
      @ForAll Export export, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] graph = graph(export, random, 3, export.columns + random.nextInt(4), 4);
    for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
      graph[random.nextInt(graph.length)] = (byte) random.nextInt(256);
    }
    JavaModel model = TreeGraphs.recognised(graph);
    if (model == null || model.width() != 3) {
      return;
    }
    List<float[]> rows = IntStream.range(0, 9).mapToObj(i -> TreeGraphs.row(random, 3)).toList();
    List<double[]> ort;
    try {
      ort = natively(graph, 3, rows, true);
    } catch (ModelLoadException | PredictionFailedException e) {
      return;
    }
    List<double[]> java = inJava(model, rows);
    for (int i = 0; i < rows.size(); i++) {
      String what = export + " " + Arrays.toString(rows.get(i));
      assertThat(java.get(i)).as(what).containsExactly(ort.get(i), within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "xgboost, 4, 2",
    "xgboost_regression, 4, 1",
    "lightgbm, 4, 2",
    "lightgbm3, 4, 3",
    "boosting_opset9, 4, 1"
  })
  void recognise_modelsOfOthers_areTrees(String name, int width, int columns) {
    JavaModel model = Objects.requireNonNull(TreeGraphs.recognised(Models.bytes(name + ".onnx")));
    assertThat(model).isInstanceOf(TreeModel.class);
    assertThat(model.width()).isEqualTo(width);
    assertThat(model.columns()).isEqualTo(columns);
  }

  @Test
  void run_smallTree_isWhatItSays() {
    JavaModel model = Objects.requireNonNull(TreeGraphs.recognised(TreeGraphs.small().regressor()));
    List<float[]> rows =
        List.of(
            new float[] {1, 9},
            new float[] {1.0000001f, -0.1f},
            new float[] {2, -0f},
            new float[] {Float.NaN, -1},
            new float[] {Float.NaN, Float.NaN});
    assertThat(inJava(model, rows))
        .containsExactly(
            new double[] {2},
            new double[] {3},
            new double[] {5},
            new double[] {3},
            new double[] {5});
  }

  /** Trees ask whether a scaled value is exactly what floats make of it. */
  @Test
  void run_scaledInputs_areRoundedAsFloatsAre() {
    Random random = new Random(20261127);
    float offset = 0.1f;
    float scale = 3.3f;
    float[] values = new float[64];
    TreeGraphs trees = new TreeGraphs();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
      float scaled = (values[i] - offset) * scale;
      trees
          .inner(i, 0, "BRANCH_EQ", 0, scaled, 1, 2)
          .leaf(i, 1)
          .leaf(i, 2)
          .weight(i, 1, 0, 1)
          .weight(i, 2, 0, 0);
    }
    byte[] graph =
        trees
            .regressor(
                Graphs.of(1)
                    .node(
                        ML + "Scaler",
                        "X",
                        "s",
                        Graphs.numbers("offset", offset),
                        Graphs.numbers("scale", scale)),
                "s",
                "y",
                1)
            .output("y", 1);
    List<float[]> rows = new ArrayList<>();
    for (float value : values) {
      rows.add(new float[] {value});
    }
    List<double[]> java = inJava(Objects.requireNonNull(TreeGraphs.recognised(graph)), rows);
    assertThat(java).allSatisfy(answer -> assertThat(answer).containsExactly(1));
    assertThat(natively(graph, 1, rows, true))
        .allSatisfy(answer -> assertThat(answer).containsExactly(1));
  }

  /** A category as LightGBM's converter writes it: x0 is 1, 4 or 7, or it is not. */
  @Test
  void run_valuesOfACategory_leadToOneNode() {
    TreeGraphs category =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_EQ", 0, 1, 1, 2)
            .inner(0, 1, "BRANCH_LT", 1, 0, 5, 6)
            .inner(0, 2, "BRANCH_EQ", 0, 4, 1, 3)
            .inner(0, 3, "BRANCH_EQ", 0, 7, 1, 4)
            .leaf(0, 4)
            .leaf(0, 5)
            .leaf(0, 6)
            .weight(0, 4, 0, 40)
            .weight(0, 5, 0, 50)
            .weight(0, 6, 0, 60);
    JavaModel model = Objects.requireNonNull(TreeGraphs.recognised(category.regressor()));
    List<float[]> rows = new ArrayList<>();
    for (float value : new float[] {1, 4, 7, 6.9999995f, 7.0000005f, 0, Float.NaN}) {
      rows.add(new float[] {value, -1});
      rows.add(new float[] {value, 1});
    }
    List<Double> answers = inJava(model, rows).stream().map(a -> a[0]).toList();
    assertThat(answers)
        .containsExactly(
            50.0, 60.0, 50.0, 60.0, 50.0, 60.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0);
  }

  @Test
  void load_trees_openNoSessionUnlessAsked() {
    OnnxLoader<float[], ClassProbabilities> loader = OnnxModel.probabilities(Models.FOUR);
    try (var java = loader.load(Models.file("lightgbm3.onnx"))) {
      assertThat(OnnxSession.OPEN).hasValue(0);
      try (var ort =
          loader
              .options(OnnxOptions.withDefaults().withNativeOnly())
              .load(Models.file("lightgbm3.onnx"))) {
        assertThat(OnnxSession.OPEN).hasValue(1);
        List<float[]> rows = List.of(new float[] {1, 2, Float.NaN, 4}, new float[] {0, -1, 1, 0});
        for (int i = 0; i < 2; i++) {
          ClassProbabilities one = java.predict(rows).get(i);
          ClassProbabilities other = ort.predict(rows).get(i);
          assertThat(one.labels()).isEqualTo(other.labels()).containsExactly("0", "1", "2");
          for (String label : one.labels()) {
            assertThat(one.of(label)).isCloseTo(other.of(label), within(1e-6));
          }
        }
      }
    }
  }

  /** Answers of scikit-learn, see make_trees.py; 1e-5: its sums are doubles. */
  @ParameterizedTest
  @ValueSource(strings = {"forest2", "forest3", "forest_mean", "hist2", "hist3", "scaled3"})
  void run_treesOfScikitLearn_answerWhatItAnswers(String name) throws Exception {
    JsonNode golden = new ObjectMapper().readTree(Models.bytes("trees.json")).path(name);
    JavaModel model =
        Objects.requireNonNull(TreeGraphs.recognised(Models.bytes(name + ".onnx")), name);
    List<float[]> rows = new ArrayList<>();
    for (JsonNode values : golden.path("rows")) {
      float[] row = new float[values.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = values.get(i).isNull() ? Float.NaN : values.get(i).floatValue();
      }
      rows.add(row);
    }
    List<double[]> answers = inJava(model, rows);
    assertThat(answers).hasSize(40);
    for (int i = 0; i < answers.size(); i++) {
      double[] expected = new double[golden.path("answers").get(i).size()];
      for (int j = 0; j < expected.length; j++) {
        expected[j] = golden.path("answers").get(i).get(j).doubleValue();
      }
      assertThat(answers.get(i)).as("%s, row %d", name, i).containsExactly(expected, within(1e-5));
    }
  }
}
