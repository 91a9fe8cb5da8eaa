package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the inputs of a graph with one input per column are fed: by the features of the same names,
 * and at most one float matrix by a stored encoding.
 *
 * @param schema what rows are
 * @param columns one per input that a feature feeds
 * @param block the input that the encoding feeds, or null
 * @param encoder the encoding, if there is such an input
 * @param oneRow whether the graph takes exactly one row at a time
 */
record ColumnInputs<I>(
    Schema<I> schema,
    List<InputColumn.Binding> columns,
    @Nullable FloatInput block,
    @Nullable RowEncoder<I> encoder,
    boolean oneRow) {

  /** Returns how the inputs are fed, or says of both sides what does not fit. */
  static <I> ColumnInputs<I> match(
      OnnxGraph graph, Schema<I> schema, @Nullable RowEncoder<I> encoder) {
    List<InputColumn.Binding> columns = new ArrayList<>();
    List<NodeInfo> unknown = new ArrayList<>();
    FloatInput block = null;
    boolean oneRow = false;
    for (NodeInfo input : graph.inputs()) {
      if (schema.has(input.getName())) {
        columns.add(bind(graph, input, schema));
      } else if (encoder != null && block == null && OnnxGraph.isFloatMatrix(input)) {
        block = FloatInput.read(graph, input, encoder.encoding());
      } else {
        unknown.add(input);
        continue;
      }
      oneRow |= graph.oneRow(input);
    }
    if (!unknown.isEmpty()) {
      throw missing(graph, schema, unknown);
    }
    return new ColumnInputs<>(schema, columns, block, block == null ? null : encoder, oneRow);
  }

  private static ModelLoadException missing(
      OnnxGraph graph, Schema<?> schema, List<NodeInfo> unknown) {
    List<String> inputs = graph.inputs().stream().map(NodeInfo::getName).toList();
    String unused =
        schema.features().stream()
            .map(Feature::name)
            .filter(name -> !inputs.contains(name))
            .collect(Collectors.joining(", "));
    return new ModelLoadException(
        "Model '"
            + graph.who()
            + "' takes "
            + OnnxGraph.list(graph.inputs())
            + ". "
            + schema
            + " has no feature for "
            + OnnxGraph.list(unknown)
            + (unused.isEmpty() ? "" : "; no input takes " + unused)
            + ". Inputs are matched by name, one feature each: name the features as the model's"
            + " inputs. A model with all features in one float tensor [n, d] is matched by the"
            + " encoding stored with it.");
  }

  private static InputColumn.Binding bind(OnnxGraph graph, NodeInfo input, Schema<?> schema) {
    Feature<?> feature = schema.feature(input.getName());
    if (!(input.getInfo() instanceof TensorInfo tensor)
        || tensor.getShape().length < 1
        || tensor.getShape().length > 2) {
      throw unfitting(graph, input, feature, "a tensor [n] or [n, 1]");
    }
    graph.oneRow(input);
    long[] shape = tensor.getShape();
    boolean flat = shape.length == 1;
    int wanted = feature.kind() == FeatureKind.VECTOR ? feature.length() : 1;
    // A width left open is what the feature has.
    if ((flat && wanted != 1) || (!flat && shape[1] != -1 && shape[1] != wanted)) {
      throw unfitting(graph, input, feature, "[n, " + wanted + "]");
    }
    boolean fits =
        switch (feature.kind()) {
          case NUMERIC, TIME ->
              switch (tensor.type) {
                case FLOAT, DOUBLE, INT64, INT32, BOOL -> true;
                default -> false;
              };
          case CATEGORICAL, TEXT -> tensor.type == OnnxJavaType.STRING;
          case VECTOR -> tensor.type == OnnxJavaType.FLOAT && wanted > 0;
        };
    if (!fits) {
      throw unfitting(
          graph,
          input,
          feature,
          switch (feature.kind()) {
            case NUMERIC, TIME -> "float, double, int64, int32 or bool";
            case CATEGORICAL, TEXT -> "string";
            case VECTOR -> "float, and a vector of declared length";
          });
    }
    return new InputColumn.Binding(
        input.getName(), schema.indexOf(input.getName()), tensor.type, wanted, flat);
  }

  private static ModelLoadException unfitting(
      OnnxGraph graph, NodeInfo input, Feature<?> feature, String expected) {
    return new ModelLoadException(
        "Model '"
            + graph.who()
            + "': the feature "
            + feature
            + " does not fit the input "
            + OnnxGraph.describe(input)
            + " (expected: "
            + expected
            + "). Change the feature's type or the model's input.");
  }

  /** Returns how many numbers and texts a row is. */
  int width() {
    int width = block == null ? 0 : block.width();
    for (InputColumn.Binding column : columns) {
      width += column.width();
    }
    return width;
  }
}
