package io.mlops4j.drift.multivariate;

/** Categories come from outside: only printable characters are shown, and not many. */
final class Shown {
  private static final int MOST = 64;

  private Shown() {}

  static String of(String value) {
    StringBuilder shown = new StringBuilder();
    value
        .codePoints()
        .limit(MOST)
        .forEach(
            c -> {
              int type = Character.getType(c);
              boolean plain =
                  type != Character.CONTROL
                      && type != Character.FORMAT
                      && type != Character.SURROGATE
                      && type != Character.PRIVATE_USE
                      && type != Character.UNASSIGNED
                      && type != Character.LINE_SEPARATOR
                      && type != Character.PARAGRAPH_SEPARATOR;
              shown.appendCodePoint(plain ? c : '?');
            });
    return shown.toString();
  }
}
