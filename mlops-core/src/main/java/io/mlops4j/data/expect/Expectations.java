package io.mlops4j.data.expect;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What is expected of rows: a suite, declared once and asked of training data, batches and single
 * rows alike. Immutable and thread-safe.
 *
 * <pre>{@code
 * Expectations<Flight> expected =
 *     Expectations.of(
 *         Schema.of(Flight.class),
 *         feature("origin").isPresent(),
 *         feature("origin").matches("[A-Z]{3}").mostly(0.999),
 *         feature("distance").isBetween(0, 6000),
 *         rows().countAgainstPrevious(0.5, 2).warning());
 * ValidationResult result = expected.validate(Dataset.csv(path, expected.schema()));
 * }</pre>
 *
 * @param <T> the row type
 */
public final class Expectations<T> {
  private final Schema<T> schema;
  private final List<Expectation> expectations;

  private Expectations(Schema<T> schema, List<Expectation> expectations) {
    this.schema = Objects.requireNonNull(schema, "schema");
    this.expectations = List.copyOf(expectations);
    this.expectations.forEach(expectation -> expectation.requireFits(schema));
  }

  /**
   * Returns a suite.
   *
   * @param schema what a row is
   * @param expectations what is expected, in the order of reports
   * @param <T> the row type
   * @return the suite
   * @throws IllegalArgumentException naming the feature that the schema does not have, or that is
   *     of a kind the rule is not about
   */
  public static <T> Expectations<T> of(Schema<T> schema, Expectation... expectations) {
    return new Expectations<>(schema, Arrays.asList(expectations));
  }

  /**
   * Returns a suite that the rows themselves suggest: a start, to be read and changed. It holds of
   * them. Of sensitive features it says whether they are there and finite, nothing about values.
   * One pass; memory is bounded.
   *
   * @param rows what to look at; rows that cannot be read are an error here
   * @param <T> the row type
   * @return the suite; {@link #toJava} and {@link #toJson} write it down
   */
  public static <T> Expectations<T> inferred(Dataset<T> rows) {
    return new Expectations<>(rows.schema(), Profile.of(rows).suggestions());
  }

  /**
   * Returns a stored suite over rows of a schema.
   *
   * @param schema what a row is; may have more features than the suite reads
   * @param json what {@link #toJson} wrote, or a person did
   * @param <T> the row type
   * @return the suite
   * @throws MlopsException if it is not one; says where and what was expected
   */
  public static <T> Expectations<T> fromJson(Schema<T> schema, byte[] json) {
    List<Expectation> read = SuiteJson.read(json);
    try {
      return new Expectations<>(schema, read);
    } catch (IllegalArgumentException e) {
      throw new MlopsException(
          "Expectations do not fit schema " + schema.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns this suite as {@link #fromJson} reads it, with the features it is about.
   *
   * @return indented JSON with sorted keys; its format is 1 and only ever grows
   * @throws MlopsException if a rule is in Java ({@link #row}); names it
   */
  public byte[] toJson() {
    return SuiteJson.write(schema, expectations);
  }

  /**
   * Returns which suite this is: equal for equal expectations in equal order, whatever else a row
   * has. The domain of a feature counts if it is asked for. Of a rule in Java ({@link #row}) only
   * what it says of itself counts, not its code.
   *
   * @return SHA-256, 64 hexadecimal digits
   */
  public String digest() {
    return SuiteJson.digest(schema, expectations);
  }

  /**
   * Returns this suite as the source of a class with one method {@code of(schema)}, ready to be
   * pasted. Rules in Java ({@link #row}) are left out.
   *
   * @param className a simple name, such as {@code FlightExpectations}
   * @return a compilation unit without a package
   */
  public String toJava(String className) {
    return SuiteSource.unit(
        className,
        expectations.stream().filter(e -> !(e.rule() instanceof PredicateRule)).toList());
  }

  /**
   * Returns a suite with more expectations.
   *
   * @param more what else is expected
   * @return a longer suite
   */
  public Expectations<T> and(Expectation... more) {
    List<Expectation> all = new ArrayList<>(expectations);
    all.addAll(Arrays.asList(more));
    return new Expectations<>(schema, all);
  }

  /**
   * Returns a suite with a rule of one row in Java: what features alone cannot say. A rule that
   * throws does not hold.
   *
   * @param what what has to hold, for reports: "total is the sum of its parts"
   * @param holds a pure function, safe for several threads
   * @return a longer suite
   */
  public Expectations<T> row(String what, Predicate<? super T> holds) {
    return row(what, holds, expectation -> expectation);
  }

  /**
   * Returns a suite with a rule of one row in Java, and how often it must hold.
   *
   * @param what what has to hold
   * @param holds a pure function, safe for several threads
   * @param options such as {@code e -> e.mostly(0.99).warning()}
   * @return a longer suite
   */
  public Expectations<T> row(
      String what, Predicate<? super T> holds, UnaryOperator<Expectation> options) {
    @SuppressWarnings("unchecked") // Only ever asked about rows of this suite's schema.
    Predicate<Object> untyped = (Predicate<Object>) holds;
    return and(options.apply(Expectation.of(new PredicateRule(what, untyped))));
  }

  /**
   * Returns what a row is.
   *
   * @return the schema
   */
  public Schema<T> schema() {
    return schema;
  }

  /**
   * Returns what is expected.
   *
   * @return in order
   */
  public List<Expectation> expectations() {
    return expectations;
  }

  /**
   * Asks rows, as training data.
   *
   * @param rows what to look at; read once
   * @return what came of each expectation
   * @throws io.mlops4j.data.DataException if the data cannot be opened at all
   */
  public ValidationResult validate(Dataset<T> rows) {
    return validation().run(rows);
  }

  /**
   * Asks labeled rows, as training data.
   *
   * @param rows what to look at; read once
   * @return what came of each expectation
   * @throws io.mlops4j.data.DataException if the data cannot be opened at all
   */
  public ValidationResult validate(LabeledDataset<T> rows) {
    return validation().run(rows);
  }

  /**
   * Starts a validation that is given more than the rows.
   *
   * @return one to configure and run
   */
  public Validation<T> validation() {
    return new Validation<>(this);
  }

  /**
   * Returns a guard for single rows before a prediction: the expectations of single rows that must
   * always hold in serving ({@code mostly} 1, severity error). All others need many rows.
   *
   * @return the guard
   * @throws IllegalArgumentException if there is none of that sort
   */
  public RowGuard<T> guard() {
    return RowGuard.of(this);
  }

  /**
   * Returns a listener that marks rows after they were answered instead of refusing them: by all
   * expectations of single rows that hold in serving, warnings too, row by row.
   *
   * @param atMost which share of the rows may be marked, for its {@link io.mlops4j.core.Check}
   * @param marked is told of each prediction whose row does not hold, with one sentence per
   *     expectation, on the predictor's drain thread
   * @param <O> one answer
   * @return a listener, for one predictor or several
   */
  public <O> RowMarks<T, O> marks(
      double atMost, BiConsumer<? super Prediction<T, O>, ? super List<String>> marked) {
    List<Expectation> ofRows =
        expectations.stream()
            .filter(e -> e.rule() instanceof RowRule)
            .filter(e -> e.environments().contains(Expectation.Environment.SERVING))
            .toList();
    return new RowMarks<>(ofRows, atMost, marked);
  }

  /** Returns the schema and how many expectations there are. */
  @Override
  public String toString() {
    return "Expectations(" + expectations.size() + ") of " + schema.name();
  }
}
