package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

/** The same graph in Java and in ONNX Runtime. */
class LinearModelTest {
  private static final String ML = "ai.onnx.ml:";

  /** Shapes a linear model is exported in. */
  enum Export {
    GEMM_SOFTMAX,
    GEMM_TRANSPOSED_SIGMOID,
    MATMUL_ADD_FLAT,
    STANDARDIZED_GEMM,
    REGRESSOR,
    SCALER_CLASSIFIER_LOGISTIC_ZIPMAP,
    CLASSIFIER_SOFTMAX_NORMALIZER,
    CLASSIFIER_ONE_PER_CLASS,
    SCALED_SCORES
  }

  private static float[] normal(Random random, int n, double scale) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    return values;
  }

  private static float[] negated(float[] values) {
    float[] both = new float[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      both[i] = -values[i];
      both[values.length + i] = values[i];
    }
    return both;
  }

  private static byte[] graph(Export export, Random random, int d, int c) {
    double scale = 1 / Math.sqrt(d);
    Graphs graph = Graphs.of(d);
    return switch (export) {
      case GEMM_SOFTMAX ->
          graph
              .floats("w", normal(random, d * c, scale), d, c)
              .floats("b", normal(random, c, 1), c)
              .node("Gemm", "X w b", "z")
              .node("Softmax", "z", "p", Graphs.integer("axis", -1))
              .output("p", c);
      case GEMM_TRANSPOSED_SIGMOID ->
          graph
              .floats("w", normal(random, d, scale), 1, d)
              .floats("b", normal(random, 1, 1), 1, 1)
              .node("Gemm", "X w b", "z", Graphs.integer("transB", 1), Graphs.number("alpha", 1))
              .node("Sigmoid", "z", "p")
              .output("p", 1);
      case MATMUL_ADD_FLAT ->
          graph
              .floats("w", normal(random, d, scale), d, 1)
              .floats("b", normal(random, 1, 1), 1)
              .longs("flat", -1)
              .node("MatMul", "X w", "z")
              .node("Reshape", "z flat", "f")
              .node("Add", "b f", "y")
              .output("y", -1);
      case STANDARDIZED_GEMM ->
          graph
              .floats("mean", normal(random, d, 1), 1, d)
              .node(
                  "Constant",
                  "",
                  "std",
                  Graphs.tensorAttribute("value", Graphs.tensor("", positive(random, d), d)))
              .floats("w", normal(random, d * c, scale), d, c)
              .node("Identity", "X", "i")
              .node("Sub", "i mean", "m")
              .node("Div", "m std", "s")
              .node("MatMul", "s w", "y")
              .output("y", c);
      case REGRESSOR ->
          graph
              .node(
                  ML + "LinearRegressor",
                  "X",
                  "y",
                  Graphs.numbers("coefficients", normal(random, d * c, scale)),
                  Graphs.numbers("intercepts", normal(random, c, 1)),
                  Graphs.integer("targets", c))
              .output("y", c);
      case SCALER_CLASSIFIER_LOGISTIC_ZIPMAP ->
          graph
              .node(
                  ML + "Scaler",
                  "X",
                  "s",
                  Graphs.numbers("offset", normal(random, d, 1)),
                  Graphs.numbers("scale", positive(random, d)))
              .node(
                  ML + "LinearClassifier",
                  "s",
                  "label p",
                  Graphs.integers("classlabels_ints", 0, 1),
                  Graphs.numbers("coefficients", negated(normal(random, d, scale))),
                  Graphs.numbers("intercepts", negated(normal(random, 1, 1))),
                  Graphs.integer("multi_class", 1),
                  Graphs.string("post_transform", "LOGISTIC"))
              .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
              .node(ML + "ZipMap", "q", "maps", Graphs.integers("classlabels_int64s", 0, 1))
              .maps("maps", false);
      case CLASSIFIER_SOFTMAX_NORMALIZER ->
          graph
              .node(
                  ML + "LinearClassifier",
                  "X",
                  "label p",
                  Graphs.strings("classlabels_strings", names(c)),
                  Graphs.numbers("coefficients", normal(random, d * c, scale)),
                  Graphs.numbers("intercepts", normal(random, c, 1)),
                  Graphs.string("post_transform", "SOFTMAX"))
              .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
              .output("q", c);
      case CLASSIFIER_ONE_PER_CLASS ->
          graph
              .node(
                  ML + "LinearClassifier",
                  "X",
                  "label p",
                  Graphs.strings("classlabels_strings", names(c)),
                  Graphs.numbers("coefficients", normal(random, d * c, scale)),
                  Graphs.numbers("intercepts", normal(random, c, 1)),
                  Graphs.string("post_transform", "LOGISTIC"))
              .output("p", c);
      case SCALED_SCORES ->
          graph
              .floats("w", normal(random, d * c, scale), d, c)
              .floats("t", new float[] {0.5f}, 1)
              .node("MatMul", "X w", "z")
              .node("Cast", "z", "k", Graphs.integer("to", 1))
              .node("Mul", "k t", "y")
              .output("y", c);
    };
  }

  private static float[] positive(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.5f + 2 * random.nextFloat();
    }
    return values;
  }

  private static String[] names(int c) {
    return IntStream.range(0, c).mapToObj(i -> "class" + i).toArray(String[]::new);
  }

  private static final OutputKind<?> ANY = new OutputKind<>("any", c -> true, true, (s, p) -> null);

  private static @Nullable JavaModel recognised(byte[] graph) {
    JavaGraph.Found found = JavaGraph.recognise(graph, ANY, null);
    return found == null ? null : found.model();
  }

  /** Returns ONNX Runtime's own answers. */
  private static List<double[]> natively(byte[] graph, int d, List<float[]> rows) {
    Schema<float[]> schema =
        Schema.floats(IntStream.range(0, d).mapToObj(i -> "x" + i).toArray(String[]::new));
    ModelFiles files = ModelFiles.of("onnx", Map.of("m.onnx", graph));
    try (Model<float[], OnnxOutputs> model =
        OnnxModel.outputs(schema).load(Models.version(1), files)) {
      return model.predict(rows).stream().map(o -> o.numbers(o.names().iterator().next())).toList();
    }
  }

  private static List<double[]> inJava(JavaModel model, List<float[]> rows) {
    List<double[]> answers = new ArrayList<>();
    for (float[] row : rows) {
      float[] out = new float[model.columns()];
      model.run(row, 0, out, 0, new int[model.scratch()]);
      answers.add(IntStream.range(0, out.length).mapToDouble(i -> out[i]).toArray());
    }
    return answers;
  }

  private static void assertSame(double java, double ort, double tolerance, String what) {
    boolean overflow = Math.abs(ort) > 1e37 && Math.abs(java) > 1e37;
    if (overflow) {
      // ONNX Runtime may multiply in another order than the graph: what counts is the sign.
      assertThat(java > 0).as("%s: %s, ORT %s", what, java, ort).isEqualTo(ort > 0);
    } else if (Double.isNaN(ort)) {
      assertThat(java).as("%s: %s, ORT %s", what, java, ort).isNaN();
    } else {
      assertThat(Math.abs(java - ort))
          .as("%s: %s, ORT %s", what, java, ort)
          .isLessThanOrEqualTo(tolerance);
    }
  }

  @Property(tries = 200, seed = "20261126")
  void run_ordinaryRows_agreesWithin1e6(
      @ForAll Export export, @ForAll @IntRange(min = 1, max = 40) int d, @ForAll long seed) {
    Random random = new Random(seed);
    int c = 2 + random.nextInt(4);
    byte[] graph = graph(export, random, d, c);
    JavaModel model = Objects.requireNonNull(recognised(graph));
    List<float[]> rows = IntStream.range(0, 9).mapToObj(i -> normal(random, d, 1)).toList();
    List<double[]> java = inJava(model, rows);
    List<double[]> ort = natively(graph, d, rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(java.get(i)).hasSameSizeAs(ort.get(i));
      for (int j = 0; j < java.get(i).length; j++) {
        // Relative where scores are large: floats near 10 are 1e-6 apart.
        double tolerance = 1e-6 * Math.max(1, Math.abs(ort.get(i)[j]));
        assertSame(java.get(i)[j], ort.get(i)[j], tolerance, export + " row " + i);
      }
    }
  }

  /** NaN, infinities, zeros of both signs, denormals, and numbers near the largest. */
  private static final float[] UNUSUAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    -0f,
    0f,
    Float.MIN_VALUE,
    -1e-40f,
    1e-38f,
    1e10f,
    -1e20f,
    1e29f,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };

  @Property(tries = 200, seed = "20261126")
  void run_oneUnusualValue_agreesToo(
      @ForAll Export export, @ForAll @IntRange(min = 1, max = 20) int d, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] graph = graph(export, random, d, 2 + random.nextInt(3));
    JavaModel model = Objects.requireNonNull(recognised(graph));
    List<float[]> rows = new ArrayList<>();
    for (float value : UNUSUAL) {
      float[] row = normal(random, d, 1);
      row[random.nextInt(d)] = value;
      rows.add(row);
    }
    List<double[]> java = inJava(model, rows);
    List<double[]> ort = natively(graph, d, rows);
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < java.get(i).length; j++) {
        double tolerance = 1e-6 * Math.max(1, Math.abs(ort.get(i)[j]));
        String what = export + " with " + UNUSUAL[i];
        assertSame(java.get(i)[j], ort.get(i)[j], tolerance, what);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "logreg, 4, 2",
    "zipmap, 4, 2",
    "multiclass, 4, 3",
    "regression, 4, 1",
    "sigmoid, 4, 1",
    "sigmoid_flat, 4, 1"
  })
  void recognise_modelsOfOthers_areLinear(String name, int width, int columns) {
    JavaModel model = Objects.requireNonNull(recognised(Models.bytes(name + ".onnx")));
    assertThat(model.width()).isEqualTo(width);
    assertThat(model.columns()).isEqualTo(columns);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlp",
        "identity",
        "plus1",
        "two_outputs",
        "columns",
        "one_row",
        "fixed_batch",
        "free_width",
        "two_inputs",
        "string_input",
        "external_pair",
        "double_output"
      })
  void recognise_anythingElse_isLeftToOnnxRuntime(String name) {
    assertThat(recognised(Models.bytes(name + ".onnx"))).isNull();
  }

  private static final float[] TWO = {1, 2};

  private static Graphs two() {
    return Graphs.of(2).floats("w", TWO, 2, 1).floats("b", new float[] {3}, 1);
  }

  private static byte[] classifier(String post, float[] intercepts, byte[]... attributes) {
    List<byte[]> all = new ArrayList<>(List.of(attributes));
    all.add(Graphs.integers("classlabels_ints", 0, 1));
    all.add(Graphs.numbers("coefficients", -1, -2, 1, 2));
    all.add(Graphs.numbers("intercepts", intercepts));
    all.add(Graphs.string("post_transform", post));
    return Graphs.of(2)
        .node(ML + "LinearClassifier", "X", "label p", all.toArray(byte[][]::new))
        .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
        .output("q", 2);
  }

  /** Each differs from a linear model in one thing. */
  static Stream<Arguments> nearlyLinear() {
    return Stream.of(
        Arguments.of(
            "a bend between",
            two()
                .node("MatMul", "X w", "z")
                .node("Relu", "z", "r")
                .node("Add", "r b", "y")
                .output("y", 1)),
        Arguments.of(
            "two last functions",
            two()
                .node("MatMul", "X w", "z")
                .node("Sigmoid", "z", "r")
                .node("Sigmoid", "r", "y")
                .output("y", 1)),
        Arguments.of(
            "a sum after the sigmoid",
            two()
                .node("MatMul", "X w", "z")
                .node("Sigmoid", "z", "r")
                .node("Add", "r b", "y")
                .output("y", 1)),
        Arguments.of(
            "alpha", two().node("Gemm", "X w b", "y", Graphs.number("alpha", 2)).output("y", 1)),
        Arguments.of(
            "transA", two().node("Gemm", "X w b", "y", Graphs.integer("transA", 1)).output("y", 1)),
        Arguments.of(
            "an unknown attribute",
            two().node("Gemm", "X w b", "y", Graphs.integer("transC", 0)).output("y", 1)),
        Arguments.of(
            "another domain", two().node("com.microsoft:Gemm", "X w b", "y").output("y", 1)),
        Arguments.of(
            "softmax over rows",
            two()
                .node("MatMul", "X w", "z")
                .node("Softmax", "z", "y", Graphs.integer("axis", 0))
                .output("y", 1)),
        Arguments.of(
            "the input twice",
            two().node("MatMul", "X w", "z").node("Add", "z X", "y").output("y", 1)),
        Arguments.of(
            "a newer operator set", two().opset(27).node("Gemm", "X w b", "y").output("y", 1)),
        Arguments.of(
            "an older operator set", two().opset(6).node("Gemm", "X w b", "y").output("y", 1)),
        Arguments.of("a newer ai.onnx.ml", two().ml(6).node("Gemm", "X w b", "y").output("y", 1)),
        Arguments.of(
            "functions of its own",
            two()
                .with(Graphs.bytes(25, Graphs.text(1, "Gemm")))
                .node("Gemm", "X w b", "y")
                .output("y", 1)),
        Arguments.of(
            "two values of one name",
            two().node("Gemm", "X w b", "y").node("Relu", "y", "y").output("y", 1)),
        Arguments.of(
            "a constant that changes",
            two().node("Relu", "b", "b").node("Gemm", "X w b", "y").output("y", 1)),
        Arguments.of(
            "weights of another shape",
            two().floats("v", TWO, 2, 2).node("MatMul", "X v", "y").output("y", 2)),
        Arguments.of(
            "a declared shape of another width", two().node("Gemm", "X w b", "y").output("y", 2)),
        Arguments.of(
            "division by zero",
            two()
                .floats("zero", new float[] {0}, 1)
                .node("MatMul", "X w", "z")
                .node("Div", "z zero", "y")
                .output("y", 1)),
        Arguments.of(
            "a constant minus it",
            two().node("MatMul", "X w", "z").node("Sub", "b z", "y").output("y", 1)),
        Arguments.of("no weights", Graphs.of(2).node("Identity", "X", "y").output("y", 2)),
        Arguments.of("a normal distribution", classifier("PROBIT", new float[] {-1, 1})),
        Arguments.of("sigmoids that do not add up", classifier("LOGISTIC", new float[] {1, 1})),
        Arguments.of(
            "an unknown attribute of a classifier",
            classifier("LOGISTIC", new float[] {-1, 1}, Graphs.integer("more", 1))),
        Arguments.of(
            "one number for two classes",
            Graphs.of(2)
                .node(
                    ML + "LinearClassifier",
                    "X",
                    "label p",
                    Graphs.integers("classlabels_ints", 0, 1),
                    Graphs.numbers("coefficients", 1, 2),
                    Graphs.numbers("intercepts", 1),
                    Graphs.string("post_transform", "LOGISTIC"))
                .output("p", 2)),
        Arguments.of(
            "classes out of order",
            Graphs.of(2)
                .node(
                    ML + "LinearClassifier",
                    "X",
                    "label p",
                    Graphs.integers("classlabels_ints", 1, 0),
                    Graphs.numbers("coefficients", 1, 2, 3, 4),
                    Graphs.numbers("intercepts", 1, 2),
                    Graphs.string("post_transform", "SOFTMAX"))
                .node(ML + "ZipMap", "p", "m", Graphs.integers("classlabels_int64s", 1, 0))
                .maps("m", false)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nearlyLinear")
  void recognise_nearlyLinear_isLeftToOnnxRuntime(String what, byte[] graph) {
    assertThat(recognised(graph)).as(what).isNull();
  }

  /** The control: without the one thing, it is recognised. */
  @Test
  void recognise_theSameWithoutTheDifference_isLinear() {
    assertThat(recognised(two().node("Gemm", "X w b", "y").output("y", 1))).isNotNull();
    assertThat(recognised(two().opset(26).ml(5).node("Gemm", "X w b", "y").output("y", 1)))
        .isNotNull();
    assertThat(recognised(classifier("LOGISTIC", new float[] {-1, 1}))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17, 60, 150, 250, 390})
  void recognise_cutFile_isNotLinear(int length) {
    assertThat(recognised(Arrays.copyOf(Models.bytes("logreg.onnx"), length))).isNull();
  }

  @Test
  void load_linearModel_opensNoSessionUnlessAsked() {
    OnnxLoader<float[], Double> loader = OnnxModel.probability(Models.FOUR);
    try (Model<float[], Double> java = loader.load(Models.file("logreg.onnx"))) {
      assertThat(OnnxSession.OPEN).hasValue(0);
      try (Model<float[], Double> ort =
          loader
              .options(OnnxOptions.withDefaults().withNativeOnly())
              .load(Models.file("logreg.onnx"))) {
        assertThat(OnnxSession.OPEN).hasValue(1);
        List<float[]> rows = List.of(new float[] {1, 2, 3, 4}, new float[] {0, -1, 0.5f, 0.1f});
        for (int i = 0; i < 2; i++) {
          assertThat(java.predict(rows).get(i)).isCloseTo(ort.predict(rows).get(i), within(1e-6));
        }
      }
    }
  }

  @Test
  void load_linearZipMap_namesClassesAsOnnxRuntimeDoes() {
    OnnxLoader<float[], ClassProbabilities> loader = OnnxModel.probabilities(Models.FOUR);
    try (var java = loader.load(Models.file("zipmap.onnx"));
        var ort =
            loader
                .options(OnnxOptions.withDefaults().withNativeOnly())
                .load(Models.file("zipmap.onnx"))) {
      assertThat(OnnxSession.OPEN).hasValue(1);
      List<float[]> rows = List.of(new float[] {1, 2, 3, 4});
      assertThat(java.predict(rows).get(0).labels())
          .isEqualTo(ort.predict(rows).get(0).labels())
          .containsExactly("0", "1");
      assertThat(java.predict(rows).get(0).of("1"))
          .isCloseTo(ort.predict(rows).get(0).of("1"), within(1e-6));
    }
  }
}
