package io.mlops4j.registry.tracking;

import io.mlops4j.core.Text;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kinds of {@link Condition}: how each is checked, met and printed. */
final class Conditions {
  static final int MAX_VALUES = 1_000;

  private Conditions() {}

  enum Operator {
    EQUAL("=", true),
    NOT_EQUAL("!=", true),
    LESS("<", false),
    LESS_OR_EQUAL("<=", false),
    GREATER(">", false),
    GREATER_OR_EQUAL(">=", false);

    final String text;
    final boolean equality;

    Operator(String text, boolean equality) {
      this.text = text;
      this.equality = equality;
    }

    boolean isMet(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case LESS_OR_EQUAL -> order <= 0;
        case GREATER -> order > 0;
        case GREATER_OR_EQUAL -> order >= 0;
      };
    }
  }

  record And(List<Condition> parts) implements Condition {
    And {
      parts = several(parts);
    }
  }

  record Or(List<Condition> parts) implements Condition {
    Or {
      parts = several(parts);
    }
  }

  record Not(Condition part) implements Condition {
    Not {
      Objects.requireNonNull(part, "part");
    }
  }

  record Compare(Field field, Operator operator, Object literal) implements Condition {
    Compare {
      requireLiteral(field, literal, !operator.equality);
    }
  }

  record In(Field field, List<Object> literals) implements Condition {
    In {
      literals = List.copyOf(literals);
      if (literals.isEmpty() || literals.size() > MAX_VALUES) {
        throw new IllegalArgumentException(
            "values of IN: " + literals.size() + " (expected: 1.." + MAX_VALUES + ")");
      }
      for (Object literal : literals) {
        requireLiteral(field, literal, false);
        if (literal.getClass() != literals.get(0).getClass()) {
          throw new IllegalArgumentException("values of IN: numbers and texts are mixed");
        }
      }
    }
  }

  record Like(Field field, String pattern) implements Condition {
    Like {
      requireText(field, "LIKE");
      Objects.requireNonNull(pattern, "pattern");
    }
  }

  record Contains(Field field, String part) implements Condition {
    Contains {
      requireText(field, "CONTAINS");
      Objects.requireNonNull(part, "part");
    }
  }

  record IsNull(Field field) implements Condition {}

  record IsNan(Field field) implements Condition {
    IsNan {
      if (Attributes.type(field) != Attributes.Type.NUMBER) {
        throw new IllegalArgumentException(field + " is no number: it is never NaN");
      }
    }
  }

  private static List<Condition> several(List<Condition> parts) {
    List<Condition> copy = List.copyOf(parts);
    if (copy.size() < 2) {
      throw new IllegalArgumentException("parts: " + copy.size() + " (expected: 2 or more)");
    }
    return copy;
  }

  private static void requireLiteral(Field field, Object literal, boolean ordered) {
    if (!(literal instanceof String) && !(literal instanceof Double)) {
      throw new IllegalArgumentException(
          field + ": " + literal.getClass().getName() + " (expected: a number or a text)");
    }
    if (literal instanceof Double number && Double.isNaN(number)) {
      throw new IllegalArgumentException(field + ": NaN equals nothing; ask IS NAN");
    }
    String complaint = Attributes.complaint(field, literal, ordered);
    if (!complaint.isEmpty()) {
      throw new IllegalArgumentException(complaint);
    }
  }

  private static void requireText(Field field, String what) {
    Attributes.Type type = Attributes.type(field);
    if (type != Attributes.Type.TEXT && type != Attributes.Type.LOOSE) {
      throw new IllegalArgumentException(field + " is no text: " + what + " does not apply");
    }
  }

  static Truth test(Condition condition, Row row) {
    if (condition instanceof And and) {
      Truth result = Truth.TRUE;
      for (Condition part : and.parts()) {
        result = result.and(test(part, row));
      }
      return result;
    } else if (condition instanceof Or or) {
      Truth result = Truth.FALSE;
      for (Condition part : or.parts()) {
        result = result.or(test(part, row));
      }
      return result;
    } else if (condition instanceof Not not) {
      return test(not.part(), row).not();
    } else if (condition instanceof Compare compare) {
      return compare(row.value(compare.field()), compare.operator(), compare.literal());
    } else if (condition instanceof In in) {
      Truth result = Truth.FALSE;
      for (Object literal : in.literals()) {
        result = result.or(compare(row.value(in.field()), Operator.EQUAL, literal));
      }
      return result;
    } else if (condition instanceof Like like) {
      return row.value(like.field()) instanceof String text
          ? Truth.of(Wildcards.matches(text, like.pattern()))
          : Truth.UNKNOWN;
    } else if (condition instanceof Contains contains) {
      return row.value(contains.field()) instanceof String text
          ? Truth.of(text.contains(contains.part()))
          : Truth.UNKNOWN;
    } else if (condition instanceof IsNull isNull) {
      return Truth.of(row.value(isNull.field()) == null);
    }
    Field field = ((IsNan) condition).field();
    return Truth.of(row.value(field) instanceof Double number && Double.isNaN(number));
  }

  private static Truth compare(@Nullable Object value, Operator operator, Object literal) {
    if (value instanceof Instant time) {
      Instant bound = Objects.requireNonNull(Attributes.instant((String) literal));
      return Truth.of(operator.isMet(time.compareTo(bound)));
    } else if (value == null) {
      return Truth.UNKNOWN;
    } else if (literal instanceof Double bound) {
      double number = number(value);
      // Not Double.compare, for which -0.0 is less than 0.0.
      int order = number < bound ? -1 : number > bound ? 1 : 0;
      return Double.isNaN(number) ? Truth.UNKNOWN : Truth.of(operator.isMet(order));
    }
    return Truth.of(operator.isMet(value.toString().compareTo((String) literal)));
  }

  /** A number, or a text that is one in decimal digits; NaN for any other. */
  static double number(Object value) {
    if (value instanceof Double number) {
      return number;
    }
    String text = value.toString();
    boolean decimal = !text.isEmpty() && text.length() <= 64;
    for (int i = 0; decimal && i < text.length(); i++) {
      decimal = "0123456789+-.eE".indexOf(text.charAt(i)) >= 0;
    }
    try {
      return decimal ? Double.parseDouble(text) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** How deep conditions nest; one alone is 1. */
  static int depth(Condition condition) {
    if (condition instanceof And and) {
      return 1 + and.parts().stream().mapToInt(Conditions::depth).max().orElse(0);
    } else if (condition instanceof Or or) {
      return 1 + or.parts().stream().mapToInt(Conditions::depth).max().orElse(0);
    } else if (condition instanceof Not not) {
      return 1 + depth(not.part());
    }
    return 1;
  }

  static void eachField(Condition condition, Consumer<Field> consumer) {
    if (condition instanceof And and) {
      and.parts().forEach(part -> eachField(part, consumer));
    } else if (condition instanceof Or or) {
      or.parts().forEach(part -> eachField(part, consumer));
    } else if (condition instanceof Not not) {
      eachField(not.part(), consumer);
    } else if (condition instanceof Compare compare) {
      consumer.accept(compare.field());
    } else if (condition instanceof In in) {
      consumer.accept(in.field());
    } else if (condition instanceof Like like) {
      consumer.accept(like.field());
    } else if (condition instanceof Contains contains) {
      consumer.accept(contains.field());
    } else if (condition instanceof IsNull isNull) {
      consumer.accept(isNull.field());
    } else if (condition instanceof IsNan isNan) {
      consumer.accept(isNan.field());
    }
  }

  static void requireKnown(Field field, String kind, Set<String> attributes) {
    if (field.kind() == Field.Kind.ATTRIBUTE && !attributes.contains(field.name())) {
      throw new IllegalArgumentException(kind + " have no " + field + "; they have " + attributes);
    }
  }

  static String print(Condition condition) {
    if (condition instanceof And and) {
      return join(and.parts(), " AND ");
    } else if (condition instanceof Or or) {
      return join(or.parts(), " OR ");
    } else if (condition instanceof Not not) {
      return "NOT " + nested(not.part());
    } else if (condition instanceof Compare c) {
      return c.field() + " " + c.operator().text + " " + literal(c.literal());
    } else if (condition instanceof In in) {
      return in.field()
          + " IN ("
          + in.literals().stream().map(Conditions::literal).collect(Collectors.joining(", "))
          + ")";
    } else if (condition instanceof Like like) {
      return like.field() + " LIKE " + literal(like.pattern());
    } else if (condition instanceof Contains contains) {
      return contains.field() + " CONTAINS " + literal(contains.part());
    } else if (condition instanceof IsNull isNull) {
      return isNull.field() + " IS NULL";
    }
    return ((IsNan) condition).field() + " IS NAN";
  }

  private static String join(List<Condition> parts, String word) {
    return parts.stream().map(Conditions::nested).collect(Collectors.joining(word));
  }

  private static String nested(Condition part) {
    boolean group = part instanceof And || part instanceof Or;
    return group ? "(" + print(part) + ")" : print(part);
  }

  static String literal(Object literal) {
    return literal instanceof Double
        ? literal.toString() // "Infinity" and "-Infinity" are words of the language
        : "'" + ((String) literal).replace("'", "''") + "'";
  }

  static String shown(String text) {
    return Text.printable(text, 40);
  }
}
