package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tree ensembles are not run in Java. */
class TreeReaderTest {
  private static final String ML = "ai.onnx.ml:";

  /** Returns one comparison and two leaves. */
  private static TreeGraphs fork(String mode, long feature, float threshold) {
    return new TreeGraphs()
        .inner(0, 0, mode, feature, threshold, 1, 2)
        .leaf(0, 1)
        .leaf(0, 2)
        .weight(0, 1, 0, 1)
        .weight(0, 2, 0, 2);
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
    TreeGraphs unreached = TreeGraphs.small().leaf(0, 5).weight(0, 5, 0, 1);
    TreeGraphs inPieces =
        TreeGraphs.small().leaf(1, 0).weight(1, 0, 0, 1).leaf(0, 6).weight(0, 6, 0, 1);
    TreeGraphs twice = TreeGraphs.small().leaf(0, 1);
    TreeGraphs outside = new TreeGraphs().inner(0, 0, "BRANCH_LEQ", 0, 1, 1, 7);
    TreeGraphs wide = fork("BRANCH_LEQ", 2, 1);
    TreeGraphs other = fork("BRANCH_MEMBER", 0, 1);
    TreeGraphs never = fork("BRANCH_LEQ", 0, Float.NaN);
    TreeGraphs silent = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).leaf(1, 0);
    TreeGraphs both = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).weight(0, 0, 1, 1);
    TreeGraphs some = new TreeGraphs().leaf(0, 0).weight(0, 0, 1, 1);
    return Stream.of(
        Arguments.of("a node that two nodes lead to if false", twoParents.regressor()),
        Arguments.of("a circle", circle.regressor()),
        Arguments.of("a node that is not reached", unreached.regressor()),
        Arguments.of("a tree in two pieces", inPieces.regressor()),
        Arguments.of("a node twice", twice.regressor()),
        Arguments.of("a child that is not there", outside.regressor()),
        Arguments.of("a feature that is not there", wide.regressor()),
        Arguments.of("a comparison of another kind", other.regressor()),
        Arguments.of("a threshold that is no number", never.regressor()),
        Arguments.of("a leaf without a weight", silent.regressor()),
        Arguments.of(
            "a weight of an inner node", TreeGraphs.small().weight(0, 0, 0, 1).regressor()),
        Arguments.of("a weight of no node", TreeGraphs.small().weight(0, 9, 0, 1).regressor()),
        Arguments.of("a weight of no tree", TreeGraphs.small().weight(7, 0, 0, 1).regressor()),
        Arguments.of("two weights of a leaf", TreeGraphs.small().weight(0, 1, 0, 1).regressor()),
        Arguments.of(
            "a target that is not there", TreeGraphs.small().weight(0, 1, 1, 1).regressor()),
        Arguments.of(
            "an infinite weight",
            TreeGraphs.small().leaf(1, 0).weight(1, 0, 0, Float.POSITIVE_INFINITY).regressor()),
        Arguments.of(
            "more base values than sums",
            TreeGraphs.small().with(Graphs.numbers("base_values", 1, 2)).regressor()),
        Arguments.of(
            "the least of the trees",
            TreeGraphs.small().with(Graphs.string("aggregate_function", "MIN")).regressor()),
        Arguments.of(
            "a last function of a regressor",
            TreeGraphs.small().with(Graphs.string("post_transform", "LOGISTIC")).regressor()),
        Arguments.of(
            "an unknown attribute", TreeGraphs.small().with(Graphs.integer("more", 1)).regressor()),
        Arguments.of(
            "a sum of both signs without a last function",
            TreeGraphs.small().leaf(1, 0).weight(1, 0, 0, -1).classifier(2)),
        Arguments.of(
            "a softmax of one sum",
            TreeGraphs.small().with(Graphs.string("post_transform", "SOFTMAX")).classifier(2)),
        Arguments.of(
            "a normal distribution",
            TreeGraphs.small().with(Graphs.string("post_transform", "PROBIT")).classifier(2)),
        Arguments.of(
            "base values of two sums",
            both.with(Graphs.numbers("base_values", 1, 1)).classifier(2)),
        Arguments.of("the second class only", some.classifier(2)),
        Arguments.of(
            "a base of a target without a tree",
            TreeGraphs.small()
                .with(Graphs.numbers("base_values", 1, 2))
                .regressor(Graphs.of(2), "X", "y", 2)
                .output("y", 2)),
        Arguments.of("one class", TreeGraphs.small().classifier(1)),
        Arguments.of(
            "numbers after the trees",
            TreeGraphs.small()
                .regressor(Graphs.of(2).floats("b", new float[] {3}, 1), "X", "z", 1)
                .node("Add", "z b", "y")
                .output("y", 1)),
        Arguments.of(
            "probabilities that are doubled",
            TreeGraphs.small()
                .classifier(Graphs.of(2).floats("b", new float[] {2}, 1), "X", "p", 2)
                .node("Mul", "p b", "y")
                .output("y", 2)),
        Arguments.of(
            "trees of sums",
            TreeGraphs.small()
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
            TreeGraphs.small()
                .classifier(Graphs.of(2), "X", "p", 2)
                .node(ML + "Normalizer", "p", "q", Graphs.string("norm", "L1"))
                .output("q", 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nearlyTrees")
  void recognise_nearlyTrees_isLeftToOnnxRuntime(String what, byte[] graph) {
    assertThat(TreeGraphs.recognised(graph)).as(what).isNull();
  }

  /** The control: without the one thing, they are recognised. */
  @Test
  void recognise_theSameWithoutTheDifference_areTrees() {
    assertThat(TreeGraphs.recognised(TreeGraphs.small().regressor())).isNotNull();
    assertThat(TreeGraphs.recognised(TreeGraphs.small().classifier(2))).isNotNull();
    assertThat(TreeGraphs.recognised(fork("BRANCH_LEQ", 1, 1).regressor())).isNotNull();
    TreeGraphs both = new TreeGraphs().leaf(0, 0).weight(0, 0, 0, 1).weight(0, 0, 1, 1);
    assertThat(TreeGraphs.recognised(both.classifier(2))).isNotNull();
  }
}
