package io.mlops4j.registry.tracking;

import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;

/** What names and texts of a run may be: one printable line, bounded, never a path. */
final class Names {
  static final int MAX_NAME = 250;
  static final int MAX_VALUE = 8_000;
  static final int MAX_NOTE = 100_000;
  static final int MAX_LINE = 500;

  /** Distinct names of parameters, metrics, tags and artifacts of one run. */
  static final int MAX_NAMES = 10_000;

  private static final Pattern RUN_ID = Pattern.compile("\\d{8}-\\d{6}-[0-9a-f]{12}");

  private Names() {}

  /** A name of a parameter, metric, tag or artifact. */
  static String name(String kind, String name) {
    Objects.requireNonNull(name, kind);
    if (name.isBlank() || name.length() > MAX_NAME || !isOneLine(name)) {
      throw new IllegalArgumentException(
          kind
              + " name: \""
              + Text.printable(name, 64)
              + "\" ("
              + name.length()
              + " characters; expected: 1 to "
              + MAX_NAME
              + " printable ones, not blank)");
    }
    return name;
  }

  static String value(String kind, String name, String value, int most) {
    if (value.length() > most) {
      throw new IllegalArgumentException(
          kind
              + " "
              + Text.printable(name, 64)
              + ": "
              + value.length()
              + " characters (expected: at most "
              + most
              + "). Store it as an artifact.");
    }
    // JSON is UTF-8, which has no halves of characters.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException(
          kind + " " + Text.printable(name, 64) + ": half of a surrogate pair");
    }
    return value;
  }

  static String line(String kind, String text) {
    Objects.requireNonNull(text, kind);
    if (text.isBlank() || text.length() > MAX_LINE || !isOneLine(text)) {
      throw new IllegalArgumentException(
          kind
              + ": \""
              + Text.printable(text, 64)
              + "\" (expected: one line of 1 to "
              + MAX_LINE
              + " characters, not blank)");
    }
    return text;
  }

  private static boolean isOneLine(String text) {
    return Text.printable(text, text.length()).equals(text);
  }

  /** An id is data that becomes part of a key: anything else than ours is refused. */
  static String runId(String id) {
    Objects.requireNonNull(id, "id");
    if (!RUN_ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "run id: \""
              + Text.printable(id, 64)
              + "\" (expected: such as 20261126-083000-0123456789ab)");
    }
    return id;
  }
}
