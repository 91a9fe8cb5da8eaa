package io.mlops4j.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
                  // Double.toString before JDK 19 writes needless digits: digests would differ.
                  .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
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
   * @param bytes UTF-8 JSON (a byte order mark is skipped), at most 16 MiB, nested at most 64 deep
   * @param what what the document is, for the message ("input encoding of flights:3")
   * @return the tree
   * @throws MlopsException if it is not one well-formed JSON object within the limits; says where,
   *     never quotes the document
   */
  public static ObjectNode parse(byte[] bytes, String what) {
    if (bytes.length > MAX_DOCUMENT_BYTES) {
      throw new MlopsException(
          what + " has " + bytes.length + " bytes (at most " + MAX_DOCUMENT_BYTES + ").");
    }
    try {
      JsonNode node = MAPPER.readTree(text(bytes));
      if (!(node instanceof ObjectNode object)) {
        throw new MlopsException(
            what + " is not a JSON object (found " + node.getNodeType() + ").");
      }
      requireFinite(object, what + " as read");
      return object;
    } catch (CharacterCodingException e) {
      throw new MlopsException(what + " is not valid UTF-8.", e);
    } catch (JsonProcessingException e) {
      // Not as the cause: its message may quote a value of the document.
      throw new MlopsException(what + " is not valid JSON: " + problem(e));
    }
  }

  private static String text(byte[] bytes) throws CharacterCodingException {
    boolean mark =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    ByteBuffer content = ByteBuffer.wrap(bytes, mark ? 3 : 0, bytes.length - (mark ? 3 : 0));
    return StandardCharsets.UTF_8.newDecoder().decode(content).toString();
  }

  /** Where it is and what Jackson says of it, without what the document says. */
  private static String problem(JsonProcessingException e) {
    String message = e.getOriginalMessage().replaceAll("(?s)(['\"]).{2,}\\1", "…");
    JsonLocation at = e.getLocation();
    String where =
        at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    return Text.printable(message, 200) + where;
  }

  private static void requireFinite(JsonNode node, String what) {
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw new MlopsException(
          what
              + " holds what is not a finite number: NaN, an infinity, or beyond the range of a"
              + " double.");
    }
    for (JsonNode child : node) {
      requireFinite(child, what);
    }
  }

  /**
   * Returns the canonical bytes of a tree: UTF-8, no white space, object keys sorted by their
   * UTF-16 units at every level. Equal trees give equal bytes.
   *
   * @param node the tree
   * @return its bytes
   * @throws MlopsException if it holds NaN or an infinity, which JSON cannot write
   */
  public static byte[] canonical(JsonNode node) {
    requireFinite(node, "A tree to be written as JSON");
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
