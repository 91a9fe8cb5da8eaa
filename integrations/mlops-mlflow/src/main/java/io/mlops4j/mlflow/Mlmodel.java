package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an MLmodel file says, as far as it is used. Paths have passed the allow-list; nothing in it
 * that names code, a loader or an address is acted upon.
 */
record Mlmodel(
    ArtifactPath data,
    List<ArtifactPath> extraFiles,
    Optional<ArtifactPath> example,
    List<MlflowColumn> inputs,
    List<MlflowColumn> outputs,
    SortedMap<String, String> facts) {

  static final ArtifactPath FILE = ArtifactPath.of("MLmodel", "MLmodel");
  private static final int MAX_EXTRA_FILES = 64;
  private static final int MAX_FACT = 512;

  static Mlmodel parse(byte[] yaml, String what) {
    ObjectNode root = MlmodelYaml.parse(yaml, what);
    JsonNode flavors = root.path("flavors");
    JsonNode onnx = flavors.path("onnx");
    if (!onnx.isObject()) {
      throw new MlflowException(
          what
              + " has no onnx flavour (it has "
              + names(flavors)
              + "). Export the model to ONNX in Python and log it with mlflow.onnx.log_model.");
    }
    JsonNode data = onnx.path("data");
    if (!data.isTextual()) {
      throw new MlflowException(what + ": flavors.onnx.data does not name the model's file.");
    }
    JsonNode signature = root.path("signature");
    return new Mlmodel(
        ArtifactPath.of(data.textValue(), what + ": flavors.onnx.data"),
        extraFiles(onnx.path("extra_files"), what + ": flavors.onnx.extra_files"),
        example(root.path("saved_input_example_info"), what),
        Signature.read(signature.path("inputs"), what + ": signature.inputs"),
        Signature.read(signature.path("outputs"), what + ": signature.outputs"),
        facts(root));
  }

  private static String names(JsonNode flavors) {
    List<String> names = new ArrayList<>();
    flavors.fieldNames().forEachRemaining(name -> names.add(Text.printable(name, 32)));
    return names.isEmpty()
        ? "none"
        : String.join(", ", names.subList(0, Math.min(8, names.size())));
  }

  private static List<ArtifactPath> extraFiles(JsonNode list, String what) {
    List<ArtifactPath> paths = new ArrayList<>();
    if (list.size() > MAX_EXTRA_FILES) {
      throw new MlflowException(what + ": " + list.size() + " (at most " + MAX_EXTRA_FILES + ").");
    }
    for (JsonNode file : list) {
      paths.add(ArtifactPath.of(file.path("path").asText(), what));
    }
    return List.copyOf(paths);
  }

  private static Optional<ArtifactPath> example(JsonNode info, String what) {
    JsonNode path = info.path("artifact_path");
    if (path.isMissingNode() || path.isNull()) {
      return Optional.empty();
    }
    return Optional.of(
        ArtifactPath.of(path.asText(), what + ": saved_input_example_info.artifact_path"));
  }

  /** What is kept as lineage, under the names of its tags. */
  private static SortedMap<String, String> facts(ObjectNode root) {
    SortedMap<String, String> facts = new TreeMap<>();
    put(facts, "mlflow.run_id", root.path("run_id"));
    put(facts, "mlflow.model_id", root.path("model_id"));
    put(facts, "mlflow.model_uuid", root.path("model_uuid"));
    put(facts, "mlflow.mlflow_version", root.path("mlflow_version"));
    put(facts, "mlflow.created", root.path("utc_time_created"));
    put(facts, "mlflow.onnx_version", root.path("flavors").path("onnx").path("onnx_version"));
    JsonNode python = root.path("flavors").path("python_function");
    put(facts, "mlflow.python_version", python.path("python_version"));
    put(facts, "mlflow.loader_module", python.path("loader_module"));
    facts.put("mlflow.flavors", names(root.path("flavors")));
    return facts;
  }

  private static void put(SortedMap<String, String> facts, String name, JsonNode value) {
    if (value.isValueNode() && !value.isNull() && !value.asText().isEmpty()) {
      facts.put(name, Text.printable(value.asText(), MAX_FACT));
    }
  }

  Optional<String> fact(String name) {
    return Optional.ofNullable(facts.get(name));
  }
}
