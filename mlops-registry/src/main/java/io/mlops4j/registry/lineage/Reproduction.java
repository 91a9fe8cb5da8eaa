package io.mlops4j.registry.lineage;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What came of training a version again. A check that passes unless the second model is another
 * one.
 *
 * @param version the registered version
 * @param verdict whether the second model is the same
 * @param differences everything about the second training that is not as the lineage says, and
 *     every file whose bytes differ; empty if there is nothing
 * @param rows on how many rows answers were compared; 0 if the bytes are the same
 * @param largest the largest difference between two answers; empty if none were compared
 * @param tolerance the largest difference accepted
 */
public record Reproduction(
    ModelVersion version,
    Verdict verdict,
    List<Difference> differences,
    long rows,
    OptionalDouble largest,
    double tolerance)
    implements Check {

  /** Whether two models are the same. */
  public enum Verdict {
    /** Every byte is the same: of the files, of the encoding, of the signature. */
    IDENTICAL,
    /** Bytes differ, and no answer by more than the tolerance. */
    EQUIVALENT,
    /** Answers differ, or could not be compared. */
    DIFFERENT
  }

  /**
   * Something that is not as it was.
   *
   * @param what such as {@code data digest}, {@code hyperparameter trainer.seed}, {@code file
   *     model.pb}
   * @param registered as the version says
   * @param again as it was the second time
   */
  public record Difference(String what, String registered, String again) {
    /** Checks for null. */
    public Difference {
      Objects.requireNonNull(what, "what");
      Objects.requireNonNull(registered, "registered");
      Objects.requireNonNull(again, "again");
    }

    /** Returns one line. */
    @Override
    public String toString() {
      return what + ": " + registered + " -> " + again;
    }
  }

  /** Copies the list. */
  public Reproduction {
    Objects.requireNonNull(differences, "differences");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(largest, "largest");
    differences = Elements.list("differences", differences);
  }

  /**
   * Returns a second training of a version, to be described and then started with {@link
   * Retraining#by}.
   *
   * @param version what to train again
   * @param <I> one input row
   * @param <O> one answer
   * @return a training that compares bytes, and answers on the golden rows, if there are any
   */
  public static <I, O> Retraining<I, O> of(RegisteredVersion<I, O> version) {
    return new Retraining<>(Objects.requireNonNull(version, "version"));
  }

  @Override
  public String name() {
    return "reproducibility";
  }

  /** Returns pass if the second model is identical or equivalent, and fail otherwise. */
  @Override
  public Check.Outcome evaluate() {
    return verdict == Verdict.DIFFERENT ? new Check.Fail(sentence()) : new Check.Pass(sentence());
  }

  private String sentence() {
    String answers =
        largest.isPresent()
            ? ": its answers to "
                + rows
                + (rows == 1 ? " row" : " rows")
                + " differ by at most "
                + largest.getAsDouble()
                + " (accepted: "
                + tolerance
                + ")"
            : verdict == Verdict.IDENTICAL ? ", byte for byte" : ": answers were not compared";
    return version
        + " trained again is "
        + verdict
        + answers
        + ". "
        + (differences.isEmpty()
            ? "Nothing differs."
            : differences.size()
                + (differences.size() == 1 ? " thing differs." : " things differ."));
  }

  /**
   * Returns all of it for people.
   *
   * @return a report
   */
  public Report toReport() {
    Table table = Table.of("What", "Registered", "Again");
    for (Difference difference : differences) {
      table = table.row(difference.what(), difference.registered(), difference.again());
    }
    KeyValues facts =
        KeyValues.of("Version", version.toString())
            .and("Rows compared", rows)
            .and("Largest difference", largest.isPresent() ? largest.getAsDouble() : null)
            .and("Tolerance", tolerance);
    Callout verdictLine =
        verdict == Verdict.DIFFERENT ? Callout.fail(sentence()) : Callout.pass(sentence());
    return Report.titled("Reproduction of " + version).add(verdictLine, facts, table);
  }

  /** Returns the verdict in a sentence, and each difference on a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(sentence());
    differences.forEach(difference -> text.append("\n  ").append(difference));
    return text.toString();
  }
}
