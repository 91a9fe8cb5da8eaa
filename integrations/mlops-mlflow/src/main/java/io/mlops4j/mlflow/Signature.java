package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The signature of an MLmodel file: each side is JSON inside a YAML string. */
final class Signature {
  private static final int MAX_COLUMNS = 10_000;

  private Signature() {}

  /** Reads one side; empty if the file says nothing of it. */
  static List<MlflowColumn> read(JsonNode text, String what) {
    if (text.isMissingNode() || text.isNull()) {
      return List.of();
    }
    if (!text.isTextual()) {
      throw new MlflowException(what + " is no text. MLflow writes a JSON list in quotes.");
    }
    JsonNode list = json(text.textValue().getBytes(StandardCharsets.UTF_8), what);
    if (!list.isArray() || list.size() > MAX_COLUMNS) {
      throw new MlflowException(
          what + " is no JSON list of at most " + MAX_COLUMNS + " columns or tensors.");
    }
    List<MlflowColumn> columns = new ArrayList<>();
    for (JsonNode node : list) {
      columns.add(column(node, what + "[" + columns.size() + "]"));
    }
    boolean tensors = columns.stream().anyMatch(MlflowColumn::isTensor);
    if (tensors && !columns.stream().allMatch(MlflowColumn::isTensor)) {
      throw new MlflowException(what + " mixes columns and tensors, which MLflow does not write.");
    }
    return List.copyOf(columns);
  }

  /** Any JSON value, under the limits of {@link Json}, which reads objects only. */
  static JsonNode json(byte[] value, String what) {
    byte[] bytes = new byte[value.length + 6];
    System.arraycopy("{\"v\":".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 5);
    System.arraycopy(value, 0, bytes, 5, value.length);
    bytes[bytes.length - 1] = '}';
    try {
      ObjectNode object = Json.parse(bytes, what);
      if (object.size() == 1) {
        return object.path("v");
      }
    } catch (MlopsException e) {
      String message = String.valueOf(e.getMessage());
      throw new MlflowException(message.endsWith(".") ? message : message + ".");
    }
    throw new MlflowException(what + " is not one JSON value.");
  }

  private static MlflowColumn column(JsonNode node, String what) {
    JsonNode type = node.path("type");
    JsonNode name = node.path("name");
    if (!type.isTextual() || !(name.isTextual() || name.isMissingNode() || name.isNull())) {
      throw new MlflowException(what + " needs a text \"type\", and a text as \"name\" if any.");
    }
    boolean required = !"false".equals(node.path("required").asText("true"));
    if (!type.textValue().equals("tensor")) {
      return new MlflowColumn(name.asText(""), type.textValue(), List.of(), required);
    }
    JsonNode dtype = node.path("tensor-spec").path("dtype");
    JsonNode shape = node.path("tensor-spec").path("shape");
    if (!dtype.isTextual() || !shape.isArray() || shape.isEmpty() || shape.size() > 8) {
      throw new MlflowException(
          what + " needs a \"tensor-spec\" with a \"dtype\" and a \"shape\" of 1 to 8 dimensions.");
    }
    List<Long> dimensions = new ArrayList<>();
    for (JsonNode dimension : shape) {
      if (!dimension.isIntegralNumber()
          || dimension.longValue() < -1
          || dimension.longValue() > Integer.MAX_VALUE) {
        throw new MlflowException(
            what
                + " has the dimension "
                + Text.printable(dimension.toString(), 32)
                + " (expected: -1 or a whole number).");
      }
      dimensions.add(dimension.longValue());
    }
    return new MlflowColumn(name.asText(""), dtype.textValue(), dimensions, required);
  }
}
