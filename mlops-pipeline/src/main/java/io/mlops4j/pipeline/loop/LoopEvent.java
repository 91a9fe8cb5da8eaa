package io.mlops4j.pipeline.loop;

import java.time.Instant;
import java.util.Objects;

/**
 * One line of a loop's story.
 *
 * @param at when
 * @param run which run
 * @param kind what sort of thing happened
 * @param step the step it happened at; the trigger's name for {@link Kind#TRIGGERED}
 * @param sentence what happened, with the numbers
 */
public record LoopEvent(Instant at, String run, Kind kind, String step, String sentence) {
  /** What can happen. */
  public enum Kind {
    /** A trigger fired. */
    TRIGGERED,
    /** A step was done. */
    DONE,
    /** A step waits: for a shadow, a canary, a person. */
    WAITING,
    /** A step said no. */
    REFUSED,
    /** A step could not be done. */
    FAILED,
    /** Somebody ended the run. */
    CANCELLED,
    /** The candidate is in production. */
    PROMOTED
  }

  /** Checks for null. */
  public LoopEvent {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(sentence, "sentence");
  }
}
