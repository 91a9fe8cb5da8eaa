package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ZipMap at the end is left out, or read as maps; the answers are the same. */
class ZipMapTest {
  private static final Schema<float[]> TWO = Schema.floats("a", "b");
  private static final List<float[]> ROWS = List.of(new float[] {1, 2}, new float[] {-1, 0.5f});

  /** Three classes named by integers, after a bend, so that ONNX Runtime runs it. */
  private static byte[] graph(long... classes) {
    return Graphs.of(2)
        .node("Tanh", "X", "t")
        .node(
            "ai.onnx.ml:LinearClassifier",
            "t",
            "label p",
            Graphs.integers("classlabels_ints", classes),
            Graphs.numbers("coefficients", 1, -1, 0.5f, 2, -2, 0.1f),
            Graphs.numbers("intercepts", 0.1f, 0.2f, 0.3f),
            Graphs.string("post_transform", "SOFTMAX"))
        .node("ai.onnx.ml:ZipMap", "p", "maps", Graphs.integers("classlabels_int64s", classes))
        .maps("maps", false);
  }

  private static Model<float[], ClassProbabilities> load(byte[] graph) {
    return OnnxModel.probabilities(TWO)
        .load(Models.version(1), ModelFiles.of("onnx", Map.of("m.onnx", graph)));
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void probabilities_classesInOrder_areReadFromTheTensorBeforeTheMap() {
    byte[] graph = graph(2, 3, 10);
    assertThat(ZipMapCut.of(graph, null)).isNotNull();
    try (Model<float[], ClassProbabilities> cut = load(graph);
        Model<float[], OnnxOutputs> maps =
            OnnxModel.outputs(TWO)
                .load(Models.version(1), ModelFiles.of("onnx", Map.of("m.onnx", graph)))) {
      for (int i = 0; i < ROWS.size(); i++) {
        ClassProbabilities answer = cut.predict(ROWS).get(i);
        assertThat(answer.labels()).containsExactly("2", "3", "10");
        assertThat(answer).isEqualTo(maps.predict(ROWS).get(i).probabilities("maps"));
      }
    }
  }

  @Test
  void probabilities_classesOutOfOrder_areReadFromTheMaps() {
    byte[] graph = graph(10, 2, 3);
    assertThat(ZipMapCut.of(graph, null)).isNull();
    try (Model<float[], ClassProbabilities> model = load(graph);
        Model<float[], ClassProbabilities> ordered = load(graph(2, 3, 10))) {
      ClassProbabilities answer = model.predict(ROWS).get(0);
      ClassProbabilities other = ordered.predict(ROWS).get(0);
      assertThat(answer.labels()).containsExactly("2", "3", "10");
      // The first column is class 10 here, class 2 there.
      assertThat(answer.of("10")).isCloseTo(other.of("2"), within(1e-7));
      assertThat(answer.of("2")).isCloseTo(other.of("3"), within(1e-7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"columns", "columns_forest", "lightgbm", "lightgbm3", "zipmap", "text"})
  void of_exportsOfOthers_areCut(String name) {
    ZipMapCut cut = Objects.requireNonNull(ZipMapCut.of(Models.bytes(name + ".onnx"), null));
    // Nothing is left to cut, and the rest is still there.
    assertThat(ZipMapCut.of(cut.bytes(), null)).isNull();
    assertThat(cut.labels()).hasSizeBetween(2, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logreg", "mlp", "types", "custom_op"})
  void of_graphsWithoutOne_areLeftAlone(String name) {
    assertThat(ZipMapCut.of(Models.bytes(name + ".onnx"), null)).isNull();
  }

  @Test
  void of_anotherOutputAskedForOrDamaged_isNotCut() {
    byte[] graph = graph(0, 1, 2);
    assertThat(ZipMapCut.of(graph, "label")).isNull();
    assertThat(ZipMapCut.of(graph, "maps")).isNotNull();
    for (int length = 0; length < graph.length; length++) {
      ZipMapCut.of(Arrays.copyOf(graph, length), null); // Throws nothing.
    }
  }
}
