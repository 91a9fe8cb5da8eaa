package io.mlops4j.serving;

import io.mlops4j.serving.GraphProto.Node;
import io.mlops4j.serving.GraphProto.Port;
import io.mlops4j.serving.GraphProto.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognises graphs that are provably a linear model and nothing else: affine operators with
 * constants, then at most one sigmoid or softmax, then at most what changes no number. Whatever is
 * not known for certain (an operator, an attribute, a shape, a version) makes the answer null, and
 * ONNX Runtime runs the graph.
 *
 * <p>Operators: ONNX operator sets 7 to 26, ai.onnx.ml 1 to 5.
 */
final class LinearGraph {
  private static final String ML = "ai.onnx.ml";

  /** A matrix of more weights is better off with vector instructions. */
  private static final long MOST_WEIGHTS = 1 << 16;

  private final GraphProto graph;
  private final long opset;
  private final Map<String, Chain> chains = new HashMap<>();

  private LinearGraph(GraphProto graph) {
    this.graph = graph;
    this.opset = graph.opsets.getOrDefault("", 0L);
  }

  /**
   * A value that depends on the input by affine steps and a last function.
   *
   * @param columns how many numbers a row has
   * @param flat whether the shape is {@code [n]}
   * @param complementary whether there are two sigmoids of a score and of its negative
   */
  private record Chain(
      List<LinearStep> steps,
      int columns,
      boolean flat,
      LinearModel.Post post,
      boolean complementary,
      @Nullable List<String> labels) {

    Chain then(LinearStep step, int newColumns) {
      List<LinearStep> all = new ArrayList<>(steps);
      all.add(step);
      return new Chain(all, newColumns, flat, post, false, null);
    }

    Chain withPost(LinearModel.Post last, boolean complement) {
      return new Chain(steps, columns, flat, last, complement, null);
    }

    Chain withShape(boolean isFlat) {
      return new Chain(steps, columns, isFlat, post, complementary, labels);
    }

    Chain withLabels(List<String> names) {
      return new Chain(steps, columns, flat, post, complementary, names);
    }

    /** Whether numbers may still be changed. */
    boolean isOpen() {
      return post == LinearModel.Post.NONE && labels == null;
    }
  }

  /**
   * A graph that is a linear model.
   *
   * @param input the name of its input
   * @param model what it computes
   */
  record Found(String input, LinearModel model) {}

  /** Returns the linear model an output is, or null if that is not certain. */
  static @Nullable Found recognise(byte[] bytes, OutputKind<?> kind, @Nullable String chosen) {
    GraphProto graph = GraphProto.read(bytes);
    if (graph == null || graph.inputs.size() != 1 || kind.isAll() || !knownVersions(graph)) {
      return null;
    }
    Port input = graph.inputs.get(0);
    List<Port> outputs =
        graph.outputs.stream()
            .filter(
                o ->
                    chosen == null
                        ? o.type() != GraphProto.INT64 && o.type() != 8
                        : o.name().equals(chosen))
            .toList();
    if (input.type() != GraphProto.FLOAT
        || input.dims().size() != 2
        || input.dims().get(0) != -1
        || input.dims().get(1) < 1
        || input.dims().get(1) > MOST_WEIGHTS
        || outputs.size() != 1) {
      return null;
    }
    int width = input.dims().get(1).intValue();
    Chain chain = new LinearGraph(graph).chain(input.name(), width, outputs.get(0).name());
    if (chain == null
        || chain.steps.stream().noneMatch(LinearStep.Matrix.class::isInstance)
        || !kind.columns().test(chain.columns)
        || !isDeclared(outputs.get(0), chain)) {
      return null;
    }
    return new Found(
        input.name(),
        new LinearModel(
            width, chain.steps, chain.post, chain.labels == null ? List.of() : chain.labels));
  }

  private static boolean knownVersions(GraphProto graph) {
    return graph.opsets.entrySet().stream()
        .allMatch(
            e ->
                switch (e.getKey()) {
                  case "" -> e.getValue() >= 7 && e.getValue() <= 26;
                  case ML -> e.getValue() >= 1 && e.getValue() <= 5;
                  default -> true; // Of no operator recognised here.
                });
  }

  /** Whether the output is declared as what was found. */
  private static boolean isDeclared(Port output, Chain chain) {
    if (chain.labels != null) {
      return output.type() == GraphProto.NO_TENSOR;
    }
    long columns = output.dims().size() == 2 ? output.dims().get(1) : 1;
    return output.type() == GraphProto.FLOAT
        && output.dims().size() == (chain.flat ? 1 : 2)
        && (columns == -1 || columns == chain.columns);
  }

