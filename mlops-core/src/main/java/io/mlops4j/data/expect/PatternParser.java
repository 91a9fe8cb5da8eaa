package io.mlops4j.data.expect;

import io.mlops4j.core.Text;
import io.mlops4j.data.expect.PatternProgram.Chars;
import java.util.function.IntUnaryOperator;

/**
 * Reads a regular expression in Java's syntax, as far as it stands for a regular language. The
 * automaton is built from the end to the start: each part is a function from the node it goes on at
 * to the node it begins at.
 */
final class PatternParser {
  private static final int MAX_LENGTH = 1_000;
  private static final int MAX_DEPTH = 40;
  private static final int MAX_REPEAT = 1_000;

  private final String text;
  private final PatternProgram program = new PatternProgram();
  private int at;
  private int depth;
  private boolean ignoreCase;

  PatternParser(String text) {
    this.text = text;
  }

  PatternProgram program() {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "pattern: " + text.length() + " characters (at most " + MAX_LENGTH + ")");
    }
    if (text.startsWith("(?i)")) {
      ignoreCase = true;
      at = 4;
    }
    IntUnaryOperator whole = alternatives();
    if (at < text.length()) {
      throw bad("a parenthesis that opens nowhere");
    }
    try {
      program.begin(whole.applyAsInt(PatternProgram.END));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "pattern " + Text.printable(text, 100) + ": " + e.getMessage(), e);
    }
    return program;
  }

  private IllegalArgumentException bad(String what) {
    return new IllegalArgumentException(
        "pattern " + Text.printable(text, 100) + ", position " + at + ": " + what);
  }

  private boolean more() {
    return at < text.length();
  }

  private boolean next(char c) {
    if (more() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private int point() {
    int point = text.codePointAt(at);
    at += Character.charCount(point);
    return point;
  }

  private IntUnaryOperator alternatives() {
    IntUnaryOperator result = sequence();
    while (next('|')) {
      IntUnaryOperator left = result;
      IntUnaryOperator right = sequence();
      result = to -> program.split(left.applyAsInt(to), right.applyAsInt(to));
    }
    return result;
  }

  private IntUnaryOperator sequence() {
    if (depth == 0 && next('^')) {
      // The whole value is matched anyway.
    }
    IntUnaryOperator result = to -> to;
    while (more() && text.charAt(at) != '|' && text.charAt(at) != ')') {
      if (depth == 0 && text.charAt(at) == '$' && ends(at + 1)) {
        at++;
        break;
      }
      IntUnaryOperator before = result;
      IntUnaryOperator part = repeated(atom());
      result = to -> before.applyAsInt(part.applyAsInt(to));
    }
    return result;
  }

  private boolean ends(int position) {
    return position == text.length() || text.charAt(position) == '|';
  }

  private IntUnaryOperator repeated(IntUnaryOperator part) {
    if (!more()) {
      return part;
    }
    IntUnaryOperator result;
    switch (text.charAt(at)) {
      case '*' -> result = star(part);
      case '+' -> result = to -> part.applyAsInt(star(part).applyAsInt(to));
      case '?' -> result = to -> program.split(part.applyAsInt(to), to);
      case '{' -> {
        return lazy(counted(part));
      }
      default -> {
        return part;
      }
    }
    at++;
    return lazy(result);
  }

  /** A lazy quantifier matches the same values as a greedy one; a possessive one does not. */
  private IntUnaryOperator lazy(IntUnaryOperator part) {
    if (next('?')) {
      return part;
    }
    if (more() && text.charAt(at) == '+') {
      throw bad("possessive quantifiers are refused: they are no regular language");
    }
    if (more() && "*{".indexOf(text.charAt(at)) >= 0) {
      throw bad("a quantifier after a quantifier");
    }
    return part;
  }

  private IntUnaryOperator star(IntUnaryOperator part) {
    return to -> {
      int loop = program.split(to, to);
      program.patch(loop, part.applyAsInt(loop), to);
      return loop;
    };
  }

  private IntUnaryOperator counted(IntUnaryOperator part) {
    at++;
    int min = number();
    int max = min;
    boolean open = false;
    if (next(',')) {
      open = more() && text.charAt(at) == '}';
      max = open ? min : number();
    }
    if (!next('}') || max < min) {
      throw bad("expected {n}, {n,} or {n,m}");
    }
    int least = min;
    int optional = max - min;
    boolean forever = open;
    return to -> {
      int node = forever ? star(part).applyAsInt(to) : to;
      for (int i = 0; i < optional; i++) {
        node = program.split(part.applyAsInt(node), to);
      }
      for (int i = 0; i < least; i++) {
        node = part.applyAsInt(node);
      }
      return node;
    };
  }

  private int number() {
    int start = at;
    while (more() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start || at - start > 4 || Integer.parseInt(text, start, at, 10) > MAX_REPEAT) {
      throw bad("expected a count of 0 to " + MAX_REPEAT);
    }
    return Integer.parseInt(text, start, at, 10);
  }

  private IntUnaryOperator atom() {
    char c = text.charAt(at);
    return switch (c) {
      case '(' -> group();
      case '[', '.', '\\' -> chars(new PatternChars(this).read());
      case '*', '+', '?' -> throw bad("nothing to repeat");
      case '{' -> throw bad("nothing to repeat; write \\{ for the character");
      case '^', '$' ->
          throw bad("an anchor inside the pattern is refused: the whole value is matched");
      default -> chars(PatternChars.literal(point(), ignoreCase));
    };
  }

  private IntUnaryOperator chars(Chars of) {
    return to -> program.take(of, to);
  }

  private IntUnaryOperator group() {
    at++;
    if (++depth > MAX_DEPTH) {
      throw bad("groups are nested more than " + MAX_DEPTH + " deep");
    }
    if (next('?')) {
      if (!next(':') && !name()) {
        throw bad(
            "only (?:…) and (?<name>…) are supported; look-around, flags and atomic groups are refused");
      }
    }
    IntUnaryOperator inner = alternatives();
    if (!next(')')) {
      throw bad("a parenthesis that never closes");
    }
    depth--;
    return inner;
  }

  private boolean name() {
    if (!next('<') || !more() || !Character.isLetter(text.charAt(at))) {
      return false;
    }
    while (more() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    return next('>');
  }

  // What the reader of character classes needs.

  boolean ignoresCase() {
    return ignoreCase;
  }

  boolean hasMore() {
    return more();
  }

  char peek() {
    if (!more()) {
      throw bad("the pattern ends too early");
    }
    return text.charAt(at);
  }

  int take() {
    peek();
    return point();
  }

  boolean takeIf(char c) {
    return next(c);
  }

  IllegalArgumentException refused(String what) {
    return bad(what);
  }
}
