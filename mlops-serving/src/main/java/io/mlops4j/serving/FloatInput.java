package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import java.util.stream.Collectors;

/**
 * An input {@code [n, width]} of floats that an encoding writes.
 *
 * @param name its name in the graph
 * @param width floats per row
 * @param oneRow whether the graph takes exactly one row at a time
 */
record FloatInput(String name, int width, boolean oneRow) {

  /** Returns the input, or says why the encoding does not fit it. */
  static FloatInput read(OnnxGraph graph, NodeInfo input, InputEncoding encoding) {
    boolean oneRow = graph.oneRow(input);
    long width = ((TensorInfo) input.getInfo()).getShape()[1];
    requireWidth(graph.who(), OnnxGraph.describe(input), width, encoding);
    return new FloatInput(input.getName(), (int) width, oneRow);
  }

  /** Refuses an input of another width than the encoding's; lists both sides. */
  static void requireWidth(ModelVersion who, String described, long width, InputEncoding encoding) {
    if (width < 1) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' leaves the number of its features open (input "
              + described
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
              + described
              + "); the encoding writes "
              + encoding.width()
              + ": "
              + columns(encoding)
              + ". Use the encoding the model was trained with.");
    }
  }

  private static String columns(InputEncoding encoding) {
    return encoding.columns().stream()
        .map(c -> c.feature() + " " + c.getClass().getSimpleName() + "[" + c.width() + "]")
        .collect(Collectors.joining(", "));
  }
}