  private @Nullable Chain chain(String input, int width, String output) {
    chains.put(input, new Chain(List.of(), width, false, LinearModel.Post.NONE, false, null));
    Set<String> named = new HashSet<>(graph.constants.keySet());
    named.add(input);
    for (Node node : graph.nodes) {
      for (String name : node.outputs()) {
        if (!name.isEmpty() && !named.add(name)) {
          return null; // Two values of one name.
        }
      }
      if (node.domain().isEmpty() && node.operator().equals("Constant")) {
        constant(node);
        continue;
      }
      Chain result =
          switch (node.domain()) {
            case "" -> opset == 0 ? null : standard(node);
            case ML -> graph.opsets.containsKey(ML) ? learned(node) : null;
            default -> null;
          };
      // LinearClassifier's first output is the label.
      int which = node.domain().equals(ML) && node.operator().equals("LinearClassifier") ? 1 : 0;
      if (result != null && node.outputs().size() > which) {
        chains.put(node.outputs().get(which), result);
      }
    }
    return chains.get(output);
  }

  private void constant(Node node) {
    var value = node.attributes().get("value");
    if (node.hasOnly("value") && value != null && value.tensor != null) {
      graph.constants.put(node.outputs().get(0), value.tensor);
    }
  }

  private @Nullable Chain in(Node node, int position) {
    return position < node.inputs().size() ? chains.get(node.inputs().get(position)) : null;
  }

  private @Nullable Tensor constant(Node node, int position) {
    return position < node.inputs().size()
        ? graph.constants.get(node.inputs().get(position))
        : null;
  }

  private @Nullable Chain standard(Node node) {
    Chain in = in(node, 0);
    return switch (node.operator()) {
      case "Identity" -> node.hasOnly() ? in : null;
      case "Cast" -> node.hasOnly("to") && node.integer("to", 0) == GraphProto.FLOAT ? in : null;
      case "MatMul" -> in == null || !node.hasOnly() ? null : matrix(in, constant(node, 1), false);
      case "Gemm" -> in == null ? null : gemm(node, in);
      case "Add", "Sub", "Mul", "Div" -> elementwise(node);
      case "Sigmoid" ->
          in != null && in.isOpen() && node.hasOnly()
              ? in.withPost(LinearModel.Post.SIGMOID, false)
              : null;
      case "Softmax" -> in == null ? null : softmax(node, in);
      case "Flatten" -> in != null && !in.flat && node.integer("axis", 1) == 1 ? in : null;
      case "Reshape" -> in == null ? null : reshape(node, in);
      case "Squeeze" -> in == null ? null : squeeze(node, in);
      default -> null;
    };
  }

