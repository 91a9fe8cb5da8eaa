package io.mlops4j.pipeline.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.pipeline.Codec;

/** What is kept of a run's data: enough to know them again, not the rows. */
record DataFacts(String name, String learn, long learnRows, String judge, long judgeRows) {
  private static final int FORMAT = 1;

  static final Codec<DataFacts> CODEC = Codec.of("loop data", DataFacts::bytes, DataFacts::parse);

  private byte[] bytes() {
    return Json.canonical(
        Json.object()
            .put("format", FORMAT)
            .put("name", name)
            .put("learn", learn)
            .put("learnRows", learnRows)
            .put("judge", judge)
            .put("judgeRows", judgeRows));
  }

  private static DataFacts parse(byte[] bytes) {
    ObjectNode node = Json.parse(bytes, "Data of a loop");
    if (node.path("format").asInt() != FORMAT) {
      throw new IllegalArgumentException("format: " + node.path("format") + " (expected: 1)");
    }
    return new DataFacts(
        text(node, "name"),
        text(node, "learn"),
        rows(node, "learnRows"),
        text(node, "judge"),
        rows(node, "judgeRows"));
  }

  private static String text(ObjectNode node, String field) {
    if (!node.path(field).isTextual()) {
      throw new IllegalArgumentException(field + ": " + node.path(field) + " (expected: a text)");
    }
    return node.get(field).textValue();
  }

  private static long rows(ObjectNode node, String field) {
    if (!node.path(field).isIntegralNumber() || node.get(field).longValue() < 0) {
      throw new IllegalArgumentException(
          field + ": " + node.path(field) + " (expected: a number of rows)");
    }
    return node.get(field).longValue();
  }

  String sentence() {
    return name + ": " + learnRows + " rows to learn from, " + judgeRows + " to judge on.";
  }
}
