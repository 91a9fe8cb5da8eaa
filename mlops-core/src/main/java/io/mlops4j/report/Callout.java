package io.mlops4j.report;

import static java.util.Objects.requireNonNull;

/**
 * A verdict with a sentence: the part of a report that is read first.
 *
 * @param status what the verdict is
 * @param sentence why, with the numbers
 */
public record Callout(Status status, String sentence) implements Block {
  /** Cleans the sentence. */
  public Callout {
    requireNonNull(status, "status");
    sentence = CleanText.line(sentence, "sentence");
  }

  /**
   * Returns a verdict.
   *
   * @param status what the verdict is
   * @param sentence why, with the numbers
   * @return the verdict
   */
  public static Callout of(Status status, String sentence) {
    return new Callout(status, sentence);
  }

  /**
   * Returns a {@link Status#PASS} verdict.
   *
   * @param sentence why
   * @return the verdict
   */
  public static Callout pass(String sentence) {
    return new Callout(Status.PASS, sentence);
  }

  /**
   * Returns a {@link Status#FAIL} verdict.
   *
   * @param sentence why
   * @return the verdict
   */
  public static Callout fail(String sentence) {
    return new Callout(Status.FAIL, sentence);
  }

  /**
   * Returns a {@link Status#WARNING} verdict.
   *
   * @param sentence why
   * @return the verdict
   */
  public static Callout warning(String sentence) {
    return new Callout(Status.WARNING, sentence);
  }

  /**
   * Returns a statement that judges nothing.
   *
   * @param sentence the statement
   * @return the callout
   */
  public static Callout info(String sentence) {
    return new Callout(Status.INFO, sentence);
  }

  /**
   * Returns a {@link Status#NO_DATA} verdict.
   *
   * @param sentence what is missing
   * @return the verdict
   */
  public static Callout noData(String sentence) {
    return new Callout(Status.NO_DATA, sentence);
  }
}
