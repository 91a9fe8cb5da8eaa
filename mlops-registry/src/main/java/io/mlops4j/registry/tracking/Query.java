package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Which runs or versions, in what order, and how many. Immutable; {@link #toString} is its text,
 * and parsing that gives an equal query.
 *
 * @param condition what is asked of each; empty selects all
 * @param orders what they are sorted by, in order; the latest first after that
 * @param limit how many at most; empty means {@link #DEFAULT_LIMIT}
 */
public record Query(Optional<Condition> condition, List<Order> orders, OptionalInt limit) {
  /** How many are returned when a query does not say. */
  public static final int DEFAULT_LIMIT = 1_000;

  /** The largest limit. */
  public static final int MAX_LIMIT = 100_000;

  /** The longest text of a query. */
  public static final int MAX_LENGTH = 10_000;

  static final int MAX_DEPTH = 32;
  private static final int MAX_ORDERS = 8;

  /**
   * What to sort by: numbers before texts, each from small to large or the other way; then NaN,
   * then what has no value, whichever way.
   *
   * @param field what
   * @param descending whether from large to small
   */
  public record Order(Field field, boolean descending) {
    /** Checks for null. */
    public Order {
      Objects.requireNonNull(field, "field");
    }

    /** Returns it as a query writes it. */
    @Override
    public String toString() {
      return field + (descending ? " DESC" : "");
    }
  }

  /** Checks the bounds. */
  public Query {
    Objects.requireNonNull(orders, "orders");
    orders = Elements.list("orders", orders);
    if (limit.isPresent() && (limit.getAsInt() < 1 || limit.getAsInt() > MAX_LIMIT)) {
      throw new IllegalArgumentException(
          "limit: " + limit.getAsInt() + " (expected: 1.." + MAX_LIMIT + ")");
    }
    if (orders.size() > MAX_ORDERS) {
      throw new IllegalArgumentException(
          "orders: " + orders.size() + " (expected: 0.." + MAX_ORDERS + ")");
    }
    if (condition.isPresent() && Conditions.depth(condition.get()) > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "condition: nested deeper than " + MAX_DEPTH + ". Use IN, or several queries.");
    }
    String text = print(condition, orders, limit);
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "query: " + text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
    }
  }

  /**
   * Returns the query a text stands for.
   *
   * <p>{@code metric.auc > 0.7 AND param.depth <= 6 AND (tag.team = 'risk' OR status = 'FINISHED')
   * ORDER BY metric.auc DESC LIMIT 10}. There are {@code = != < <= > >= IN LIKE CONTAINS IS NULL IS
   * NAN EXISTS AND OR NOT}, {@code min(metric.loss)} and {@code max(…)}, names in backticks if they
   * have other characters than {@code A-Z a-z 0-9 _ . - / :}, texts in quotes, a quote within them
   * doubled, {@code Infinity}. Attributes: see {@link Field#attribute}. A comparison with what is
   * missing or NaN is never met.
   *
   * <p>Do not build texts from what users type: {@link #where} takes values as values.
   *
   * @param text at most 10,000 characters, nested at most 32 deep
   * @return the query
   * @throws QueryException if it is not one; says what was expected and points at the column
   */
  public static Query parse(String text) {
    Objects.requireNonNull(text, "text");
    return QueryParser.parse(text);
  }

  /**
   * Returns a query without order and limit.
   *
   * @param condition what is asked of each
   * @return the query
   */
  public static Query where(Condition condition) {
    Objects.requireNonNull(condition, "condition");
    return new Query(Optional.of(condition), List.of(), OptionalInt.empty());
  }

  /**
   * Returns the query that selects everything, the latest first.
   *
   * @return a start for {@link #orderBy} and {@link #limit(int)}
   */
  public static Query all() {
    return new Query(Optional.empty(), List.of(), OptionalInt.empty());
  }

  /**
   * Returns this query with an order.
   *
   * @param by such as {@code Field.metric("auc").descending()}
   * @return the ordered query
   */
  public Query orderBy(Order... by) {
    Objects.requireNonNull(by, "by");
    return new Query(condition, Elements.list("by", by), limit);
  }

  /**
   * Returns this query with a limit.
   *
   * @param most 1 to 100,000
   * @return the limited query
   */
  public Query limit(int most) {
    return new Query(condition, orders, OptionalInt.of(most));
  }

  /**
   * Returns the versions of a model that this query selects. A metric is the newest evaluation's
   * that measured it, by its id; where no evaluation did, what training reported. Cost: reads the
   * manifest of each version.
   *
   * @param model whose versions
   * @param <I> one input row
   * @param <O> one answer
   * @return in the query's order, the highest number first after that
   * @throws IllegalArgumentException if the query asks for an attribute that only runs have
   */
  public <I, O> List<RegisteredVersion<I, O>> select(RegisteredModel<I, O> model) {
    Selection<RegisteredVersion<I, O>> selection = new Selection<>(this, VersionRow::new);
    model.versions().forEach(selection);
    return selection.result();
  }

  private static String print(
      Optional<Condition> condition, List<Order> orders, OptionalInt limit) {
    String order =
        orders.isEmpty()
            ? ""
            : orders.stream()
                .map(Order::toString)
                .collect(Collectors.joining(", ", "ORDER BY ", ""));
    String most = limit.isPresent() ? "LIMIT " + limit.getAsInt() : "";
    return List.of(condition.map(Conditions::print).orElse(""), order, most).stream()
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** Returns the text. */
  @Override
  public String toString() {
    return print(condition, orders, limit);
  }
}
