package io.mlops4j.registry.tracking;

import io.mlops4j.registry.tracking.QueryLexer.Kind;
import io.mlops4j.registry.tracking.QueryLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/*
 * query     := [or] [ORDER BY order {, order}] [LIMIT n]
 * or        := and {OR and}
 * and       := not {AND not}
 * not       := NOT not | ( or ) | EXISTS field | predicate
 * predicate := field (= | != | < | <= | > | >=) literal
 *            | field [NOT] IN ( literal {, literal} )
 *            | field [NOT] (LIKE | CONTAINS) text
 *            | field IS [NOT] (NULL | NAN)
 * field     := (metric | param | tag) . name | attribute | (min | max | last) ( metric . name )
 *
 * Words are the same in any case, names and attributes are not.
 */

/** Recursive descent with bounded depth. */
final class QueryParser {
  /** Twice what a condition may nest, so that needless parentheses are no problem. */
  private static final int MAX_DEPTH = 2 * Query.MAX_DEPTH;

  private final String query;
  private final List<Token> tokens;
  private int at;
  private int depth;

  private QueryParser(String query) {
    this.query = query;
    this.tokens = QueryLexer.tokens(query);
  }

  static Query parse(String query) {
    if (query.length() > Query.MAX_LENGTH) {
      throw new QueryException(
          "it has " + query.length() + " characters (at most " + Query.MAX_LENGTH + ")");
    }
    return new QueryParser(query).query();
  }

  private Query query() {
    boolean unconditional = isWord("ORDER") || isWord("LIMIT") || peek().kind() == Kind.END;
    Optional<Condition> condition = unconditional ? Optional.empty() : Optional.of(or());
    List<Query.Order> orders = new ArrayList<>();
    if (takeWord("ORDER")) {
      expectWord("BY");
      do {
        orders.add(order());
      } while (takeSign(","));
    }
    OptionalInt limit = takeWord("LIMIT") ? OptionalInt.of(limit()) : OptionalInt.empty();
    if (peek().kind() != Kind.END) {
      throw error("expected AND, OR, ORDER BY, LIMIT or the end, found " + peek().shown());
    }
    return checked(0, () -> new Query(condition, orders, limit));
  }

  private Query.Order order() {
    Field field = field();
    boolean descending = takeWord("DESC");
    if (!descending) {
      takeWord("ASC");
    }
    return new Query.Order(field, descending);
  }

  private int limit() {
    Token token = peek();
    double number = token.kind() == Kind.NUMBER ? Double.parseDouble(token.text()) : 0;
    if (number != Math.rint(number) || number < 1 || number > Query.MAX_LIMIT) {
      throw error(
          "expected a whole number of 1 to " + Query.MAX_LIMIT + ", found " + token.shown());
    }
    at++;
    return (int) number;
  }

  private Condition or() {
    List<Condition> parts = new ArrayList<>();
    do {
      parts.add(and());
    } while (takeWord("OR"));
    return parts.size() == 1 ? parts.get(0) : new Conditions.Or(parts);
  }

  private Condition and() {
    List<Condition> parts = new ArrayList<>();
    do {
      parts.add(not());
    } while (takeWord("AND"));
    return parts.size() == 1 ? parts.get(0) : new Conditions.And(parts);
  }

  private Condition not() {
    if (++depth > MAX_DEPTH) {
      throw error("nested deeper than " + MAX_DEPTH);
    }
    try {
      if (takeWord("NOT")) {
        return new Conditions.Not(not());
      } else if (takeSign("(")) {
        Condition inner = or();
        expectSign(")");
        return inner;
      } else if (takeWord("EXISTS")) {
        return new Conditions.Not(new Conditions.IsNull(field()));
      }
      return predicate();
    } finally {
      depth--;
    }
  }

  private Condition predicate() {
    int start = peek().at();
    Field field = field();
    Token token = peek();
    for (Conditions.Operator operator : Conditions.Operator.values()) {
      if (token.isSign(operator.text)) {
        at++;
        int place = peek().at();
        Object literal = literal("after " + operator.text);
        return checked(place, () -> new Conditions.Compare(field, operator, literal));
      }
    }
    if (takeWord("IS")) {
      boolean negated = takeWord("NOT");
      boolean nan = takeWord("NAN");
      if (!nan) {
        expectWord("NULL");
      }
      Condition is =
          nan ? checked(start, () -> new Conditions.IsNan(field)) : new Conditions.IsNull(field);
      return negated ? new Conditions.Not(is) : is;
    }
    boolean negated = takeWord("NOT");
    Condition test = wordPredicate(field, start);
    return negated ? new Conditions.Not(test) : test;
  }

