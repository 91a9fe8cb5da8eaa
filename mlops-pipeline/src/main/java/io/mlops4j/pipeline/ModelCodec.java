package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A trained model as one piece of bytes: four bytes with the length of a head, the head (canonical
 * JSON: format, signature, and each part's name and length), and the parts one after the other.
 */
enum ModelCodec implements Codec<ModelArtifact> {
  INSTANCE;

  private static final int FORMAT = 1;
  private static final String FILE = "file.";

  @Override
  public byte[] write(ModelArtifact model) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    model.encoding().ifPresent(part -> parts.put("encoding", part.toJson()));
    model.goldenRows().ifPresent(part -> parts.put("golden", part.toJson()));
    model.baseline().ifPresent(part -> parts.put("baseline", part.toJson()));
    for (String file : model.files()) {
      parts.put(FILE + file, model.bytes(file));
    }
    ObjectNode head = Json.object().put("format", FORMAT).put("model", model.format());
    model.signature().ifPresent(signature -> head.put("signature", signature));
    var list = head.putArray("parts");
    long length = 0;
    for (Map.Entry<String, byte[]> part : parts.entrySet()) {
      list.addObject().put("name", part.getKey()).put("bytes", part.getValue().length);
      length += part.getValue().length;
    }
    byte[] json = Json.canonical(head);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(4 + json.length + length));
    bytes.putInt(json.length).put(json);
    parts.values().forEach(bytes::put);
    return bytes.array();
  }

  @Override
  public ModelArtifact read(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    ObjectNode head =
        Json.parse(piece(bytes, bytes.remaining() < 4 ? -1 : bytes.getInt()), "Model");
    if (head.path("format").asInt() != FORMAT) {
      throw damaged("its format is " + head.path("format") + " (known: 1)");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    Map<String, byte[]> others = new LinkedHashMap<>();
    for (JsonNode part : head.path("parts")) {
      String name = part.path("name").asText();
      byte[] content = piece(bytes, part.path("bytes").asInt(-1));
      if (name.startsWith(FILE)) {
        files.put(name.substring(FILE.length()), content);
      } else {
        others.put(name, content);
      }
    }
    if (bytes.hasRemaining()) {
      throw damaged(bytes.remaining() + " bytes are left over");
    }
    return model(head, files, others);
  }

  private static ModelArtifact model(
      ObjectNode head, Map<String, byte[]> files, Map<String, byte[]> others) {
    ModelFiles model = ModelFiles.of(head.path("model").asText(), files);
    if (head.has("signature")) {
      model = model.withSignature(head.path("signature").asText());
    }
    byte[] encoding = others.get("encoding");
    if (encoding != null) {
      model = model.withEncoding(InputEncoding.fromJson(encoding));
    }
    byte[] golden = others.get("golden");
    if (golden != null) {
      model = model.withGoldenRows(GoldenRows.fromJson(golden));
    }
    byte[] baseline = others.get("baseline");
    return baseline == null ? model : model.withBaseline(Baseline.fromJson(baseline));
  }

  private static byte[] piece(ByteBuffer bytes, int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw damaged("a part is " + length + " bytes long, " + bytes.remaining() + " are left");
    }
    byte[] piece = new byte[length];
    bytes.get(piece);
    return piece;
  }

  private static PipelineException damaged(String how) {
    return new PipelineException("What was kept of a step is no model: " + how + ".");
  }
}
