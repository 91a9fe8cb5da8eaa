package io.mlops4j.pipeline.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.pipeline.Codec;

/** A version on its way, and the digest of what it is judged on. */
record Candidate(ModelVersion version, String judge) {
  private static final int FORMAT = 1;

  static final Codec<Candidate> CODEC =
      Codec.of("loop candidate", Candidate::bytes, Candidate::parse);

  private byte[] bytes() {
    return Json.canonical(
        Json.object()
            .put("format", FORMAT)
            .put("model", version.model())
            .put("number", version.number())
            .put("judge", judge));
  }

  private static Candidate parse(byte[] bytes) {
    ObjectNode node = Json.parse(bytes, "Candidate of a loop");
    if (node.path("format").asInt() != FORMAT
        || !node.path("model").isTextual()
        || !node.path("number").isInt()
        || !node.path("judge").isTextual()) {
      throw new IllegalArgumentException(
          "Candidate of a loop (expected: format 1, with model, number and judge)");
    }
    return new Candidate(
        new ModelVersion(node.get("model").textValue(), node.get("number").intValue()),
        node.get("judge").textValue());
  }
}
