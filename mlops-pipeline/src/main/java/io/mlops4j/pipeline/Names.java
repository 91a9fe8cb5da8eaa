package io.mlops4j.pipeline;

import io.mlops4j.core.Text;
import java.util.Objects;
import java.util.regex.Pattern;

/** What pipelines, steps, triggers and instances may be called: each is a part of a key. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}");

  private Names() {}

  static String require(String what, String name) {
    if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException(
          what
              + ": \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 80 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return name;
  }
}
