package io.mlops4j.pipeline.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far a job has come. Whatever it says has been written is durable before it is.
 *
 * @param identity what the job is
 * @param records rows of the input that have been dealt with
 * @param position where the input goes on, if its number of rows does not tell
 * @param rejected rows left out
 * @param output how much of the output file is valid
 * @param rejects how much of the list of rejects is valid
 * @param profile counts so far in base64, empty without a baseline
 * @param complete whether there is nothing left to do but give files their names
 */
record Checkpoint(
    Map<String, String> identity,
    long records,
    String position,
    long rejected,
    Mark output,
    Mark rejects,
    String profile,
    boolean complete) {
  private static final int FORMAT = 1;

  Checkpoint {
    identity = Collections.unmodifiableMap(new TreeMap<>(identity));
  }

  /** A prefix of a file: its length and CRC-32C. */
  record Mark(long length, long crc) {
    static final Mark NOTHING = new Mark(0, 0);
  }

  Checkpoint withOutput(Mark mark) {
    return new Checkpoint(identity, records, position, rejected, mark, rejects, profile, complete);
  }

  byte[] toBytes() {
    ObjectNode json = Json.object();
    json.put("format", FORMAT);
    ObjectNode who = json.putObject("identity");
    identity.forEach(who::put);
    json.put("records", records);
    json.put("position", position);
    json.put("rejected", rejected);
    put(json.putObject("output"), output);
    put(json.putObject("rejects"), rejects);
    json.put("profile", profile);
    json.put("complete", complete);
    return Json.canonical(json);
  }

  private static void put(ObjectNode json, Mark mark) {
    json.put("length", mark.length());
    json.put("crc32c", mark.crc());
  }

  static Checkpoint read(byte[] bytes, String what) {
    ObjectNode json = Json.parse(bytes, what);
    long format = number(json, "format", what);
    if (format != FORMAT) {
      throw new BatchException(
          BatchException.Side.STATE,
          what
              + " is of format "
              + format
              + " (this version reads "
              + FORMAT
              + "). Let the version of the library that wrote it finish the job, or begin again.");
    }
    Map<String, String> identity = new TreeMap<>();
    object(json, "identity", what)
        .properties()
        .forEach(entry -> identity.put(entry.getKey(), entry.getValue().asText()));
    return new Checkpoint(
        identity,
        number(json, "records", what),
        text(json, "position", what),
        number(json, "rejected", what),
        mark(object(json, "output", what), what),
        mark(object(json, "rejects", what), what),
        text(json, "profile", what),
        Optional.ofNullable(json.get("complete"))
            .filter(JsonNode::isBoolean)
            .orElseThrow(() -> damaged(what, "complete"))
            .booleanValue());
  }

  private static Mark mark(ObjectNode json, String what) {
    return new Mark(number(json, "length", what), number(json, "crc32c", what));
  }

  private static ObjectNode object(ObjectNode json, String field, String what) {
    if (json.get(field) instanceof ObjectNode object) {
      return object;
    }
    throw damaged(what, field);
  }

  private static long number(ObjectNode json, String field, String what) {
    JsonNode node = json.get(field);
    if (node == null || !node.canConvertToLong() || !node.isIntegralNumber()) {
      throw damaged(what, field);
    }
    if (node.longValue() < 0) {
      throw damaged(what, field);
    }
    return node.longValue();
  }

  private static String text(ObjectNode json, String field, String what) {
    JsonNode node = json.get(field);
    if (node == null || !node.isTextual()) {
      throw damaged(what, field);
    }
    return node.textValue();
  }

  private static BatchException damaged(String what, String field) {
    return new BatchException(
        BatchException.Side.STATE,
        what + " is damaged: its field " + field + " is missing or cannot be. Begin again.");
  }
}
