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
 * Recognises graphs that are provably a linear model or a tree ensemble and nothing else: affine
 * operators with constants, then at most one sigmoid or softmax, or trees, then at most what
 * changes no number. Whatever is not known for certain (an operator, an attribute, a shape, a
 * version) makes the answer null, and ONNX Runtime runs the graph.
 *
 * <p>Operators: ONNX operator sets 7 to 26, ai.onnx.ml 1 to 5.
 */
final class JavaGraph {
  private static final String ML = "ai.onnx.ml";

  /** A matrix of more weights is better off with vector instructions. */
  static final long MOST_WEIGHTS = 1 << 16;

  private final GraphProto graph;
  private final long opset;
  private final Map<String, RowValue> values = new HashMap<>();

  private JavaGraph(GraphProto graph) {
    this.graph = graph;
    this.opset = graph.opsets.getOrDefault("", 0L);
  }

  /**
   * A graph that is computed in Java.
   *
   * @param input the name of its input
   * @param model what it computes
   */
  record Found(String input, JavaModel model) {}

  /** Returns the model an output is, or null if that is not certain. */
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
    RowValue value = new JavaGraph(graph).value(input.name(), width, outputs.get(0).name());
    if (value == null
        || !kind.columns().test(value.columns())
        || !isDeclared(outputs.get(0), value)) {
      return null;
    }
    JavaModel model = value.model(width);
    return model == null ? null : new Found(input.name(), model);
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
  private static boolean isDeclared(Port output, RowValue value) {
    if (value.labels() != null) {
      return output.type() == GraphProto.NO_TENSOR;
    }
    long columns = output.dims().size() == 2 ? output.dims().get(1) : 1;
    return output.type() == GraphProto.FLOAT
        && output.dims().size() == (value.flat() ? 1 : 2)
        && (columns == -1 || columns == value.columns());
  }

  private @Nullable RowValue value(String input, int width, String output) {
    values.put(input, RowValue.ofInput(width));
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
      RowValue result =
          switch (node.domain()) {
            case "" -> opset == 0 ? null : standard(node);
            case ML -> graph.opsets.containsKey(ML) ? MlOperators.apply(node, in(node, 0)) : null;
            default -> null;
          };
      // A classifier's first output is the label.
      int which = node.domain().equals(ML) && node.operator().endsWith("Classifier") ? 1 : 0;
      if (result != null && node.outputs().size() > which) {
        values.put(node.outputs().get(which), result);
      }
    }
    return values.get(output);
  }

  private void constant(Node node) {
    var value = node.attributes().get("value");
    if (node.hasOnly("value") && value != null && value.tensor != null) {
      graph.constants.put(node.outputs().get(0), value.tensor);
    }
  }

  private @Nullable RowValue in(Node node, int position) {
    return position < node.inputs().size() ? values.get(node.inputs().get(position)) : null;
  }

  private @Nullable Tensor constant(Node node, int position) {
    return position < node.inputs().size()
        ? graph.constants.get(node.inputs().get(position))
        : null;
  }

  private @Nullable RowValue standard(Node node) {
    RowValue in = in(node, 0);
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
      case "Flatten" -> in != null && !in.flat() && node.integer("axis", 1) == 1 ? in : null;
      case "Reshape" -> in == null ? null : reshape(node, in);
      case "Squeeze" -> in == null ? null : squeeze(node, in);
      default -> null;
    };
  }

  private static @Nullable RowValue matrix(RowValue in, @Nullable Tensor by, boolean transposed) {
    if (by == null || !by.isFloats() || by.dims.length != 2 || in.flat() || !in.isOpen()) {
      return null;
    }
    int rows = (int) by.dims[transposed ? 1 : 0];
    int columns = (int) by.dims[transposed ? 0 : 1];
    if (rows != in.columns() || columns < 1 || (long) rows * columns > MOST_WEIGHTS) {
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

  private @Nullable RowValue gemm(Node node, RowValue in) {
    if (!node.hasOnly("alpha", "beta", "transA", "transB")
        || node.integer("transA", 0) != 0
        || node.number("alpha", 1) != 1
        || node.number("beta", 1) != 1) {
      return null;
    }
    RowValue product = matrix(in, constant(node, 1), node.integer("transB", 0) != 0);
    if (product == null || node.inputs().size() < 3 || node.inputs().get(2).isEmpty()) {
      return product;
    }
    float[] bias = perColumn(constant(node, 2), product);
    if (bias == null) {
      return null;
    }
    List<LinearStep> steps = new ArrayList<>(product.steps());
    LinearStep.Matrix last = (LinearStep.Matrix) steps.remove(steps.size() - 1);
    steps.add(new LinearStep.Matrix(last.weights(), bias));
    return new RowValue(steps, null, product.columns(), false, product.post(), false, null);
  }

  /** Returns a constant as one number per column, or null if it is spread in another way. */
  private static float @Nullable [] perColumn(@Nullable Tensor tensor, RowValue to) {
    if (tensor == null || !tensor.isFloats() || tensor.dims.length > 2) {
      return null;
    }
    float[] result = new float[to.columns()];
    if (tensor.numbers.length == 1 && (!to.flat() || tensor.dims.length < 2)) {
      Arrays.fill(result, tensor.numbers[0]);
      return result;
    }
    int last = tensor.dims.length - 1;
    boolean fits =
        !to.flat()
            && last >= 0
            && tensor.dims[last] == to.columns()
            && (last == 0 || tensor.dims[0] == 1);
    return fits ? tensor.numbers.clone() : null;
  }

  private @Nullable RowValue elementwise(Node node) {
    String operator = node.operator();
    boolean turned = in(node, 0) == null && (operator.equals("Add") || operator.equals("Mul"));
    RowValue in = in(node, turned ? 1 : 0);
    if (in == null || in.labels() != null || !node.hasOnly()) {
      return null;
    }
    float[] by = perColumn(constant(node, turned ? 0 : 1), in);
    if (by == null) {
      return null;
    }
    if (!in.isOpen()) {
      return isOne(operator, by) ? in : null;
    }
    float[] zeros = new float[in.columns()];
    float[] ones = new float[in.columns()];
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
    return in.then(step, in.columns());
  }

  /** Whether an operator changes nothing: LightGBM's converter multiplies probabilities by 1. */
  private static boolean isOne(String operator, float[] by) {
    boolean ones = operator.equals("Mul") || operator.equals("Div");
    for (float value : by) {
      ones &= value == 1;
    }
    return ones;
  }

  private @Nullable RowValue softmax(Node node, RowValue in) {
    long axis = node.integer("axis", 1);
    return node.hasOnly("axis") && (axis == 1 || axis == -1) && !in.flat() && in.isOpen()
        ? in.withPost(LinearModel.Post.SOFTMAX, false)
        : null;
  }

  private @Nullable RowValue reshape(Node node, RowValue in) {
    Tensor shape = constant(node, 1);
    if (!node.hasOnly() || shape == null || in.labels() != null) {
      return null;
    }
    long[] to = shape.integers;
    if (to.length == 1 && to[0] == -1 && in.columns() == 1) {
      return in.withShape(true);
    }
    return to.length == 2 && to[0] == -1 && to[1] == in.columns() ? in.withShape(false) : null;
  }

  private @Nullable RowValue squeeze(Node node, RowValue in) {
    Tensor given = constant(node, 1);
    long[] axes = given == null ? node.integers("axes") : given.integers;
    boolean last = axes.length == 1 && (axes[0] == 1 || axes[0] == -1);
    return node.hasOnly("axes") && last && in.columns() == 1 && !in.flat()
        ? in.withShape(true)
        : null;
  }
}
