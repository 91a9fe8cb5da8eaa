package io.mlops4j.evaluation;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How rows are divided into slices that are measured one by one: by a feature of the schema, or by
 * a test of your own. Immutable.
 *
 * <p>No row is dropped: missing values are a slice, and undeclared values with fewer rows than the
 * minimum are put together into one. Slices of a feature marked sensitive are only ever called what
 * the code declares (the feature's domain, or edges); a value found in the data is never shown.
 *
 * @param <T> the row type
 */
public final class Slicing<T> {
  /** Distinct undeclared values that are told apart; more are one slice. */
  static final int MAX_VALUES = 1000;

  private static final long DEFAULT_MIN_ROWS = 50;

  private final String name;
  private final long minRows;
  private final @Nullable Feature<T> feature;
  private final List<Double> edges;
  private final @Nullable Predicate<? super T> test;

  private Slicing(
      String name,
      long minRows,
      @Nullable Feature<T> feature,
      List<Double> edges,
      @Nullable Predicate<? super T> test) {
    this.name = name;
    this.minRows = minRows;
    this.feature = feature;
    this.edges = edges;
    this.test = test;
  }

  /**
   * Returns one slice per value of a categorical feature, or per range of a numeric or time one,
   * with a minimum of 50 rows.
   *
   * @param schema what the rows are
   * @param feature its name
   * @param edges for numbers: at least one, finite, ascending; a value equal to an edge belongs to
   *     the range above it. For a categorical feature: none
   * @param <T> the row type
   * @return the slicing
   * @throws IllegalArgumentException if there is no such feature, it is a text or a vector, the
   *     edges do not fit, or it is sensitive and has no declared domain
   */
  public static <T> Slicing<T> by(Schema<T> schema, String feature, double... edges) {
    Feature<T> found = schema.feature(feature);
    boolean categorical = found.kind() == FeatureKind.CATEGORICAL;
    boolean number = found.kind() == FeatureKind.NUMERIC || found.kind() == FeatureKind.TIME;
    if (!categorical && !number) {
      throw new IllegalArgumentException(
          "Slices by " + found + " (expected: a categorical, numeric or time feature).");
    }
    boolean ascending = Arrays.stream(edges).allMatch(Double::isFinite);
    for (int i = 1; i < edges.length; i++) {
      ascending &= edges[i - 1] < edges[i];
    }
    if (categorical != (edges.length == 0) || !ascending) {
      throw new IllegalArgumentException(
          "Slices by "
              + found
              + ", edges "
              + Arrays.toString(edges)
              + (categorical ? " (expected: none)." : " (expected: at least one, ascending)."));
    }
    if (found.sensitive() && categorical && found.domain().isEmpty()) {
      throw new IllegalArgumentException(
          "Slices by sensitive feature "
              + found
              + " need a declared domain, because values found in the data are never shown. Use"
              + " schema.withDomain.");
    }
    return new Slicing<>(
        feature, DEFAULT_MIN_ROWS, found, Arrays.stream(edges).boxed().toList(), null);
  }

  /**
   * Returns the one slice of the rows that pass a test, with a minimum of 50 rows.
   *
   * @param name what the slice is called; the name stands for the test in the report's digest
   * @param test a pure function
   * @param <T> the row type
   * @return the slicing
   */
  public static <T> Slicing<T> where(String name, Predicate<? super T> test) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: a text)");
    }
    return new Slicing<>(
        name, DEFAULT_MIN_ROWS, null, List.of(), Objects.requireNonNull(test, "test"));
  }

  /**
   * Returns a copy with another minimum.
   *
   * @param rows at least 1; a slice with fewer is listed without numbers
   * @return the copy
   */
  public Slicing<T> withMinRows(long rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("minRows: " + rows + " (expected: at least 1)");
    }
    return new Slicing<>(name, rows, feature, edges, test);
  }

  /**
   * Returns what it is called.
   *
   * @return the feature's name, or the name given
   */
  public String name() {
    return name;
  }

  /**
   * Returns the least number of rows of a slice that has numbers.
   *
   * @return at least 1
   */
  public long minRows() {
    return minRows;
  }

  /** All that decides which rows are in which slice, as text. */
  String identity() {
    return name
        + (test != null ? " where" : " by " + edges + " of " + declared())
        + " at least "
        + minRows;
  }

  /** Names known before any row is read. */
  List<String> declared() {
    if (feature == null) {
      return List.of(name);
    }
    List<String> names = new ArrayList<>();
    if (edges.isEmpty()) {
      feature.domain().forEach(value -> names.add(name + "=" + value));
      return names;
    }
    names.add(name + " < " + Decimals.text(edges.get(0)));
    for (int i = 1; i < edges.size(); i++) {
      names.add(
          Decimals.text(edges.get(i - 1)) + " <= " + name + " < " + Decimals.text(edges.get(i)));
    }
    names.add(name + " >= " + Decimals.text(edges.get(edges.size() - 1)));
    return names;
  }

  /** Starts a pass over rows. */
  SliceCodes<T> start() {
    return new SliceCodes<>(this);
  }

  @Nullable Feature<T> feature() {
    return feature;
  }

  List<Double> edges() {
    return edges;
  }

  @Nullable Predicate<? super T> test() {
    return test;
  }

  @Override
  public String toString() {
    return "Slicing " + identity();
  }
}
