package io.mlops4j.data.expect;

import java.util.List;
import java.util.Locale;

/** A suite as Java source that can be pasted. */
final class SuiteSource {
  private static final int PER_METHOD = 200;

  private SuiteSource() {}

  /** A string literal: whatever the text holds, it stays inside the quotation marks. */
  static String text(String value) {
    StringBuilder literal = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> literal.append("\\\"");
        case '\\' -> literal.append("\\\\");
        default -> {
          if (c >= ' ' && c < 0x7F) {
            literal.append(c);
          } else {
            // Octal for control characters: a Unicode escape is read before the literal is.
            literal.append(
                c < ' '
                    ? String.format(Locale.ROOT, "\\%03o", (int) c)
                    : String.format(Locale.ROOT, "\\u%04x", (int) c));
          }
        }
      }
    }
    return literal.append('"').toString();
  }

  /** A literal of a double: a whole number as an int, if it is one. */
  static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) <= 1e9) {
      return Long.toString((long) value);
    }
    return Shown.shortest(value).toString() + "d";
  }

  static String expectation(Expectation expectation) {
    StringBuilder source = new StringBuilder(expectation.rule().java());
    if (expectation.mostly() != 1) {
      source.append(".mostly(").append(number(expectation.mostly())).append(')');
    }
    for (Expectation filter : expectation.filters()) {
      source.append(".where(").append(filter).append(')');
    }
    if (expectation.severity() == Expectation.Severity.WARNING) {
      source.append(".warning()");
    }
    if (expectation.environments().size() == 1) {
      source.append(".onlyIn(io.mlops4j.data.expect.Expectation.Environment.");
      source.append(expectation.environments().iterator().next()).append(')');
    }
    if (expectation.minRows() != 1) {
      source.append(".minRows(").append(expectation.minRows()).append("L)");
    }
    if (!expectation.note().isEmpty()) {
      source.append(".because(").append(text(expectation.note())).append(')');
    }
    return source.toString();
  }

  /** A class with one method that makes the suite over any schema with these features. */
  static String unit(String className, List<Expectation> expectations) {
    if (!className.matches("[A-Z][A-Za-z0-9_]{0,99}")) {
      throw new IllegalArgumentException(
          "class name: "
              + io.mlops4j.core.Text.printable(className, 64)
              + " (expected: a simple name that begins with a capital letter)");
    }
    StringBuilder source = new StringBuilder();
    source.append("import static io.mlops4j.data.expect.Expectation.feature;\n");
    source.append("import static io.mlops4j.data.expect.Expectation.rows;\n");
    source.append("import static io.mlops4j.data.expect.Expectation.unique;\n\n");
    source.append("import io.mlops4j.core.Schema;\n");
    source.append("import io.mlops4j.data.expect.Expectations;\n\n");
    source.append("/** What is expected of the data: a start, to be read and changed. */\n");
    source.append("final class ").append(className).append(" {\n");
    source.append("  private ").append(className).append("() {}\n\n");
    source.append("  static <T> Expectations<T> of(Schema<T> schema) {\n");
    source.append("    Expectations<T> suite = Expectations.of(schema);\n");
    for (int i = 0; i < expectations.size(); i += PER_METHOD) {
      source.append("    suite = part").append(i / PER_METHOD).append("(suite);\n");
    }
    source.append("    return suite;\n  }\n");
    for (int i = 0; i < expectations.size(); i += PER_METHOD) {
      int end = Math.min(expectations.size(), i + PER_METHOD);
      part(source, i / PER_METHOD, expectations.subList(i, end));
    }
    return source.append("}\n").toString();
  }

  /** Parts keep each method below the JVM's limit of 64 KiB. */
  private static void part(StringBuilder source, int number, List<Expectation> expectations) {
    source.append("\n  private static <T> Expectations<T> part").append(number);
    source.append("(Expectations<T> suite) {\n    return suite.and(");
    for (int i = 0; i < expectations.size(); i++) {
      source.append(i == 0 ? "\n        " : ",\n        ").append(expectations.get(i));
    }
    source.append(");\n  }\n");
  }
}
