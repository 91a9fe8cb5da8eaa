package io.mlops4j.report;

import static java.util.Objects.requireNonNull;

/**
 * What a string may hold once it is in a report: one line of visible characters that no terminal,
 * XML parser or reader can be tricked with.
 *
 * <p>Removed: control characters and whole ANSI sequences, direction overrides (they can make a
 * name read backwards), invisible characters. Line breaks and tabs become spaces. Halves of
 * surrogate pairs and code points XML forbids become U+FFFD. Idempotent.
 */
final class CleanText {
  /** A long paragraph; ten thousand such strings still make a page a browser can show. */
  static final int MAX_LENGTH = 10_000;

  private static final int NOTE_LENGTH = 40;
  private static final char ESC = 0x1b;
  private static final int CSI = 0x9b;

  private CleanText() {}

  static String title(String value, String name) {
    String clean = line(value, name);
    if (clean.isEmpty()) {
      throw new IllegalArgumentException(name + ": blank (expected: some text)");
    }
    return clean;
  }

  static String line(String value, String name) {
    requireNonNull(value, name);
    int read = Math.min(value.length(), MAX_LENGTH);
    StringBuilder out = new StringBuilder(read);
    int i = 0;
    while (i < read) {
      int code = value.codePointAt(i);
      i += Character.charCount(code);
      if (code == ESC || code == CSI) {
        i = skipSequence(value, i, code == CSI);
      } else if (isBreak(code)) {
        if (out.length() > 0 && out.charAt(out.length() - 1) != ' ') {
          out.append(' ');
        }
      } else if (isForbidden(code)) {
        out.append('\ufffd');
      } else if (!isInvisible(code)) {
        out.appendCodePoint(code);
      }
    }
    if (value.length() > MAX_LENGTH) {
      cut(out, value.length());
    }
    return out.toString().strip();
  }

  private static void cut(StringBuilder out, int length) {
    int end = Math.min(out.length(), MAX_LENGTH - NOTE_LENGTH);
    if (end > 0 && Character.isHighSurrogate(out.charAt(end - 1))) {
      end--;
    }
    out.setLength(end);
    out.append("\u2026 (").append(Numbers.count(length)).append(" characters)");
  }

  /** The index after an escape sequence (ECMA-48) whose first character ends before {@code at}. */
  private static int skipSequence(String value, int at, boolean introduced) {
    int end = Math.min(value.length(), MAX_LENGTH);
    int i = at;
    if (!introduced) {
      if (i >= end || value.charAt(i) != '[') {
        return i;
      }
      i++;
    }
    while (i < end && value.charAt(i) >= 0x20 && value.charAt(i) <= 0x3f) {
      i++;
    }
    return i < end && value.charAt(i) >= 0x40 && value.charAt(i) <= 0x7e ? i + 1 : i;
  }

  private static boolean isBreak(int code) {
    return code == '\n'
        || code == '\r'
        || code == '\t'
        || code == 0x0b
        || code == '\f'
        || code == 0x85
        || code == 0x2028
        || code == 0x2029;
  }

  private static boolean isForbidden(int code) {
    return (code >= 0xd800 && code <= 0xdfff) || (code & 0xfffe) == 0xfffe;
  }

  private static boolean isInvisible(int code) {
    return code < 0x20
        || (code >= 0x7f && code <= 0x9f)
        || code == 0xad
        || code == 0x61c
        || code == 0x180e
        || code == 0x200b
        || code == 0x200e
        || code == 0x200f
        || (code >= 0x202a && code <= 0x202e)
        || (code >= 0x2060 && code <= 0x206f)
        || code == 0xfeff
        || (code >= 0xfff9 && code <= 0xfffb)
        || (code >= 0xe0000 && code <= 0xe007f);
  }

  /** The columns a string takes in a terminal: two for CJK and emoji, none for combining marks. */
  static int width(String text) {
    return text.codePoints().map(CleanText::width).sum();
  }

  static int width(int code) {
    int type = Character.getType(code);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || code == 0x200c
        || code == 0x200d) {
      return 0;
    }
    boolean wide =
        (code >= 0x1100 && code <= 0x115f)
            || (code >= 0x2e80 && code <= 0xa4cf)
            || (code >= 0xac00 && code <= 0xd7a3)
            || (code >= 0xf900 && code <= 0xfaff)
            || (code >= 0xfe30 && code <= 0xfe6f)
            || (code >= 0xff00 && code <= 0xff60)
            || (code >= 0xffe0 && code <= 0xffe6)
            || (code >= 0x1f300 && code <= 0x1faff)
            || (code >= 0x20000 && code <= 0x3fffd);
    return wide ? 2 : 1;
  }

  /** The text, or as much of it as fits with an ellipsis. */
  static String fit(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int code = text.codePointAt(i);
      if (used + width(code) > columns - 1) {
        break;
      }
      used += width(code);
      out.appendCodePoint(code);
      i += Character.charCount(code);
    }
    return out.append('\u2026').toString();
  }
}
