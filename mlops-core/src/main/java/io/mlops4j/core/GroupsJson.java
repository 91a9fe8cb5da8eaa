package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns that format 2 of an encoding adds: groups and mapped values. */
final class GroupsJson {
  private static final String NONE = "none";
  private static final String REJECT = "reject";

  private GroupsJson() {}

  static void write(ObjectNode node, EncodedColumn.Groups groups) {
    node.put("as", "one-hot-groups");
    ArrayNode array = node.putArray("groups");
    for (List<String> group : groups.groups()) {
      ArrayNode values = array.addArray();
      group.forEach(values::add);
    }
    ArrayNode zeros = node.putArray("zeros");
    groups.zeros().forEach(zeros::add);
    putGroup(node, "unseen", groups.unseen());
    putGroup(node, "missing", groups.missing());
  }

  private static void putGroup(ObjectNode node, String name, int group) {
    switch (group) {
      case EncodedColumn.Groups.NONE -> node.put(name, NONE);
      case EncodedColumn.Groups.REJECT -> node.put(name, REJECT);
      default -> node.put(name, group);
    }
  }

  static void write(ObjectNode node, EncodedColumn.Mapped mapped) {
    node.put("as", "mapped");
    ArrayNode vocabulary = node.putArray("vocabulary");
    mapped.vocabulary().forEach(vocabulary::add);
    ArrayNode values = node.putArray("values");
    for (float value : mapped.values()) {
      if (Float.isNaN(value)) {
        values.addNull();
      } else {
        values.add(value);
      }
    }
    putValue(node, "unseen", mapped.unseen());
    putValue(node, "missing", mapped.missing());
  }

  private static void putValue(ObjectNode node, String name, @Nullable Float value) {
    if (value == null) {
      node.put(name, REJECT);
    } else if (value.isNaN()) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }

  static EncodedColumn.Groups groups(String feature, JsonNode node) {
    JsonNode array = node.path("groups");
    if (!array.isArray()) {
      throw new IllegalArgumentException("needs a list \"groups\" (feature " + feature + ")");
    }
    List<List<String>> groups = new ArrayList<>();
    array.forEach(group -> groups.add(EncodingJson.values(group, "groups", feature)));
    return new EncodedColumn.Groups(
        feature,
        groups,
        EncodingJson.values(node.path("zeros"), "zeros", feature),
        group(node, "unseen", feature),
        group(node, "missing", feature));
  }

  private static int group(JsonNode node, String name, String feature) {
    JsonNode value = node.path(name);
    if (value.isInt() && value.intValue() >= 0) {
      return value.intValue();
    }
    return switch (value.asText()) {
      case NONE -> EncodedColumn.Groups.NONE;
      case REJECT -> EncodedColumn.Groups.REJECT;
      default -> throw unknown(value, name, feature, "the position of a group, none, reject");
    };
  }

  static EncodedColumn.Mapped mapped(String feature, JsonNode node) {
    List<String> vocabulary = EncodingJson.values(node.path("vocabulary"), "vocabulary", feature);
    List<Float> values = new ArrayList<>();
    for (JsonNode value : node.path("values")) {
      if (!value.isNumber() && !value.isNull()) {
        throw unknown(value, "values", feature, "numbers or null");
      }
      values.add(value.isNull() ? Float.NaN : (float) value.doubleValue());
    }
    return new EncodedColumn.Mapped(
        feature,
        vocabulary,
        values,
        value(node, "unseen", feature),
        value(node, "missing", feature));
  }

  private static @Nullable Float value(JsonNode node, String name, String feature) {
    JsonNode value = node.path(name);
    if (value.isNumber()) {
      return (float) value.doubleValue();
    }
    if (value.isNull()) {
      return Float.NaN;
    }
    if (value.asText().equals(REJECT)) {
      return null;
    }
    throw unknown(value, name, feature, "a number, null, reject");
  }

  private static IllegalArgumentException unknown(
      JsonNode value, String name, String feature, String expected) {
    return new IllegalArgumentException(
        "\"%s\" of %s: %s (expected: %s)"
            .formatted(name, feature, Text.printable(value.toString(), 32), expected));
  }
}
