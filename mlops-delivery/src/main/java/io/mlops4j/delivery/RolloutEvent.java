package io.mlops4j.delivery;

import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of a model's rollout log: written once, never changed.
 *
 * @param sequence its place, from 1; order is this, never the time
 * @param kind what happened
 * @param rollout which rollout: the sequence of its {@code STARTED}; 0 for {@code REQUESTED}
 * @param candidate who is rolled out
 * @param champion who was in production when it started; empty for {@code REQUESTED}
 * @param step the step afterwards, from 0
 * @param steps all steps, for {@code STARTED}; empty otherwise
 * @param plan the plan's digest, for {@code STARTED}; empty text otherwise
 * @param reason why, with the numbers
 * @param by who or what did it
 * @param at the writer's wall clock
 * @param evidence what every watch and check said
 * @param refused for {@code STARTED}: it could not begin, for the reason; such a rollout has ended
 *     as it is written, and no candidate answers in it
 */
public record RolloutEvent(
    long sequence,
    Kind kind,
    long rollout,
    ModelVersion candidate,
    Optional<ModelVersion> champion,
    int step,
    List<Double> steps,
    String plan,
    String reason,
    String by,
    Instant at,
    List<WatchResult> evidence,
    boolean refused) {

  /** What can happen to a rollout. */
  public enum Kind {
    /** Somebody asked for a rollout; an instance that has a plan starts it. */
    REQUESTED,
    /** It began, at its first step. */
    STARTED,
    /** It went on to the next step. */
    ADVANCED,
    /** It stays where it is until somebody resumes it; a rollback stays armed. */
    PAUSED,
    /** It goes on. */
    RESUMED,
    /** Every step is passed; the registry waits for approvals. A rollback stays armed. */
    AWAITING_APPROVAL,
    /** The candidate is in production. The end. */
    PROMOTED,
    /** The champion answers everything again, because of evidence. The end. */
    ROLLED_BACK,
    /** The champion answers everything again, because somebody wanted it. The end. */
    ABORTED;

    /** Whether nothing comes after it. */
    boolean ends() {
      return this == PROMOTED || this == ROLLED_BACK || this == ABORTED;
    }
  }

  /** Copies the lists, and checks for nulls and ranges. */
  public RolloutEvent {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(at, "at");
    steps = List.copyOf(Objects.requireNonNull(steps, "steps"));
    evidence = List.copyOf(Objects.requireNonNull(evidence, "evidence"));
    requireNotNegative("sequence", sequence);
    requireNotNegative("rollout", rollout);
    requireNotNegative("step", step);
    if (refused && kind != Kind.STARTED) {
      throw new IllegalArgumentException("refused: " + kind + " (expected: STARTED only)");
    }
  }

  /**
   * Makes an event that was not refused.
   *
   * @param sequence its place
   * @param kind what happened
   * @param rollout which rollout
   * @param candidate who is rolled out
   * @param champion who was in production when it started
   * @param step the step afterwards
   * @param steps all steps
   * @param plan the plan's digest
   * @param reason why
   * @param by who or what did it
   * @param at the writer's wall clock
   * @param evidence what every watch and check said
   */
  public RolloutEvent(
      long sequence,
      Kind kind,
      long rollout,
      ModelVersion candidate,
      Optional<ModelVersion> champion,
      int step,
      List<Double> steps,
      String plan,
      String reason,
      String by,
      Instant at,
      List<WatchResult> evidence) {
    this(
        sequence, kind, rollout, candidate, champion, step, steps, plan, reason, by, at, evidence,
        false);
  }

  private static void requireNotNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 0 or more)");
    }
  }

  /**
   * Returns what happened, as a sentence.
   *
   * @return such as {@code flight-delay:7 was rolled back by rollout on 2026-06-01T12:00:00Z: …}
   */
  public String sentence() {
    return candidate
        + " "
        + verb()
        + " by "
        + by
        + " on "
        + at
        + (reason.isBlank() ? "." : ": " + reason);
  }

  private String verb() {
    return switch (kind) {
      case REQUESTED -> "was asked to be rolled out";
      case STARTED ->
          refused
              ? "could not begin its rollout"
              : "began its rollout against " + champion.map(Object::toString).orElse("none");
      case ADVANCED -> "went on to step " + (step + 1);
      case PAUSED -> "was paused";
      case RESUMED -> "was resumed";
      case AWAITING_APPROVAL -> "was left waiting for approval";
      case PROMOTED -> "was promoted";
      case ROLLED_BACK -> "was rolled back";
      case ABORTED -> "was aborted";
    };
  }
}
