package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that log records are nearly always made of: one object of plain strings and whole
 * numbers. A process that opens a log of thousands of records has not compiled a parser yet, and
 * this takes a tenth of its time. Whatever is not certainly of that kind is left to {@link Json}.
 */
final class FlatJson {
  private final byte[] bytes;
  private int at;

  private FlatJson(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What {@link Json#parse} would return, or null if that has to be asked. */
  static @Nullable ObjectNode read(byte[] bytes) {
    return new FlatJson(bytes).object();
  }

  private @Nullable ObjectNode object() {
    ObjectNode result = Json.object();
    if (!skip('{')) {
      return null;
    }
    do {
      String key = string();
      if (key == null || result.has(key) || !skip(':') || !value(result, key)) {
        return null;
      }
    } while (skip(','));
    return skip('}') && at == bytes.length ? result : null;
  }

  private boolean skip(char c) {
    if (at < bytes.length && bytes[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean value(ObjectNode result, String key) {
    if (at < bytes.length && bytes[at] == '"') {
      String text = string();
      if (text != null) {
        result.put(key, text);
      }
      return text != null;
    }
    int start = at;
    long number = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && at - start < 18) {
      number = number * 10 + (bytes[at] - '0');
      at++;
    }
    if (at == start || (bytes[start] == '0' && at > start + 1)) {
      return false;
    }
    // As Jackson does it, so that trees are equal.
    if (number == (int) number) {
      result.put(key, (int) number);
    } else {
      result.put(key, number);
    }
    return true;
  }

  /** Printable ASCII without an escape. */
  private @Nullable String string() {
    if (!skip('"')) {
      return null;
    }
    int start = at;
    while (at < bytes.length && bytes[at] >= ' ' && bytes[at] < 127) {
      if (bytes[at] == '\\') {
        return null;
      }
      if (bytes[at] == '"') {
        String result = new String(bytes, start, at - start, US_ASCII);
        at++;
        return result;
      }
      at++;
    }
    return null;
  }

  /** What {@link Instant#parse} returns, without a formatter where the text is as we write it. */
  static Instant instant(String text) {
    int length = text.length();
    if (length < 20
        || length > 30
        || text.charAt(length - 1) != 'Z'
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || (length > 20 && text.charAt(19) != '.')) {
      return Instant.parse(text);
    }
    int nanos = digits(text, 20, Math.max(20, length - 1));
    int[] parts = {
      digits(text, 0, 4),
      digits(text, 5, 7),
      digits(text, 8, 10),
      digits(text, 11, 13),
      digits(text, 14, 16),
      digits(text, 17, 19)
    };
    for (int part : parts) {
      if (part < 0 || nanos < 0) {
        return Instant.parse(text);
      }
    }
    for (int i = length - 1; i < 29; i++) {
      nanos *= i < 20 ? 1 : 10;
    }
    return LocalDateTime.of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], nanos)
        .toInstant(ZoneOffset.UTC);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
}
