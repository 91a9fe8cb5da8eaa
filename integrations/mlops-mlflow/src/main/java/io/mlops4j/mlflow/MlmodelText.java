package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the MLmodel file of one of our versions. Every text is in double quotes with JSON's
 * escapes, which YAML 1.1 and 1.2 read alike; so nothing a version says can become structure.
 */
final class MlmodelText {
  static final String ENCODING = "extra_files/encoding.json";
  static final String GOLDEN = "extra_files/golden.json";

  private static final DateTimeFormatter NAIVE_UTC =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final StringBuilder text = new StringBuilder();

  private MlmodelText() {}

  static byte[] write(
      RegisteredVersion<?, ?> version,
      String modelId,
      String runId,
      Map<String, byte[]> files,
      Instant now) {
    MlmodelText out = new MlmodelText();
    String format = version.artifact().format();
    List<Map.Entry<String, byte[]>> graphs =
        files.entrySet().stream().filter(f -> f.getKey().endsWith(".onnx")).toList();
    boolean onnx = format.equals("onnx") && graphs.size() == 1;
    out.line(0, "flavors:", "");
    if (onnx) {
      out.onnx(graphs.get(0).getKey(), files);
    }
    out.line(1, "mlops4j:", "");
    out.line(2, "format: ", quoted(format));
    out.line(2, "version: ", quoted(version.version().toString()));
    out.line(0, "model_id: ", quoted(modelId));
    out.line(0, "model_uuid: ", quoted(modelId));
    out.line(0, "run_id: ", quoted(runId));
    long size = files.values().stream().mapToLong(bytes -> bytes.length).sum();
    out.line(0, "model_size_bytes: ", String.valueOf(size));
    if (onnx) {
      String what = version + ": " + graphs.get(0).getKey();
      out.signature(OnnxHeader.read(graphs.get(0).getValue(), what));
    }
    out.line(0, "utc_time_created: ", quoted(NAIVE_UTC.format(now)));
    return out.text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void onnx(String graph, Map<String, byte[]> files) {
    line(1, "onnx:", "");
    line(2, "data: ", quoted(graph));
    line(2, "providers: ", "[\"CPUExecutionProvider\"]");
    List<String> extra = List.of(ENCODING, GOLDEN).stream().filter(files::containsKey).toList();
    if (!extra.isEmpty()) {
      line(2, "extra_files:", "");
      extra.forEach(file -> line(2, "- path: ", quoted(file)));
    }
    line(1, "python_function:", "");
    line(2, "data: ", quoted(graph));
    line(2, "loader_module: ", "\"mlflow.onnx\"");
  }

  /** As tensors, the way the graph declares itself; left out if a side has anything else. */
  private void signature(OnnxHeader header) {
    Optional<String> inputs = tensors(header.inputs());
    if (inputs.isPresent()) {
      line(0, "signature:", "");
      line(1, "inputs: ", quoted(inputs.get()));
      line(1, "outputs: ", tensors(header.outputs()).map(MlmodelText::quoted).orElse("null"));
      line(1, "params: ", "null");
    }
  }

  private static Optional<String> tensors(List<MlflowColumn> columns) {
    ArrayNode list = Json.object().arrayNode();
    for (MlflowColumn column : columns) {
      if (!column.isTensor() || column.type().isEmpty()) {
        return Optional.empty();
      }
      ObjectNode node = list.addObject().put("name", column.name()).put("type", "tensor");
      ObjectNode spec = node.putObject("tensor-spec").put("dtype", column.type());
      ArrayNode shape = spec.putArray("shape");
      shape.add(-1);
      column.shape().stream().skip(1).forEach(shape::add);
    }
    return list.isEmpty() ? Optional.empty() : Optional.of(json(list));
  }

  private static String json(com.fasterxml.jackson.databind.JsonNode node) {
    return new String(Json.canonical(node), StandardCharsets.UTF_8);
  }

  /** ASCII only: YAML 1.1 takes some characters outside it for line breaks. */
  private static String quoted(String value) {
    StringBuilder ascii = new StringBuilder();
    for (char c : json(Json.object().textNode(value)).toCharArray()) {
      if (c < 127) {
        ascii.append(c);
      } else {
        ascii.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return ascii.toString();
  }

  private void line(int depth, String key, String value) {
    text.append("  ".repeat(depth)).append(key).append(value).append('\n');
  }
}
