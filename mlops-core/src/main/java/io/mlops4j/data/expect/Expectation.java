package io.mlops4j.data.expect;

import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One thing that is expected of data: a rule, and how often it must hold, of which rows, how bad it
 * is if it does not, and when it is asked. Immutable and thread-safe; equal ones are equal.
 *
 * <pre>{@code
 * feature("distance").isBetween(0, 6000).mostly(0.999)
 * feature("arrival").isAtLeastFeature("departure").where(feature("status").isIn("landed"))
 * unique("carrier", "number", "day")
 * rows().countAgainstPrevious(0.5, 2)
 * }</pre>
 *
 * <p>A rule of single rows skips rows in which a value it is about is missing: that a value must be
 * there is a rule of its own. One that finds no row to ask is {@code NO_DATA}, never a pass, unless
 * {@link #minRows} says so.
 */
public final class Expectation {
  private static final int MAX_NOTE = 500;

  private final Rule rule;
  private final double mostly;
  private final List<Expectation> filters;
  private final Severity severity;
  private final Set<Environment> environments;
  private final long minRows;
  private final String note;

  private Expectation(
      Rule rule,
      double mostly,
      List<Expectation> filters,
      Severity severity,
      Set<Environment> environments,
      long minRows,
      String note) {
    this.rule = rule;
    this.mostly = mostly;
    this.filters = List.copyOf(filters);
    this.severity = severity;
    this.environments = environments;
    this.minRows = minRows;
    this.note = note;
  }

  static Expectation of(Rule rule) {
    return new Expectation(
        rule, 1, List.of(), Severity.ERROR, EnumSet.allOf(Environment.class), 1, "");
  }

  /** How bad it is. */
  public enum Severity {
    /** Data that fails is not to be used. */
    ERROR,
    /** Somebody should look. */
    WARNING
  }

  /** When data is looked at: the truth is there in training only, other things only in serving. */
  public enum Environment {
    /** Rows a model is trained or judged on. */
    TRAINING,
    /** Rows a model is asked about. */
    SERVING
  }

  /**
   * Starts an expectation of one feature.
   *
   * @param name its name in the schema
   * @return what can be expected of it
   */
  public static ExpectedFeature feature(String name) {
    return new ExpectedFeature(name);
  }

  /**
   * Starts an expectation of the rows as a whole.
   *
   * @return what can be expected of them
   */
  public static ExpectedRows rows() {
    return new ExpectedRows();
  }

  /**
   * Expects that no two rows have the same values in some features together. Rows in which all of
   * them are missing are skipped; a missing value beside others is a value of its own. Rows that
   * repeat an earlier one are counted. Cost: about 24 bytes a row, up to 1,048,576 different ones
   * in memory and then in temporary files; equal values are never missed, different ones are taken
   * for equal with a probability below 1e-20 for a billion rows (texts of more than 15 bytes and
   * several features are compared by 127 bits of a SHA-256).
   *
   * @param features one or more names
   * @return the expectation
   */
  public static Expectation unique(String... features) {
    return of(new UniqueRule(List.of(features)));
  }

  /**
   * Expects it of a share of the rows at least: counts are compared exactly.
   *
   * @param share above 0, at most 1; 1 unless said
   * @return a copy
   * @throws IllegalArgumentException if it is out of range, or the rule is not about single rows
   */
  public Expectation mostly(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("mostly: " + share + " (expected: above 0, at most 1)");
    }
    if (!countsRows() && share != 1) {
      throw new IllegalArgumentException(
          "mostly of " + rule.kind() + " (expected: a rule of single rows)");
    }
    return new Expectation(rule, share, filters, severity, environments, minRows, note);
  }

  /**
   * Expects it only of rows of which something else holds. Rows in which a value that the filter
   * reads is missing are left out.
   *
   * @param filter an expectation of single rows, such as {@code feature("country").isIn("DE")};
   *     several filters must all hold
   * @return a copy
   * @throws IllegalArgumentException if the filter is not about single rows, has a filter of its
   *     own, or the rule is about columns or all rows of a source
   */
  public Expectation where(Expectation filter) {
    if (!(filter.rule instanceof RowRule) || !filter.filters.isEmpty() || filter.mostly != 1) {
      throw new IllegalArgumentException(
          "where: "
              + filter.rule.kind()
              + " (expected: a rule of single rows, without mostly and where)");
    }
    if (rule instanceof TableRules.OfTheSource) {
      throw new IllegalArgumentException("where of " + rule.kind() + ": it takes no filter");
    }
    List<Expectation> more = new ArrayList<>(filters);
    more.add(filter);
    return new Expectation(rule, mostly, more, severity, environments, minRows, note);
  }

  /**
   * Makes a failure a warning.
   *
   * @return a copy
   */
  public Expectation warning() {
    return new Expectation(rule, mostly, filters, Severity.WARNING, environments, minRows, note);
  }

  /**
   * Expects it in one environment only.
   *
   * @param environment when
   * @return a copy
   */
  public Expectation onlyIn(Environment environment) {
    return new Expectation(rule, mostly, filters, severity, EnumSet.of(environment), minRows, note);
  }

  /**
   * Sets how many rows there must be to say anything: with fewer the outcome is {@code NO_DATA}.
   *
   * @param rows 0 or more, 1 unless said; with 0 no row at all is a pass
   * @return a copy
   */
  public Expectation minRows(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("minRows: " + rows + " (expected: 0 or more)");
    }
    return new Expectation(rule, mostly, filters, severity, environments, rows, note);
  }

  /**
   * Says why, for reports.
   *
   * @param why at most 500 characters
   * @return a copy
   */
  public Expectation because(String why) {
    if (why.length() > MAX_NOTE) {
      throw new IllegalArgumentException("because: " + why.length() + " characters (at most 500)");
    }
    return new Expectation(rule, mostly, filters, severity, environments, minRows, why);
  }

  /**
   * Returns what the rule is called in JSON.
   *
   * @return such as {@code between}
   */
  public String kind() {
    return rule.kind();
  }

  /**
   * Returns the features the rule reads.
   *
   * @return their names; empty if it is about rows as a whole
   */
  public List<String> features() {
    return rule.features();
  }

  /**
   * Returns which share of the rows must hold.
   *
   * @return above 0, at most 1
   */
  public double mostly() {
    return mostly;
  }

  /**
   * Returns which rows it is about.
   *
   * @return what must hold of them; empty for all rows
   */
  public List<Expectation> filters() {
    return filters;
  }

  /**
   * Returns how bad a failure is.
   *
   * @return error or warning
   */
  public Severity severity() {
    return severity;
  }

  /**
   * Returns when it is asked.
   *
   * @return one or both environments
   */
  public Set<Environment> environments() {
    return Collections.unmodifiableSet(environments);
  }

  /**
   * Returns how many rows there must be.
   *
   * @return 0 or more
   */
  public long minRows() {
    return minRows;
  }

  /**
   * Returns why it is expected.
   *
   * @return a text, or empty
   */
  public String note() {
    return note;
  }

  Rule rule() {
    return rule;
  }

  /** Whether its result is a count of rows that hold. */
  private boolean countsRows() {
    return rule instanceof RowRule || rule instanceof CountedRule;
  }

  void requireFits(Schema<?> schema) {
    rule.requireFits(schema);
    filters.forEach(filter -> filter.requireFits(schema));
  }

  String sentence(Schema<?> schema) {
    String where =
        filters.stream().map(f -> f.rule.sentence(schema)).collect(Collectors.joining(" and "));
    return rule.sentence(schema) + (where.isEmpty() ? "" : ", where " + where);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Expectation that && Arrays.equals(parts(), that.parts());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(parts());
  }

  private Object[] parts() {
    return new Object[] {rule, mostly, filters, severity, environments, minRows, note};
  }

  /** Returns it as Java. */
  @Override
  public String toString() {
    return Objects.requireNonNull(SuiteSource.expectation(this));
  }
}
