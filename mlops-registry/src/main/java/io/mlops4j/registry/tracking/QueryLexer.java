package io.mlops4j.registry.tracking;

import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;

/** A query's text as words, names, texts, numbers and signs, each with its place. */
final class QueryLexer {
  enum Kind {
    WORD,
    /** A name in backticks. */
    NAME,
    TEXT,
    NUMBER,
    SIGN,
    END
  }

  /** Text is what it stands for: without quotes, escapes undone. */
  record Token(Kind kind, String text, int at) {
    boolean isSign(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }

    String shown() {
      return switch (kind) {
        case END -> "the end";
        case TEXT -> "'" + Text.printable(text, 40) + "'";
        default -> Text.printable(text, 40);
      };
    }
  }

  private final String query;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private QueryLexer(String query) {
    this.query = query;
  }

  static List<Token> tokens(String query) {
    QueryLexer lexer = new QueryLexer(query);
    while (lexer.at < query.length()) {
      lexer.next();
    }
    lexer.tokens.add(new Token(Kind.END, "", query.length()));
    return lexer.tokens;
  }

  /** Whether a name needs no backticks after its prefix. */
  static boolean isWord(String name) {
    if (name.isEmpty() || !isStart(name.charAt(0)) || name.endsWith(".")) {
      return false;
    }
    return name.chars().allMatch(c -> isPart((char) c));
  }

  private static boolean isStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isPart(char c) {
    return isStart(c) || isDigit(c) || c == '.' || c == '-' || c == '/' || c == ':';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void next() {
    char c = query.charAt(at);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      at++;
    } else if (isStart(c)) {
      int from = at;
      while (at < query.length() && isPart(query.charAt(at))) {
        at++;
      }
      add(Kind.WORD, query.substring(from, at), from);
    } else if (c == '\'' || c == '"') {
      quoted(c, Kind.TEXT, "text");
    } else if (c == '`') {
      quoted(c, Kind.NAME, "name");
    } else if (isDigit(c) || c == '-' || c == '+' || c == '.') {
      number();
    } else {
      sign(c);
    }
  }

  /** A doubled quote stands for one. */
  private void quoted(char quote, Kind kind, String what) {
    int from = at++;
    StringBuilder text = new StringBuilder();
    while (at < query.length()) {
      char c = query.charAt(at++);
      if (c != quote) {
        text.append(c);
      } else if (at < query.length() && query.charAt(at) == quote) {
        text.append(quote);
        at++;
      } else {
        add(kind, text.toString(), from);
        return;
      }
    }
    throw new QueryException(query, from, "the " + what + " that begins here has no end");
  }

  private void number() {
    int from = at;
    boolean signed = query.charAt(at) == '-' || query.charAt(at) == '+';
    at += signed ? 1 : 0;
    while (at < query.length() && isNumberPart(from)) {
      at++;
    }
    String text = query.substring(from, at);
    String digits = signed ? text.substring(1) : text;
    try {
      boolean infinite = digits.equalsIgnoreCase("Infinity");
      double value =
          infinite ? Double.POSITIVE_INFINITY : digits.isEmpty() ? fail() : decimal(digits);
      boolean minus = text.startsWith("-");
      add(Kind.NUMBER, String.valueOf(minus ? -value : value), from);
    } catch (NumberFormatException e) {
      throw new QueryException(query, from, "'" + Text.printable(text, 40) + "' is not a number");
    }
  }

  private static double fail() {
    throw new NumberFormatException();
  }

  private static double decimal(String digits) {
    double value = Conditions.number(digits);
    return Double.isNaN(value) ? fail() : value;
  }

  /** Digits, letters, a point; a sign only behind an exponent's letter. */
  private boolean isNumberPart(int from) {
    char c = query.charAt(at);
    if (c == '-' || c == '+') {
      char before = query.charAt(at - 1);
      return at > from + 1 && (before == 'e' || before == 'E');
    }
    return isStart(c) || isDigit(c) || c == '.';
  }

  private void sign(char c) {
    String two = at + 1 < query.length() ? query.substring(at, at + 2) : "";
    if (two.equals("!=") || two.equals("<=") || two.equals(">=") || two.equals("<>")) {
      add(Kind.SIGN, two.equals("<>") ? "!=" : two, at);
      at += 2;
    } else if ("=<>(),".indexOf(c) >= 0) {
      add(Kind.SIGN, String.valueOf(c), at);
      at++;
    } else {
      String shown = Text.printable(query.substring(at, query.offsetByCodePoints(at, 1)), 4);
      throw new QueryException(
          query,
          at,
          "'" + shown + "' has no meaning here. Names with such characters stand in `backticks`");
    }
  }

  private void add(Kind kind, String text, int from) {
    tokens.add(new Token(kind, text, from));
  }
}
