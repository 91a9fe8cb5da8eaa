package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The input and the output of a graph that a loader uses, or why it cannot.
 *
 * @param input the input's name
 * @param width floats per row
 * @param oneRow whether the graph takes exactly one row at a time
 * @param output the output's name
 */
record OnnxGraph(String input, int width, boolean oneRow, String output) {

  /** Names exporters give to the output that is meant, most telling first. */
  private static final List<String> TELLING =
      List.of("probabilities", "probability", "output_probability");

  static OnnxGraph read(
      ModelVersion who,
      Collection<NodeInfo> inputs,
      Collection<NodeInfo> outputs,
      InputEncoding encoding,
      OutputKind<?> kind,
      @Nullable String chosen) {
    NodeInfo input = inputs.iterator().next();
    if (inputs.size() != 1
        || !(input.getInfo() instanceof TensorInfo tensor)
        || tensor.type != OnnxJavaType.FLOAT
        || tensor.getShape().length != 2) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' takes "
              + list(inputs)
              + ". This loader takes one float tensor [n, d]. "
              + "Export the model without string inputs and with its features in one tensor.");
    }
    long rows = tensor.getShape()[0];
    long width = tensor.getShape()[1];
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
    if (width < 1) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' leaves the number of its features open (input "
              + describe(input)
              + "). Export it with a fixed second dimension: the encoding writes "
              + encoding.width()
              + " floats a row.");
    }
    if (width != encoding.width()) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' takes "
              + width
              + " floats a row (input "
              + describe(input)
              + "); the encoding writes "
              + encoding.width()
              + ": "
              + columns(encoding)
              + ". Use the encoding the model was trained with.");
    }
    return new OnnxGraph(
        input.getName(), (int) width, rows == 1, output(who, outputs, kind, chosen));
  }

  private static String output(
      ModelVersion who, Collection<NodeInfo> outputs, OutputKind<?> kind, @Nullable String chosen) {
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
      return fitting.get(0).getName();
    }
    StringBuilder message = new StringBuilder("Model '" + who + "' ");
    if (fitting.isEmpty()) {
      message.append(chosen == null ? "has no output" : "has no output '" + chosen + "'");
      message.append(" to read as ").append(kind.wanted()).append(". Outputs: ");
      message.append(list(outputs)).append('.');
      if (outputs.stream().anyMatch(o -> !(o.getInfo() instanceof TensorInfo))) {
        message.append(
            " Sequences and maps are not read: export scikit-learn classifiers with"
                + " options={'zipmap': False}.");
      }
    } else {
      message.append("has ").append(fitting.size()).append(" outputs to read as ");
      message.append(kind.wanted()).append(": ").append(list(fitting));
      message.append(". Say which one with .output(\"").append(fitting.get(0).getName());
      message.append("\").");
    }
    throw new ModelLoadException(message.toString());
  }

  private static boolean fits(NodeInfo output, OutputKind<?> kind) {
    if (!(output.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
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

  private static String list(Collection<NodeInfo> nodes) {
    return nodes.stream().map(OnnxGraph::describe).collect(Collectors.joining(", "));
  }

  private static String describe(NodeInfo node) {
    String name = "'" + Text.printable(node.getName(), 64) + "' ";
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

  private static String columns(InputEncoding encoding) {
    return encoding.columns().stream()
        .map(c -> c.feature() + " " + c.getClass().getSimpleName() + "[" + c.width() + "]")
        .collect(Collectors.joining(", "));
  }
}
