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
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same trees in Java and in ONNX Runtime. */
class TreeModelTest {
  private static final String ML = "ai.onnx.ml:";
  private static final OutputKind<?> ANY = new OutputKind<>("any", c -> true, true, (s, p) -> null);

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

  private static @Nullable JavaModel recognised(byte[] graph) {
    JavaGraph.Found found = JavaGraph.recognise(graph, ANY, null);
    return found == null ? null : found.model();
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
    JavaModel model = Objects.requireNonNull(recognised(graph), export.name());
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
    JavaModel model = recognised(graph);
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
    JavaModel model = Objects.requireNonNull(recognised(Models.bytes(name + ".onnx")));
    assertThat(model).isInstanceOf(TreeModel.class);
    assertThat(model.width()).isEqualTo(width);
    assertThat(model.columns()).isEqualTo(columns);
  }

  /** One tree: x0 at most 1 is 2, else x1 less than 0 is 3, else 5. */
  private static TreeGraphs small() {
    return new TreeGraphs()
        .inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 2)
        .leaf(0, 1)
        .inner(0, 2, "BRANCH_LT", 1, 0, 3, 4)
        .leaf(0, 3)
        .leaf(0, 4)
        .weight(0, 1, 0, 2)
        .weight(0, 3, 0, 3)
        .weight(0, 4, 0, 5);
  }

  private static byte[] regressor(TreeGraphs trees) {
    return trees.regressor(Graphs.of(2), "X", "y", 1).output("y", 1);
  }

  private static byte[] classifier(TreeGraphs trees, int classes) {
    return trees.classifier(Graphs.of(2), "X", "p", classes).output("p", classes);
  }

  @Test
  void run_smallTree_isWhatItSays() {
    JavaModel model = Objects.requireNonNull(recognised(regressor(small())));
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
    JavaModel model = Objects.requireNonNull(recognised(regressor(category)));
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

  /** Each differs from trees that are understood in one thing. */
  static Stream<Arguments> nearlyTrees() {
    TreeGraphs twoParents =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 2)
            .inner(0, 1, "BRANCH_LEQ", 1, 1, 3, 2)
            .leaf(0, 2)
            .leaf(0, 3)
            .weight(0, 2, 0, 1)
            .weight(0, 3, 0, 2);
    TreeGraphs circle =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 2)
            .inner(0, 1, "BRANCH_LEQ", 1, 1, 0, 2)
            .leaf(0, 2)
            .weight(0, 2, 0, 1);
    TreeGraphs unreached = small().leaf(0, 5).weight(0, 5, 0, 1);
    TreeGraphs inPieces = small().leaf(1, 0).weight(1, 0, 0, 1).leaf(0, 6).weight(0, 6, 0, 1);
    TreeGraphs twice = small().leaf(0, 1);
    TreeGraphs outside = new TreeGraphs().inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 7);
    TreeGraphs wide =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_LEQ", 2, 1, 1, 2)
            .leaf(0, 1)
            .leaf(0, 2)
            .weight(0, 1, 0, 1)
            .weight(0, 2, 0, 2);
    TreeGraphs other =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_MEMBER", 0, 1, 1, 2)
            .leaf(0, 1)
            .leaf(0, 2)
            .weight(0, 1, 0, 1)
            .weight(0, 2, 0, 2);
    TreeGraphs never =
        new TreeGraphs()
            .inner(0, 0, "BRANCH_LEQ", 0, Float.NaN, 1, 2)
            .leaf(0, 1)
            .leaf(0, 2)
            .weight(0, 1, 0, 1)
            .weight(0, 2, 0, 2);
    TreeGraphs silent = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).leaf(1, 0);
    TreeGraphs both = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).weight(0, 0, 1, 1);
    TreeGraphs some = new TreeGraphs().leaf(0, 0).weight(0, 0, 1, 1);
    return Stream.of(
        Arguments.of("a node that two nodes lead to if false", regressor(twoParents)),
        Arguments.of("a circle", regressor(circle)),
        Arguments.of("a node that is not reached", regressor(unreached)),
        Arguments.of("a tree in two pieces", regressor(inPieces)),
        Arguments.of("a node twice", regressor(twice)),
        Arguments.of("a child that is not there", regressor(outside)),
        Arguments.of("a feature that is not there", regressor(wide)),
        Arguments.of("a comparison of another kind", regressor(other)),
        Arguments.of("a threshold that is no number", regressor(never)),
        Arguments.of("a leaf without a weight", regressor(silent)),
        Arguments.of("a weight of an inner node", regressor(small().weight(0, 0, 0, 1))),
        Arguments.of("a weight of no node", regressor(small().weight(0, 9, 0, 1))),
        Arguments.of("a weight of no tree", regressor(small().weight(7, 0, 0, 1))),
        Arguments.of("two weights of a leaf", regressor(small().weight(0, 1, 0, 1))),
        Arguments.of("a target that is not there", regressor(small().weight(0, 1, 1, 1))),
        Arguments.of(
            "an infinite weight",
            regressor(small().leaf(1, 0).weight(1, 0, 0, Float.POSITIVE_INFINITY))),
        Arguments.of(
            "more base values than sums",
            regressor(small().with(Graphs.numbers("base_values", 1, 2)))),
        Arguments.of(
            "the least of the trees",
            regressor(small().with(Graphs.string("aggregate_function", "MIN")))),
        Arguments.of(
            "a last function of a regressor",
            regressor(small().with(Graphs.string("post_transform", "LOGISTIC")))),
        Arguments.of("an unknown attribute", regressor(small().with(Graphs.integer("more", 1)))),
        Arguments.of(
            "a sum of both signs without a last function",
            classifier(small().leaf(1, 0).weight(1, 0, 0, -1), 2)),
        Arguments.of(
            "a softmax of one sum",
            classifier(small().with(Graphs.string("post_transform", "SOFTMAX")), 2)),
        Arguments.of(
            "a normal distribution",
            classifier(small().with(Graphs.string("post_transform", "PROBIT")), 2)),
        Arguments.of(
            "base values of two sums",
            classifier(both.with(Graphs.numbers("base_values", 1, 1)), 2)),
        Arguments.of("the second class only", classifier(some, 2)),
        Arguments.of(
            "a base of a target without a tree",
            small()
                .with(Graphs.numbers("base_values", 1, 2))
                .regressor(Graphs.of(2), "X", "y", 2)
                .output("y", 2)),
        Arguments.of("one class", classifier(small(), 1)),
        Arguments.of(
            "numbers after the trees",
            small()
                .regressor(Graphs.of(2).floats("b", new float[] {3}, 1), "X", "z", 1)
                .node("Add", "z b", "y")
                .output("y", 1)),
        Arguments.of(
            "probabilities that are doubled",
            small()
                .classifier(Graphs.of(2).floats("b", new float[] {2}, 1), "X", "p", 2)
                .node("Mul", "p b", "y")
                .output("y", 2)),
        Arguments.of(
            "trees of sums",
            small()
                .regressor(
                    Graphs.of(2)
                        .floats("w", new float[] {1, 2, 3, 4}, 2, 2)
                        .node("MatMul", "X w", "z"),
                    "z",
                    "y",
                    1)
                .output("y", 1)),
        Arguments.of(
            "a normalizer of what need not add up",
            small()
                .classifier(Graphs.of(2), "X", "p", 2)
                .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
                .output("q", 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nearlyTrees")
  void recognise_nearlyTrees_isLeftToOnnxRuntime(String what, byte[] graph) {
    assertThat(recognised(graph)).as(what).isNull();
  }

  /** The control: without the one thing, they are recognised. */
  @Test
  void recognise_theSameWithoutTheDifference_areTrees() {
    assertThat(recognised(regressor(small()))).isNotNull();
    assertThat(recognised(classifier(small(), 2))).isNotNull();
    TreeGraphs both = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).weight(0, 0, 1, 1);
    assertThat(recognised(classifier(both, 2))).isNotNull();
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
    JavaModel model = Objects.requireNonNull(recognised(Models.bytes(name + ".onnx")), name);
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
