package io.mlops4j.features;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Text;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Names of views, entities and features, which also name things in stores. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

  private Names() {}

  static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 64 of A-Z a-z 0-9 . _ -, a letter first)");
    }
    return name;
  }

  /** Of UTF-16 units, so that texts that differ in unpaired surrogates differ here. */
  static String sha256(String text) {
    return Digests.sha256(text.getBytes(StandardCharsets.UTF_16BE));
  }
}
