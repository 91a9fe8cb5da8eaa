package io.mlops4j.registry.tracking;

/** Matches {@code %} and {@code _} without a regular expression: no pattern can make it explode. */
final class Wildcards {
  private Wildcards() {}

  /** Cost: at most the product of both lengths, the sum as a rule. */
  static boolean matches(String text, String pattern) {
    int t = 0;
    int p = 0;
    int afterStar = -1;
    int retry = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '%') {
        afterStar = ++p;
        retry = t;
      } else if (p < pattern.length() && fits(text.charAt(t), pattern, p)) {
        p += width(pattern, p);
        t++;
      } else if (afterStar >= 0) {
        // The last % takes one character more.
        p = afterStar;
        t = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '%') {
      p++;
    }
    return p == pattern.length();
  }

  private static boolean fits(char c, String pattern, int p) {
    return width(pattern, p) == 2
        ? pattern.charAt(p + 1) == c
        : pattern.charAt(p) == '_' || pattern.charAt(p) == c;
  }

  private static int width(String pattern, int p) {
    return pattern.charAt(p) == '\\' && p + 1 < pattern.length() ? 2 : 1;
  }
}
