package io.mlops4j.pipeline;

import java.util.Objects;

/**
 * What became of a request.
 *
 * @param outcome whether there is a new run
 * @param run the new run's id, or that of the one that was there
 * @param sentence why
 */
public record RunStart(Outcome outcome, String run, String sentence) {
  /** Whether there is a new run. */
  public enum Outcome {
    /** A run was created. */
    CREATED,
    /** There was a run, and {@link RunRequest#reprocess} asks for no other. */
    EXISTS,
    /** A run for the same interval is not over. */
    BLOCKED
  }

  /** Checks for null. */
  public RunStart {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(sentence, "sentence");
  }

  /**
   * Returns whether a run was created.
   *
   * @return true for {@link Outcome#CREATED}
   */
  public boolean created() {
    return outcome == Outcome.CREATED;
  }
}
