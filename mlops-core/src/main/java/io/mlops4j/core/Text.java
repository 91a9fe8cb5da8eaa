package io.mlops4j.core;

/** Makes strings that came from outside safe to show in one line of a message or a log. */
public final class Text {
  private Text() {}

  /**
   * Returns the string with control, format and unpaired surrogate characters replaced by {@code
   * '?'}, cut to a length. Nothing it returns can start a new log line, colour a terminal or turn
   * the writing direction.
   *
   * @param value what came from outside
   * @param maxLength the longest result, at least 1; a cut one ends with an ellipsis
   * @return one printable line
   */
  public static String printable(String value, int maxLength) {
    StringBuilder result = new StringBuilder(Math.min(value.length(), maxLength));
    for (int i = 0; i < value.length(); ) {
      int point = value.codePointAt(i);
      i += Character.charCount(point);
      int shown = isPrintable(point) ? point : '?';
      boolean last = i == value.length();
      if (result.length() + Character.charCount(shown) > (last ? maxLength : maxLength - 1)) {
        return result.append('…').toString();
      }
      result.appendCodePoint(shown);
    }
    return result.toString();
  }

  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
