package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a graph takes and gives, as ONNX Runtime tells it.
 *
 * @param who the model, for messages
 * @param inputs at least one
 * @param outputs at least one
 * @param labels the classes the output that is read stands for, if a ZipMap was cut off
 */
record OnnxGraph(
    ModelVersion who, List<NodeInfo> inputs, List<NodeInfo> outputs, List<String> labels) {
  /** Refuses a graph that takes or gives nothing: it cannot depend on a row, or say so. */
  OnnxGraph {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' has "
              + inputs.size()
              + " inputs and "
              + outputs.size()
              + " outputs (expected: at least 1 of each). Export the graph with the tensors a row"
              + " is read from and answered by.");
    }
  }

  /** Names exporters give to the output that is meant, most telling first. */
  private static final List<String> TELLING =
      List.of("probabilities", "probability", "output_probability");

  /** Returns the one input if it is a float matrix, else null. */
  @Nullable NodeInfo oneFloatMatrix() {
    return inputs.size() == 1 && isFloatMatrix(inputs.get(0)) ? inputs.get(0) : null;
  }

  static boolean isFloatMatrix(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo tensor
        && tensor.type == OnnxJavaType.FLOAT
        && tensor.getShape().length == 2;
  }

  /** Returns whether an input takes exactly one row; refuses any other fixed number. */
  boolean oneRow(NodeInfo input) {
    long rows = ((TensorInfo) input.getInfo()).getShape()[0];
    if (rows != -1 && rows != 1) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' takes exactly "
              + rows
              + " rows at a time (input "
              + describe(input)
              + "). Export it with a free first dimension, or with 1.");
    }
    return rows == 1;
  }

  /**
   * Returns the output to read.
   *
   * @param kind what it must look like
   * @param chosen its name, or null to find the only one that fits
   */
  NodeInfo output(OutputKind<?> kind, @Nullable String chosen) {
    List<NodeInfo> fitting =
        outputs.stream()
            .filter(o -> chosen == null || o.getName().equals(chosen))
            .filter(o -> fits(o, kind))
            .toList();
    if (fitting.size() > 1) {
      List<NodeInfo> told = fitting.stream().filter(o -> TELLING.contains(o.getName())).toList();
      fitting = told.size() == 1 ? told : fitting;
    }
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    StringBuilder message = new StringBuilder("Model '" + who + "' ");
    if (fitting.isEmpty()) {
      message.append(
          chosen == null ? "has no output" : "has no output '" + Text.printable(chosen, 64) + "'");
      message.append(" to read as ").append(kind.wanted()).append(". Outputs: ");
      message.append(list(outputs)).append('.');
    } else {
      message.append("has ").append(fitting.size()).append(" outputs to read as ");
      message.append(kind.wanted()).append(": ").append(list(fitting));
      message.append(". Say which one with .output(\"").append(fitting.get(0).getName());
      message.append("\").");
    }
    throw new ModelLoadException(message.toString());
  }

  private static boolean fits(NodeInfo output, OutputKind<?> kind) {
    if (output.getInfo() instanceof SequenceInfo sequence) {
      return kind.maps() && OutputValues.isMapOfNumbers(sequence);
    }
    if (!(output.getInfo() instanceof TensorInfo tensor)
        || (tensor.type != OnnxJavaType.FLOAT && tensor.type != OnnxJavaType.DOUBLE)) {
      return false;
    }
    long[] shape = tensor.getShape();
    return switch (shape.length) {
      case 1 -> kind.columns().test(1);
      // A free width is settled by the first run.
      case 2 -> shape[1] == -1 || (shape[1] < 1 << 20 && kind.columns().test((int) shape[1]));
      default -> false;
    };
  }

  static String list(Collection<NodeInfo> nodes) {
    return nodes.stream().map(OnnxGraph::describe).collect(Collectors.joining(", "));
  }

  static String describe(NodeInfo node) {
    String name = "'" + Text.printable(node.getName(), 64) + "' ";
    if (node.getInfo() instanceof SequenceInfo sequence && sequence.isSequenceOfMaps()) {
      return name
          + "sequence of maps from "
          + sequence.mapInfo.keyType.toString().toLowerCase(Locale.ROOT)
          + " to "
          + sequence.mapInfo.valueType.toString().toLowerCase(Locale.ROOT);
    }
    if (!(node.getInfo() instanceof TensorInfo tensor)) {
      return name
          + node.getInfo().getClass().getSimpleName().replace("Info", "").toLowerCase(Locale.ROOT);
    }
    return name
        + tensor.type.toString().toLowerCase(Locale.ROOT)
        + Arrays.stream(tensor.getShape())
            .mapToObj(d -> d < 0 ? "n" : Long.toString(d))
            .collect(Collectors.joining(", ", " [", "]"));
  }
}
