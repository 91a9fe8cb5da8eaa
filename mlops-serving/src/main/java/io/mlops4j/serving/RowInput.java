package io.mlops4j.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows of a schema: encoded into one float tensor, or one input per feature. */
record RowInput<I>(Schema<I> schema) implements OnnxInput<I> {
  RowInput {
    Objects.requireNonNull(schema, "schema");
  }

  @Override
  public Optional<Schema<I>> schemaOfRows() {
    return Optional.of(schema);
  }

  @Override
  public OnnxKernel<I> kernel(
      OnnxGraph graph,
      OnnxSession session,
      OutputKind<?> kind,
      @Nullable String output,
      Stored stored) {
    NodeInfo matrix = graph.oneFloatMatrix();
    boolean encoded =
        matrix != null
            && (stored.encoding().isPresent()
                || !isColumn(matrix.getName(), ((TensorInfo) matrix.getInfo()).getShape()[1]));
    if (!encoded) {
      RowEncoder<I> encoder = stored.encoding().isPresent() ? encoder(graph.who(), stored) : null;
      ColumnInputs<I> inputs = ColumnInputs.match(graph, schema, encoder);
      return new ColumnKernel<>(graph, session, inputs, outputs(graph, kind, output), kind);
    }
    NodeInfo input = Objects.requireNonNull(matrix);
    RowEncoder<I> encoder = encoder(graph.who(), stored);
    FloatInput floats = FloatInput.read(graph, input, encoder.encoding());
    List<String> outputs = outputs(graph, kind, output);
    if (outputs.size() == 1 && isPinnable(graph, outputs.get(0)) && !kind.isAll()) {
      return new PinnedKernel<>(graph, session, floats, outputs.get(0), encoder, kind);
    }
    ColumnInputs<I> inputs =
        new ColumnInputs<>(schema, List.of(), floats, encoder, floats.oneRow());
    return new ColumnKernel<>(graph, session, inputs, outputs, kind);
  }

  /**
   * Whether a matrix is fed by the feature of its name: if the features as a whole do not make it
   * up.
   */
  private boolean isColumn(String input, long width) {
    boolean numbers =
        schema.features().stream()
            .noneMatch(f -> f.kind() == FeatureKind.CATEGORICAL || f.kind() == FeatureKind.TEXT);
    return schema.has(input)
        && (!numbers || schema.features().stream().mapToLong(Feature::length).sum() != width);
  }

  @Override
  public @Nullable OnnxKernel<I> inJava(
      ModelVersion who, byte[] bytes, OutputKind<?> kind, @Nullable String output, Stored stored) {
    JavaGraph.Found found = JavaGraph.recognise(bytes, kind, output);
    if (found == null
        || (stored.encoding().isEmpty() && isColumn(found.input(), found.model().width()))) {
      return null;
    }
    RowEncoder<I> encoder = encoder(who, stored);
    int width = found.model().width();
    String described = "'" + Text.printable(found.input(), 64) + "' float [n, " + width + "]";
    FloatInput.requireWidth(who, described, width, encoder.encoding());
    return new JavaKernel<>(found.model(), encoder);
  }

  private static boolean isPinnable(OnnxGraph graph, String output) {
    return graph.outputs().stream()
        .filter(o -> o.getName().equals(output))
        .anyMatch(
            o -> o.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT);
  }

  /** Returns the names of what is read. */
  private static List<String> outputs(
      OnnxGraph graph, OutputKind<?> kind, @Nullable String chosen) {
    if (!kind.isAll()) {
      return List.of(graph.output(kind, chosen).getName());
    }
    for (NodeInfo output : graph.outputs()) {
      boolean readable =
          output.getInfo() instanceof TensorInfo tensor
              ? OutputValues.isReadable(tensor.type)
              : output.getInfo() instanceof SequenceInfo sequence
                  && OutputValues.isMapOfNumbers(sequence);
      if (!readable) {
        throw new ModelLoadException(
            "Model '"
                + graph.who()
                + "' has the output "
                + OnnxGraph.describe(output)
                + ", which is not read. Read are tensors of numbers and strings, and sequences of"
                + " maps from classes to numbers: export the model without that output.");
      }
    }
    return graph.outputs().stream().map(NodeInfo::getName).toList();
  }

  /** Returns the stored encoding, or the one that passes all numbers on, for rows of the schema. */
  RowEncoder<I> encoder(ModelVersion who, Stored stored) {
    Optional<String> signature = stored.signature();
    if (stored.encoding().isEmpty()
        && signature.isPresent()
        && !signature.get().equals(schema.fingerprint())) {
      throw new ModelLoadException(
          "Version '"
              + who
              + "' was trained on rows with signature "
              + Text.printable(signature.get(), 12)
              + " and stores no encoding; "
              + schema
              + " has signature "
              + Text.printable(schema.fingerprint(), 12)
              + ". Store the encoding with the version, or use the schema it was trained on.");
    }
    try {
      return stored.encoding().orElseGet(() -> InputEncoding.numeric(schema)).bind(schema);
    } catch (MlopsException | IllegalArgumentException e) {
      throw new ModelLoadException("Model '" + who + "': " + e.getMessage(), e);
    }
  }
}
