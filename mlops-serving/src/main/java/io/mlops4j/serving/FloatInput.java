package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.InputEncoding;
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
    if (width < 1) {
      throw new ModelLoadException(
          "Model '"
              + graph.who()
              + "' leaves the number of its features open (input "
              + OnnxGraph.describe(input)
              + "). Export it with a fixed second dimension: the encoding writes "
              + encoding.width()
              + " floats a row.");
    }
    if (width != encoding.width()) {
      throw new ModelLoadException(
          "Model '"
              + graph.who()
              + "' takes "
              + width
              + " floats a row (input "
              + OnnxGraph.describe(input)
              + "); the encoding writes "
              + encoding.width()
              + ": "
              + columns(encoding)
              + ". Use the encoding the model was trained with.");
    }
    return new FloatInput(input.getName(), (int) width, oneRow);
  }

  private static String columns(InputEncoding encoding) {
    return encoding.columns().stream()
        .map(c -> c.feature() + " " + c.getClass().getSimpleName() + "[" + c.width() + "]")
        .collect(Collectors.joining(", "));
  }
}