  private Condition wordPredicate(Field field, int start) {
    if (takeWord("IN")) {
      expectSign("(");
      int place = peek().at();
      List<Object> literals = new ArrayList<>();
      do {
        literals.add(literal("in the list"));
      } while (takeSign(","));
      expectSign(")");
      return checked(place, () -> new Conditions.In(field, literals));
    } else if (takeWord("LIKE")) {
      String pattern = text("LIKE");
      return checked(start, () -> new Conditions.Like(field, pattern));
    } else if (takeWord("CONTAINS")) {
      String part = text("CONTAINS");
      return checked(start, () -> new Conditions.Contains(field, part));
    }
    throw error(
        "expected =, !=, <, <=, >, >=, IN, LIKE, CONTAINS or IS after "
            + field
            + ", found "
            + peek().shown());
  }

  private Field field() {
    Token token = peek();
    if (token.kind() != Kind.WORD || isReserved(token.text())) {
      throw error(
          "expected metric., param. or tag. with a name, or an attribute, found " + token.shown());
    }
    for (Field.Summary summary : Field.Summary.values()) {
      if (token.text().equalsIgnoreCase(summary.name()) && tokens.get(at + 1).isSign("(")) {
        at += 2;
        int place = peek().at();
        Field inner = field();
        expectSign(")");
        return checked(place, () -> new Field(inner.kind(), inner.name(), summary));
      }
    }
    at++;
    int dot = token.text().indexOf('.');
    String prefix = dot < 0 ? "" : token.text().substring(0, dot);
    for (Field.Kind kind : Field.Kind.values()) {
      String word = kind.name().toLowerCase(Locale.ROOT);
      if (kind != Field.Kind.ATTRIBUTE && (prefix.equals(word) || prefix.equals(word + "s"))) {
        String name = name(token.text().substring(dot + 1), token.at() + dot + 1);
        return checked(token.at(), () -> new Field(kind, name, Field.Summary.LAST));
      }
    }
    return checked(token.at(), () -> Field.attribute(token.text()));
  }

  private String name(String written, int place) {
    if (!written.isEmpty()) {
      return written;
    }
    Token token = peek();
    if (token.kind() != Kind.NAME || token.at() != place) {
      throw new QueryException(query, place, "expected a name right after the point");
    }
    at++;
    return token.text();
  }

  private Object literal(String where) {
    Token token = peek();
    if (token.kind() == Kind.TEXT) {
      at++;
      return token.text();
    } else if (token.kind() == Kind.NUMBER) {
      at++;
      return Double.valueOf(token.text());
    } else if (isWord("Infinity")) {
      at++;
      return Double.POSITIVE_INFINITY;
    } else if (isWord("NAN")) {
      throw error("NaN equals nothing: write IS NAN");
    }
    throw error("expected a number or a 'text' " + where + ", found " + token.shown());
  }

  private String text(String where) {
    Token token = peek();
    if (token.kind() != Kind.TEXT) {
      throw error("expected a 'text' after " + where + ", found " + token.shown());
    }
    at++;
    return token.text();
  }

  /** What a value object refuses, with the place. */
  private <T> T checked(int place, Supplier<T> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      throw new QueryException(query, place, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isReserved(String word) {
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "AND",
          "OR",
          "NOT",
          "IN",
          "LIKE",
          "CONTAINS",
          "IS",
          "NULL",
          "NAN",
          "EXISTS",
          "ORDER",
          "BY",
          "ASC",
          "DESC",
          "LIMIT" ->
          true;
      default -> false;
    };
  }

  private Token peek() {
    return tokens.get(at);
  }

  private boolean isWord(String word) {
    return peek().kind() == Kind.WORD && peek().text().equalsIgnoreCase(word);
  }

  private boolean takeWord(String word) {
    boolean found = isWord(word);
    at += found ? 1 : 0;
    return found;
  }

  private void expectWord(String word) {
    if (!takeWord(word)) {
      throw error("expected " + word + ", found " + peek().shown());
    }
  }

  private boolean takeSign(String sign) {
    boolean found = peek().isSign(sign);
    at += found ? 1 : 0;
    return found;
  }

  private void expectSign(String sign) {
    if (!takeSign(sign)) {
      throw error("expected " + sign + ", found " + peek().shown());
    }
  }

  private QueryException error(String problem) {
    return new QueryException(query, peek().at(), problem);
  }
}
