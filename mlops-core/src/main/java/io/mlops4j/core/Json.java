package io.mlops4j.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The one way this library reads and writes JSON: trees only (never objects by type name), bounded
 * in depth, string length and size, duplicate keys refused, keys written in sorted order so that
 * equal trees give equal bytes.
 *
 * <p>NaN and infinities are not JSON: writers say {@code null} or leave the field out.
 */
public final class Json {
  /** The largest document {@link #parse} reads, in bytes. */
  public static final int MAX_DOCUMENT_BYTES = 16 << 20;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_STRING = 1 << 20;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_STRING)
                          .maxDocumentLength(MAX_DOCUMENT_BYTES)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private Json() {}

  /**
   * Returns a new empty object.
   *
   * @return an object node
   */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Returns the object a document holds.
   *
   * @param bytes UTF-8 JSON, at most 16 MiB, nested at most 64 deep
   * @param what what the document is, for the message ("input encoding of flights:3")
   * @return the tree
   * @throws MlopsException if it is not one well-formed JSON object within the limits
   */
  public static ObjectNode parse(byte[] bytes, String what) {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new MlopsException(what + " is not a JSON object (found " + node.getNodeType() + ").");
    } catch (JsonProcessingException e) {
      throw new MlopsException(what + " is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new MlopsException(what + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the canonical bytes of a tree: UTF-8, no white space, object keys sorted by their
   * UTF-16 units at every level. Equal trees give equal bytes.
   *
   * @param node the tree
   * @return its bytes
   */
  public static byte[] canonical(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(sorted(node));
    } catch (JsonProcessingException e) {
      throw new MlopsException("A tree cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Returns an indented text of a tree with sorted keys, for people.
   *
   * @param node the tree
   * @return its text
   */
  public static String pretty(JsonNode node) {
    return sorted(node).toPrettyString();
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      ObjectNode result = MAPPER.createObjectNode();
      List<String> names = new ArrayList<>();
      node.fieldNames().forEachRemaining(names::add);
      Collections.sort(names);
      for (String name : names) {
        result.set(name, sorted(node.get(name)));
      }
      return result;
    }
    if (node.isArray()) {
      var result = MAPPER.createArrayNode();
      node.forEach(child -> result.add(sorted(child)));
      return result;
    }
    return node;
  }
}
