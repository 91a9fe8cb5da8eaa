package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Something a run or a version has and a query can ask for. Names are data: they need no quoting
 * here.
 *
 * <p>A comparison with what is missing, or is NaN, is never met, and neither is its opposite; ask
 * {@link #isMissing} and {@link #isNan}.
 *
 * @param kind where to look
 * @param name its name there
 * @param summary which of a metric's values; LAST for everything else
 */
public record Field(Kind kind, String name, Summary summary) {
  /** Where to look. */
  public enum Kind {
    /** A metric's series. */
    METRIC,
    /** A parameter. */
    PARAM,
    /** A tag. */
    TAG,
    /** What every run or version has. */
    ATTRIBUTE
  }

  /** Which of the values of a metric. */
  public enum Summary {
    /** At the highest step. */
    LAST,
    /** The lowest. */
    MIN,
    /** The highest. */
    MAX
  }

  /** Checks the name. */
  public Field {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(summary, "summary");
    Names.name(kind.name().toLowerCase(java.util.Locale.ROOT), name);
    if (kind == Kind.ATTRIBUTE && !Attributes.isKnown(name)) {
      throw new IllegalArgumentException(
          "attribute " + name + " is not known (known: " + Attributes.names() + ")");
    }
    if (kind != Kind.METRIC && summary != Summary.LAST) {
      throw new IllegalArgumentException("only a metric has a lowest and a highest value");
    }
  }

  /**
   * Returns a metric's last value.
   *
   * @param name which metric
   * @return the field
   */
  public static Field metric(String name) {
    Objects.requireNonNull(name, "name");
    return new Field(Kind.METRIC, name, Summary.LAST);
  }

  /**
   * Returns a parameter.
   *
   * @param name which
   * @return the field; compared as a number if both sides are
   */
  public static Field param(String name) {
    Objects.requireNonNull(name, "name");
    return new Field(Kind.PARAM, name, Summary.LAST);
  }

  /**
   * Returns a tag.
   *
   * @param name which
   * @return the field; compared as a number if both sides are
   */
  public static Field tag(String name) {
    Objects.requireNonNull(name, "name");
    return new Field(Kind.TAG, name, Summary.LAST);
  }

  /**
   * Returns an attribute. Of runs: id, name, experiment, status, reason, owner, parent, seed,
   * started, ended, seen, seconds. Of versions: model, version, stage, owner, created, commit.
   *
   * @param name which
   * @return the field
   */
  public static Field attribute(String name) {
    Objects.requireNonNull(name, "name");
    return new Field(Kind.ATTRIBUTE, name, Summary.LAST);
  }

  /**
   * Returns the metric's lowest value.
   *
   * @return the field
   */
  public Field min() {
    return new Field(kind, name, Summary.MIN);
  }

  /**
   * Returns the metric's highest value.
   *
   * @return the field
   */
  public Field max() {
    return new Field(kind, name, Summary.MAX);
  }

  /**
   * Returns the condition that it is greater.
   *
   * @param bound than this
   * @return the condition
   */
  public Condition above(double bound) {
    return compare(Conditions.Operator.GREATER, bound);
  }

  /**
   * Returns the condition that it is greater or equal.
   *
   * @param bound than this
   * @return the condition
   */
  public Condition atLeast(double bound) {
    return compare(Conditions.Operator.GREATER_OR_EQUAL, bound);
  }

  /**
   * Returns the condition that it is less.
   *
   * @param bound than this
   * @return the condition
   */
  public Condition below(double bound) {
    return compare(Conditions.Operator.LESS, bound);
  }

  /**
   * Returns the condition that it is less or equal.
   *
   * @param bound than this
   * @return the condition
   */
  public Condition atMost(double bound) {
    return compare(Conditions.Operator.LESS_OR_EQUAL, bound);
  }

  /**
   * Returns the condition that a time is later, or a text behind in the order of its characters.
   *
   * @param bound than this; a time as {@code 2026-11-26} or with {@code T08:00:00Z}
   * @return the condition
   */
  public Condition after(String bound) {
    Objects.requireNonNull(bound, "bound");
    return compare(Conditions.Operator.GREATER, bound);
  }

  /**
   * Returns the condition that a time is earlier, or a text before in the order of its characters.
   *
   * @param bound than this; a time as {@code 2026-11-26} or with {@code T08:00:00Z}
   * @return the condition
   */
  public Condition before(String bound) {
    Objects.requireNonNull(bound, "bound");
    return compare(Conditions.Operator.LESS, bound);
  }

  /**
   * Returns the condition that it is equal.
   *
   * @param value to this number or text
   * @return the condition
   */
  public Condition equalTo(Object value) {
    Objects.requireNonNull(value, "value");
    return compare(Conditions.Operator.EQUAL, literal(value));
  }

  /**
   * Returns the condition that it is there and different.
   *
   * @param value from this number or text
   * @return the condition
   */
  public Condition notEqualTo(Object value) {
    Objects.requireNonNull(value, "value");
    return compare(Conditions.Operator.NOT_EQUAL, literal(value));
  }

  /**
   * Returns the condition that it is one of some.
   *
   * @param values numbers, or texts; not both
   * @return the condition
   */
  public Condition in(Object... values) {
    Elements.list("values", values);
    List<Object> literals = new ArrayList<>();
    Arrays.stream(values).forEach(value -> literals.add(literal(value)));
    return new Conditions.In(this, literals);
  }

  /**
   * Returns the condition that a text has a pattern.
   *
   * @param pattern {@code %} stands for any characters, {@code _} for one; a backslash before them
   *     takes them as they are
   * @return the condition
   */
  public Condition like(String pattern) {
    Objects.requireNonNull(pattern, "pattern");
    return new Conditions.Like(this, pattern);
  }

  /**
   * Returns the condition that a text contains another.
   *
   * @param part the other; upper and lower case differ
   * @return the condition
   */
  public Condition contains(String part) {
    Objects.requireNonNull(part, "part");
    return new Conditions.Contains(this, part);
  }

  /**
   * Returns the condition that there is none.
   *
   * @return the condition
   */
  public Condition isMissing() {
    return new Conditions.IsNull(this);
  }

  /**
   * Returns the condition that it is there and NaN.
   *
   * @return the condition
   */
  public Condition isNan() {
    return new Conditions.IsNan(this);
  }

  /**
   * Returns the order from small to large.
   *
   * @return numbers before texts, then NaN, then what is missing
   */
  public Query.Order ascending() {
    return new Query.Order(this, false);
  }

  /**
   * Returns the order from large to small.
   *
   * @return numbers before texts, then NaN, then what is missing
   */
  public Query.Order descending() {
    return new Query.Order(this, true);
  }

  private Condition compare(Conditions.Operator operator, Object value) {
    return new Conditions.Compare(this, operator, value);
  }

  private static Object literal(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    return value instanceof Enum<?> constant ? constant.name() : value;
  }

  /** Returns it as a query writes it. */
  @Override
  public String toString() {
    String text = kind == Kind.ATTRIBUTE ? name : prefix() + quoted();
    return summary == Summary.LAST
        ? text
        : summary.name().toLowerCase(java.util.Locale.ROOT) + "(" + text + ")";
  }

  private String prefix() {
    return kind.name().toLowerCase(java.util.Locale.ROOT) + ".";
  }

  private String quoted() {
    boolean plain = QueryLexer.isWord(name);
    return plain ? name : "`" + name.replace("`", "``") + "`";
  }
}