  private static @Nullable Chain matrix(Chain in, @Nullable Tensor by, boolean transposed) {
    if (by == null || !by.isFloats() || by.dims.length != 2 || in.flat || !in.isOpen()) {
      return null;
    }
    int rows = (int) by.dims[transposed ? 1 : 0];
    int columns = (int) by.dims[transposed ? 0 : 1];
    if (rows != in.columns || columns < 1 || (long) rows * columns > MOST_WEIGHTS) {
      return null;
    }
    float[][] weights = new float[columns][rows];
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        weights[j][i] = by.numbers[transposed ? j * rows + i : i * columns + j];
      }
    }
    return in.then(new LinearStep.Matrix(weights, new float[columns]), columns);
  }

  private @Nullable Chain gemm(Node node, Chain in) {
    if (!node.hasOnly("alpha", "beta", "transA", "transB")
        || node.integer("transA", 0) != 0
        || node.number("alpha", 1) != 1
        || node.number("beta", 1) != 1) {
      return null;
    }
    Chain product = matrix(in, constant(node, 1), node.integer("transB", 0) != 0);
    if (product == null || node.inputs().size() < 3 || node.inputs().get(2).isEmpty()) {
      return product;
    }
    float[] bias = perColumn(constant(node, 2), product);
    if (bias == null) {
      return null;
    }
    List<LinearStep> steps = new ArrayList<>(product.steps);
    LinearStep.Matrix last = (LinearStep.Matrix) steps.remove(steps.size() - 1);
    steps.add(new LinearStep.Matrix(last.weights(), bias));
    return new Chain(steps, product.columns, false, product.post, false, null);
  }

  /** Returns a constant as one number per column, or null if it is spread in another way. */
  private static float @Nullable [] perColumn(@Nullable Tensor tensor, Chain to) {
    if (tensor == null || !tensor.isFloats() || tensor.dims.length > 2) {
      return null;
    }
    float[] result = new float[to.columns];
    if (tensor.numbers.length == 1 && (!to.flat || tensor.dims.length < 2)) {
      Arrays.fill(result, tensor.numbers[0]);
      return result;
    }
    int last = tensor.dims.length - 1;
    boolean fits =
        !to.flat
            && last >= 0
            && tensor.dims[last] == to.columns
            && (last == 0 || tensor.dims[0] == 1);
    return fits ? tensor.numbers.clone() : null;
  }

  private @Nullable Chain elementwise(Node node) {
    String operator = node.operator();
    boolean turned = in(node, 0) == null && (operator.equals("Add") || operator.equals("Mul"));
    Chain in = in(node, turned ? 1 : 0);
    if (in == null || !in.isOpen() || !node.hasOnly()) {
      return null;
    }
    float[] by = perColumn(constant(node, turned ? 0 : 1), in);
    if (by == null) {
      return null;
    }
    float[] zeros = new float[in.columns];
    float[] ones = new float[in.columns];
    Arrays.fill(ones, 1);
    float[] changed = by.clone();
    for (int i = 0; i < by.length; i++) {
      changed[i] = operator.equals("Add") ? -by[i] : operator.equals("Div") ? 1 / by[i] : by[i];
      if (!Float.isFinite(changed[i])) {
        return null;
      }
    }
    LinearStep step =
        operator.equals("Add") || operator.equals("Sub")
            ? new LinearStep.Scale(changed, ones)
            : new LinearStep.Scale(zeros, changed);
    return in.then(step, in.columns);
  }

  private @Nullable Chain softmax(Node node, Chain in) {
    long axis = node.integer("axis", 1);
    return node.hasOnly("axis") && (axis == 1 || axis == -1) && !in.flat && in.isOpen()
        ? in.withPost(LinearModel.Post.SOFTMAX, false)
        : null;
  }

  private @Nullable Chain reshape(Node node, Chain in) {
    Tensor shape = constant(node, 1);
    if (!node.hasOnly() || shape == null || in.labels != null) {
      return null;
    }
    long[] to = shape.integers;
    if (to.length == 1 && to[0] == -1 && in.columns == 1) {
      return in.withShape(true);
    }
    return to.length == 2 && to[0] == -1 && to[1] == in.columns ? in.withShape(false) : null;
  }

  private @Nullable Chain squeeze(Node node, Chain in) {
    Tensor given = constant(node, 1);
    long[] axes = given == null ? node.integers("axes") : given.integers;
    boolean last = axes.length == 1 && (axes[0] == 1 || axes[0] == -1);
    return node.hasOnly("axes") && last && in.columns == 1 && !in.flat ? in.withShape(true) : null;
  }

  private @Nullable Chain learned(Node node) {
    Chain in = in(node, 0);
    if (in == null || in.flat) {
      return null;
    }
    return switch (node.operator()) {
      case "Scaler" -> in.isOpen() ? scaler(node, in) : null;
      case "LinearRegressor" -> in.isOpen() ? regressor(node, in) : null;
      case "LinearClassifier" -> in.isOpen() ? classifier(node, in) : null;
      // Softmax, and two complementary sigmoids, add up to 1 already.
      case "Normalizer" ->
          node.hasOnly("norm")
                  && node.text("norm", "MAX").equals("L1")
                  && in.labels == null
                  && (in.post == LinearModel.Post.SOFTMAX || in.complementary)
              ? in
              : null;
      case "ZipMap" -> in.labels == null ? zipMap(node, in) : null;
      default -> null;
    };
  }

  private static @Nullable Chain scaler(Node node, Chain in) {
    float[] offset = spread(node.numbers("offset"), in.columns);
    float[] scale = spread(node.numbers("scale"), in.columns);
    return !node.hasOnly("offset", "scale") || offset == null || scale == null
        ? null
        : in.then(new LinearStep.Scale(offset, scale), in.columns);
  }

  private static float @Nullable [] spread(float[] values, int columns) {
    if (values.length == 1) {
      float[] result = new float[columns];
      Arrays.fill(result, values[0]);
      return result;
    }
    return values.length == columns ? values : null;
  }

  private static @Nullable Chain regressor(Node node, Chain in) {
    int targets = (int) node.integer("targets", 1);
    return node.hasOnly("coefficients", "intercepts", "targets", "post_transform")
            && node.text("post_transform", "NONE").equals("NONE")
        ? coefficients(node, in, targets)
        : null;
  }

  private static @Nullable Chain classifier(Node node, Chain in) {
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
    Chain scores = coefficients(node, in, classes);
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

  private static @Nullable Chain coefficients(Node node, Chain in, int columns) {
    float[] flat = node.numbers("coefficients");
    float[] bias = node.numbers("intercepts");
    long size = (long) columns * in.columns;
    if (columns < 1
        || size > MOST_WEIGHTS
        || flat.length != size
        || (bias.length != 0 && bias.length != columns)) {
      return null;
    }
    float[][] weights = new float[columns][];
    for (int j = 0; j < columns; j++) {
      weights[j] = Arrays.copyOfRange(flat, j * in.columns, (j + 1) * in.columns);
    }
    float[] all = bias.length == 0 ? new float[columns] : bias;
    return in.then(new LinearStep.Matrix(weights, all), columns);
  }

  private static boolean isComplementary(Chain scores) {
    LinearStep.Matrix last = (LinearStep.Matrix) scores.steps.get(scores.steps.size() - 1);
    boolean result = scores.columns == 2 && last.bias()[0] == -last.bias()[1];
    for (int i = 0; result && i < last.weights()[0].length; i++) {
      result = last.weights()[0][i] == -last.weights()[1][i];
    }
    return result;
  }

  private static @Nullable Chain zipMap(Node node, Chain in) {
    List<String> labels = ZipMapCut.labels(node);
    return labels != null
            && labels.size() == in.columns
            && node.hasOnly("classlabels_strings", "classlabels_int64s")
        ? in.withLabels(labels)
        : null;
  }
}
