package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file would make native code do beyond computing: open other files for weights, and
 * call operators that are native code of somebody else. Looked for in Java, before any native code
 * sees the bytes.
 *
 * <p>A walk over protobuf fields, nothing is built. Field numbers: onnx.proto3 of ONNX 1.16.
 */
final class OnnxBytes {
  /** Nested control-flow bodies; real models have one or two. */
  private static final int DEEPEST = 32;

  /** Domains ONNX Runtime itself implements. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "",
          "ai.onnx",
          "ai.onnx.ml",
          "ai.onnx.training",
          "ai.onnx.preview.training",
          "com.microsoft",
          "com.microsoft.nchwc",
          "com.ms.internal.nhwc",
          "org.pytorch.aten");

  private final List<ExternalTensor> external = new ArrayList<>();
  private final Map<String, String> operators = new LinkedHashMap<>();
  private final Set<String> functions = new HashSet<>();
  private boolean externalInside;

  private OnnxBytes() {}

  /**
   * Returns what a file holds.
   *
   * @throws ModelLoadException if it is cut off or no ONNX file
   */
  static OnnxBytes read(ModelVersion who, byte[] bytes) {
    OnnxBytes found = new OnnxBytes();
    try {
      found.model(new ProtoReader(bytes));
    } catch (ProtoReader.MalformedException e) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' is no ONNX file: "
              + e.getMessage()
              + " ("
              + bytes.length
              + " bytes).");
    }
    return found;
  }

  /** The graph's weights that live in other files. */
  List<ExternalTensor> external() {
    return external;
  }

  /**
   * Refuses weights in other files, except for the graph's own initializers if those are allowed.
   */
  void refuseExternal(ModelVersion who, boolean initializersAllowed) {
    if (externalInside || (!initializersAllowed && !external.isEmpty())) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' keeps weights in another file (external data"
              + (externalInside ? " of a constant or of a nested graph" : "")
              + "). Save it as one file, for example onnx.save(model, path,"
              + " save_as_external_data=False), or register the version with all its files.");
    }
  }

  /** Refuses operators that neither ONNX Runtime nor the file itself defines. */
  void refuseCustomOperators(ModelVersion who) {
    for (Map.Entry<String, String> used : operators.entrySet()) {
      if (!BUILT_IN.contains(used.getKey()) && !functions.contains(used.getKey())) {
        throw new ModelLoadException(
            "Model '"
                + who
                + "' uses the custom operator "
                + Text.printable(used.getValue(), 64)
                + " of domain '"
                + Text.printable(used.getKey(), 64)
                + "', which ONNX Runtime does not have. Custom operators are native code: allow"
                + " their library with OnnxOptions.withCustomOperators(library, sha256), or export"
                + " the model without them.");
      }
    }
  }

  private void model(ProtoReader in) {
    while (in.next()) {
      if (in.isBytes(7)) { // graph
        graph(in.message(), 1);
      } else if (in.isBytes(25)) { // functions
        function(in.message(), 1);
      }
    }
  }

  private void graph(ProtoReader in, int depth) {
    requireDepth(depth);
    while (in.next()) {
      if (in.isBytes(1)) { // node
        node(in.message(), depth + 1);
      } else if (in.isBytes(5)) { // initializer
        ExternalTensor tensor = ExternalTensor.read(in.message());
        if (tensor != null && depth == 1) {
          external.add(tensor);
        } else {
          externalInside |= tensor != null;
        }
      } else if (in.isBytes(15)) { // sparse_initializer
        sparse(in.message());
      }
    }
  }

  private void function(ProtoReader in, int depth) {
    String domain = "";
    while (in.next()) {
      if (in.isBytes(10)) { // domain
        domain = in.text();
      } else if (in.isBytes(7)) { // node
        node(in.message(), depth + 1);
      } else if (in.isBytes(11)) { // attribute_proto
        attribute(in.message(), depth + 1);
      }
    }
    functions.add(domain);
  }

  private void node(ProtoReader in, int depth) {
    requireDepth(depth);
    String domain = "";
    String operator = "";
    while (in.next()) {
      if (in.isBytes(4)) { // op_type
        operator = in.text();
      } else if (in.isBytes(5)) { // attribute
        attribute(in.message(), depth + 1);
      } else if (in.isBytes(7)) { // domain
        domain = in.text();
      }
    }
    operators.putIfAbsent(domain, operator);
  }

  private void attribute(ProtoReader in, int depth) {
    requireDepth(depth);
    while (in.next()) {
      if (in.isBytes(5) || in.isBytes(10)) { // t, tensors
        externalInside |= ExternalTensor.read(in.message()) != null;
      } else if (in.isBytes(6) || in.isBytes(11)) { // g, graphs
        graph(in.message(), depth + 1);
      } else if (in.isBytes(22) || in.isBytes(23)) { // sparse_tensor, sparse_tensors
        sparse(in.message());
      }
    }
  }

  private void sparse(ProtoReader in) {
    while (in.next()) {
      if (in.isBytes(1) || in.isBytes(2)) { // values, indices
        externalInside |= ExternalTensor.read(in.message()) != null;
      }
    }
  }

  private static void requireDepth(int depth) {
    if (depth > DEEPEST) {
      throw new ProtoReader.MalformedException("bodies nested deeper than " + DEEPEST);
    }
  }
}
