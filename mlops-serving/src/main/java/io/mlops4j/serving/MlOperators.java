package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operators of domain ai.onnx.ml that linear models and trees are exported with. */
final class MlOperators {
  private MlOperators() {}

  /** Returns what an operator makes of a value, or null if that is not known for certain. */
  static @Nullable RowValue apply(Node node, @Nullable RowValue in) {
    if (in == null || in.flat()) {
      return null;
    }
    return switch (node.operator()) {
      case "Scaler" -> in.isOpen() ? scaler(node, in) : null;
      case "LinearRegressor" -> in.isOpen() ? regressor(node, in) : null;
      case "LinearClassifier" -> in.isOpen() ? classifier(node, in) : null;
      case "TreeEnsembleRegressor" ->
          in.isOpen() ? trees(TreeReader.regressor(node, in), in) : null;
      case "TreeEnsembleClassifier" ->
          in.isOpen() ? trees(TreeReader.classifier(node, in), in) : null;
      // Softmax, and two complementary sigmoids, add up to 1 already.
      case "Normalizer" ->
          node.hasOnly("norm")
                  && node.text("norm", "MAX").equals("L1")
                  && in.labels() == null
                  && in.addsUp()
              ? in
              : null;
      case "ZipMap" -> in.labels() == null ? zipMap(node, in) : null;
      default -> null;
    };
  }

  private static @Nullable RowValue trees(@Nullable TreeEnsemble found, RowValue in) {
    return found == null ? null : in.then(found);
  }

  private static @Nullable RowValue scaler(Node node, RowValue in) {
    float[] offset = spread(node.numbers("offset"), in.columns());
    float[] scale = spread(node.numbers("scale"), in.columns());
    return !node.hasOnly("offset", "scale") || offset == null || scale == null
        ? null
        : in.then(new LinearStep.Scale(offset, scale), in.columns());
  }

  private static float @Nullable [] spread(float[] values, int columns) {
    if (values.length == 1) {
      float[] result = new float[columns];
      Arrays.fill(result, values[0]);
      return result;
    }
    return values.length == columns ? values : null;
  }

  private static @Nullable RowValue regressor(Node node, RowValue in) {
    int targets = (int) node.integer("targets", 1);
    return node.hasOnly("coefficients", "intercepts", "targets", "post_transform")
            && node.text("post_transform", "NONE").equals("NONE")
        ? coefficients(node, in, targets)
        : null;
  }

  private static @Nullable RowValue classifier(Node node, RowValue in) {
    int classes =
        Math.max(
            node.integers("classlabels_ints").length, node.texts("classlabels_strings").size());
    if (classes < 2
        || !node.hasOnly(
            "classlabels_ints",
            "classlabels_strings",
            "coefficients",
            "intercepts",
            "multi_class",
            "post_transform")) {
      return null;
    }
    RowValue scores = coefficients(node, in, classes);
    if (scores == null) {
      return null;
    }
    return switch (node.text("post_transform", "NONE")) {
      case "NONE" -> scores;
      case "SOFTMAX" -> scores.withPost(LinearModel.Post.SOFTMAX, false);
      case "LOGISTIC" -> scores.withPost(LinearModel.Post.SIGMOID, isComplementary(scores));
      default -> null;
    };
  }

  private static @Nullable RowValue coefficients(Node node, RowValue in, int columns) {
    float[] flat = node.numbers("coefficients");
    float[] bias = node.numbers("intercepts");
    long size = (long) columns * in.columns();
    if (columns < 1
        || size > JavaGraph.MOST_WEIGHTS
        || flat.length != size
        || (bias.length != 0 && bias.length != columns)) {
      return null;
    }
    float[][] weights = new float[columns][];
    for (int j = 0; j < columns; j++) {
      weights[j] = Arrays.copyOfRange(flat, j * in.columns(), (j + 1) * in.columns());
    }
    float[] all = bias.length == 0 ? new float[columns] : bias;
    return in.then(new LinearStep.Matrix(weights, all), columns);
  }

  private static boolean isComplementary(RowValue scores) {
    LinearStep.Matrix last = (LinearStep.Matrix) scores.steps().get(scores.steps().size() - 1);
    boolean result = scores.columns() == 2 && last.bias()[0] == -last.bias()[1];
    for (int i = 0; result && i < last.weights()[0].length; i++) {
      result = last.weights()[0][i] == -last.weights()[1][i];
    }
    return result;
  }

  private static @Nullable RowValue zipMap(Node node, RowValue in) {
    List<String> labels = ZipMapCut.labels(node);
    return labels != null
            && labels.size() == in.columns()
            && node.hasOnly("classlabels_strings", "classlabels_int64s")
        ? in.withLabels(labels)
        : null;
  }
}
