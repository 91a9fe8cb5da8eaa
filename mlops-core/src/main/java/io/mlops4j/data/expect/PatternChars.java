package io.mlops4j.data.expect;

import io.mlops4j.data.expect.PatternProgram.Chars;
import java.util.Set;

/** Reads what stands for one character: a dot, a class in brackets, an escape. */
final class PatternChars {
  private static final Chars DIGIT = p -> p >= '0' && p <= '9';
  private static final Chars WORD =
      p -> (p >= 'a' && p <= 'z') || (p >= 'A' && p <= 'Z') || (p >= '0' && p <= '9') || p == '_';
  private static final Chars SPACE = p -> p == ' ' || (p >= '\t' && p <= '\r');
  private static final Chars DOT =
      p -> p != '\n' && p != '\r' && p != 0x85 && p != 0x2028 && p != 0x2029;

  private final PatternParser in;

  PatternChars(PatternParser in) {
    this.in = in;
  }

  static Chars literal(int point, boolean ignoreCase) {
    int other = ignoreCase ? otherCase(point) : point;
    return p -> p == point || p == other;
  }

  /** As Java has it without {@code UNICODE_CASE}: letters of ASCII only. */
  private static int otherCase(int point) {
    boolean letter = (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
    return letter ? point ^ 0x20 : point;
  }

  Chars read() {
    int first = in.take();
    return switch (first) {
      case '.' -> DOT;
      case '[' -> bracket();
      default -> escape().of;
    };
  }

  /** A set of characters, and the character if it is one only. */
  private record Item(Chars of, int single) {}

  private Item single(int point) {
    return new Item(literal(point, in.ignoresCase()), point);
  }

  private Item escape() {
    int point = in.take();
    return switch (point) {
      case 'd' -> new Item(DIGIT, -1);
      case 'D' -> new Item(not(DIGIT), -1);
      case 'w' -> new Item(WORD, -1);
      case 'W' -> new Item(not(WORD), -1);
      case 's' -> new Item(SPACE, -1);
      case 'S' -> new Item(not(SPACE), -1);
      case 'p' -> new Item(property(), -1);
      case 'P' -> new Item(not(property()), -1);
      case 't' -> single('\t');
      case 'n' -> single('\n');
      case 'r' -> single('\r');
      case 'f' -> single('\f');
      case 'u' -> single(hexadecimal(4));
      case 'x' -> single(hexadecimal(2));
      default -> {
        if (DIGIT.has(point)) {
          throw in.refused("back references are refused: they are no regular language");
        }
        if (WORD.has(point)) {
          throw in.refused(
              "\\" + Character.toString(point) + " is not supported (boundaries never are)");
        }
        yield single(point);
      }
    };
  }

  private int hexadecimal(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(in.take(), 16);
      if (digit < 0) {
        throw in.refused("expected " + digits + " hexadecimal digits");
      }
      value = 16 * value + digit;
    }
    if (Character.isSurrogate((char) value)) {
      throw in.refused("half a character");
    }
    return value;
  }

  private Chars property() {
    StringBuilder name = new StringBuilder();
    if (!in.takeIf('{')) {
      throw in.refused("expected {, as in \\p{L}");
    }
    while (!in.takeIf('}')) {
      name.appendCodePoint(in.take());
    }
    if (in.ignoresCase() && Set.of("Lu", "Ll", "Upper", "Lower").contains(name.toString())) {
      throw in.refused("(?i) and the property " + name + " contradict each other");
    }
    return switch (name.toString()) {
      case "L", "IsL" -> Character::isLetter;
      case "Lu" -> p -> Character.getType(p) == Character.UPPERCASE_LETTER;
      case "Ll" -> p -> Character.getType(p) == Character.LOWERCASE_LETTER;
      case "N" ->
          p ->
              switch (Character.getType(p)) {
                case Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER ->
                    true;
                default -> false;
              };
      case "Nd" -> p -> Character.getType(p) == Character.DECIMAL_DIGIT_NUMBER;
      case "Alpha" -> p -> otherCase(p) != p;
      case "Alnum" -> p -> otherCase(p) != p || DIGIT.has(p);
      case "Upper" -> p -> p >= 'A' && p <= 'Z';
      case "Lower" -> p -> p >= 'a' && p <= 'z';
      case "Digit" -> DIGIT;
      case "Punct" -> p -> p > ' ' && p < 0x7F && otherCase(p) == p && !DIGIT.has(p);
      default ->
          throw in.refused(
              "property not supported (L, Lu, Ll, N, Nd, Alpha, Alnum, Upper, Lower, Digit, Punct"
                  + " are)");
    };
  }

  private Chars bracket() {
    boolean negated = in.takeIf('^');
    Chars all = p -> false;
    do {
      Item low = item();
      Chars of = low.of;
      if (in.peek() == '-') {
        in.take();
        if (in.peek() == ']') {
          of = or(of, literal('-', false));
        } else {
          of = range(low, item());
        }
      }
      all = or(all, of);
    } while (!in.takeIf(']'));
    return negated ? not(all) : all;
  }

  private Item item() {
    char c = in.peek();
    if (c == '[' || c == '&') {
      throw in.refused("write \\" + c + " in a class: unions and intersections are not supported");
    }
    int point = in.take();
    if (point == ']') {
      throw in.refused("an empty class; write \\] for the character");
    }
    return point == '\\' ? escape() : single(point);
  }

  private Chars range(Item low, Item high) {
    int from = low.single;
    int to = high.single;
    if (from < 0 || to < from) {
      throw in.refused("a range that has no order");
    }
    Chars plain = p -> p >= from && p <= to;
    return in.ignoresCase() ? p -> plain.has(p) || plain.has(otherCase(p)) : plain;
  }

  private static Chars or(Chars one, Chars other) {
    return p -> one.has(p) || other.has(p);
  }

  private static Chars not(Chars of) {
    return p -> !of.has(p);
  }
}
