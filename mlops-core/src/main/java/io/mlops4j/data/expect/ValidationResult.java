package io.mlops4j.data.expect;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.data.DataException;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.report.Report;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came of a validation: every expectation, with counts, and examples of what does not hold. A
 * {@link Check} that always gives the same answer: for gates, pipeline steps and triggers.
 * Immutable; holds no value of a sensitive feature.
 *
 * @param data what the rows are called
 * @param schema the fingerprint of what a row is
 * @param suite {@link Expectations#digest} of what was asked; empty if an older library wrote it
 * @param digest SHA-256 of all rows, as {@link io.mlops4j.data.Dataset#digest} says; empty if a row
 *     could not be read, or nobody asked for it
 * @param rows how many were read
 * @param unreadable how many could not be
 * @param broken why nothing after a line could be read; empty if the end was reached
 * @param environment what the rows were taken for
 * @param results one per expectation of that environment: first that all columns are there and rows
 *     are readable, unless the suite says so itself, then the suite's, in order
 * @param at when
 */
public record ValidationResult(
    String data,
    String schema,
    Optional<String> suite,
    Optional<String> digest,
    long rows,
    long unreadable,
    Optional<String> broken,
    Expectation.Environment environment,
    List<ExpectationResult> results,
    Instant at)
    implements Check {
  private static final int LISTED = 3;

  /** Checks for nulls and copies the list. */
  public ValidationResult {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(suite, "suite");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(broken, "broken");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(at, "at");
    results = List.copyOf(results);
  }

  /**
   * Returns what this is evidence of.
   *
   * @return {@link CheckEvidence#DATA_VALIDATION}
   */
  @Override
  public String name() {
    return CheckEvidence.DATA_VALIDATION;
  }

  /**
   * Returns whether the rows may be used: a failure of severity error is a Fail, and so are rows
   * that break off; no row, or an error that cannot be told, is NoData. Warnings change nothing.
   *
   * @return the answer, with a sentence that names what failed
   */
  @Override
  public Check.Outcome evaluate() {
    return evaluate(LISTED);
  }

  /**
   * Returns the answer of {@link #evaluate()} with the sentences of more expectations.
   *
   * @param listed how many sentences of what does not hold are in its own at most, 1 or more
   * @return the answer
   */
  public Check.Outcome evaluate(int listed) {
    if (listed < 1) {
      throw new IllegalArgumentException("listed: " + listed + " (expected: 1 or more)");
    }
    List<ExpectationResult> failed = of(ExpectationResult.Outcome.FAIL, Expectation.Severity.ERROR);
    List<ExpectationResult> unknown =
        of(ExpectationResult.Outcome.NO_DATA, Expectation.Severity.ERROR);
    String start = data + ": " + Shown.rows(rows) + ", ";
    if (broken.isPresent()) {
      return new Check.Fail(start + "then it breaks off: " + broken.get());
    }
    if (!failed.isEmpty()) {
      return new Check.Fail(start + counted(failed, "failed") + listed(failed, listed));
    }
    if (rows == 0) {
      return new Check.NoData(data + " has no row.");
    }
    if (!unknown.isEmpty()) {
      return new Check.NoData(
          start + counted(unknown, "could not be told") + listed(unknown, listed));
    }
    int warnings = of(ExpectationResult.Outcome.FAIL, Expectation.Severity.WARNING).size();
    return new Check.Pass(
        start
            + "all "
            + results.size()
            + " expectations"
            + (warnings == 0 ? " hold." : " but " + warnings + " of severity warning hold."));
  }

  private String counted(List<ExpectationResult> some, String what) {
    return some.size() + " of " + results.size() + " expectations " + what + ". ";
  }

  private static String listed(List<ExpectationResult> some, int most) {
    return some.stream()
            .limit(most)
            .map(ExpectationResult::sentence)
            .collect(Collectors.joining(" "))
        + (some.size() > most ? " (and " + (some.size() - most) + " more)" : "");
  }

  private List<ExpectationResult> of(
      ExpectationResult.Outcome outcome, Expectation.Severity severity) {
    return results.stream()
        .filter(r -> r.outcome() == outcome && r.expectation().severity() == severity)
        .toList();
  }

  /**
   * Returns whether the rows may be used.
   *
   * @return true if {@link #evaluate} is a Pass
   */
  public boolean passed() {
    return evaluate() instanceof Check.Pass;
  }

  /**
   * Returns the errors that failed.
   *
   * @return in the order of the suite
   */
  public List<ExpectationResult> failures() {
    return of(ExpectationResult.Outcome.FAIL, Expectation.Severity.ERROR);
  }

  /**
   * Returns the warnings that failed.
   *
   * @return in the order of the suite
   */
  public List<ExpectationResult> warnings() {
    return of(ExpectationResult.Outcome.FAIL, Expectation.Severity.WARNING);
  }

  /**
   * Returns this result if the rows may be used: for a pipeline that must not go on otherwise.
   *
   * @return this
   * @throws DataException with the sentence of {@link #evaluate} if they may not
   */
  public ValidationResult orThrow() {
    Check.Outcome outcome = evaluate();
    if (!(outcome instanceof Check.Pass)) {
      throw new DataException(outcome.sentence());
    }
    return this;
  }

  /**
   * Returns this result as evidence about a model version: with the digest, a gate can see that it
   * is about the data the version was trained on, and with the suite's, a reader what was asked.
   *
   * @param subject the version, such as {@code flight-delay:3}
   * @return the evidence, with the counts as numbers
   */
  public CheckEvidence evidence(String subject) {
    CheckEvidence evidence =
        CheckEvidence.of(this, subject, at)
            .withNumber("rows", (double) rows)
            .withNumber("unreadable", (double) unreadable)
            .withNumber("expectations", results.size())
            .withNumber("failed", failures().size())
            .withNumber("warnings", warnings().size());
    evidence = suite.isPresent() ? evidence.ofSuite(suite.get()) : evidence;
    return digest.isPresent() ? evidence.onData(digest.get()) : evidence;
  }

  /**
   * Returns a page of it: as text, Markdown, JSON or HTML.
   *
   * @return the verdict, every expectation, and examples of what does not hold
   */
  public Report report() {
    return ResultReport.of(this);
  }

  /**
   * Returns it as {@link #fromJson} reads it.
   *
   * @return canonical JSON of format 1.0; what a reader may leave out raises the number after the
   *     dot, everything else the one before
   */
  public byte[] toJson() {
    return ResultJson.write(this);
  }

  /**
   * Returns a stored result.
   *
   * @param json what {@link #toJson} wrote, also that of a newer library in the same format: what
   *     this one does not know is left out, except of an expectation
   * @return the result; rules in Java can be shown, not asked again
   * @throws MlopsException if it is not one; says where, what was expected, and whether a newer
   *     library wrote it
   */
  public static ValidationResult fromJson(byte[] json) {
    return ResultJson.read(json);
  }
}
