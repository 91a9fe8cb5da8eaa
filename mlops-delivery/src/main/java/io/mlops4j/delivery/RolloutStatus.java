package io.mlops4j.delivery;

import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's last rollout stands: the fold of its log.
 *
 * @param phase where it stands
 * @param rollout which rollout, as {@link RolloutEvent#rollout}; 0 if there has been none
 * @param candidate who is rolled out; empty if there has been no rollout
 * @param champion who was in production when it started
 * @param step the present step, from 0
 * @param steps all steps
 * @param plan the digest of the plan it was started with
 * @param since when it came to this phase and step
 * @param stepSince when the present step began
 * @param reason of the last event
 * @param requested who is to be rolled out next: asked for, and not started yet
 */
public record RolloutStatus(
    Phase phase,
    long rollout,
    Optional<ModelVersion> candidate,
    Optional<ModelVersion> champion,
    int step,
    List<Double> steps,
    String plan,
    Instant since,
    Instant stepSince,
    String reason,
    Optional<ModelVersion> requested) {

  /** Where a rollout can stand. */
  public enum Phase {
    /** There has been none. */
    NONE,
    /** It is under way. */
    RUNNING,
    /** It stays at its step until somebody resumes it. A rollback is armed. */
    PAUSED,
    /** It has passed every step and waits for approvals. A rollback is armed. */
    AWAITING_APPROVAL,
    /** The candidate is in production. */
    PROMOTED,
    /** The champion answers everything, because of evidence. */
    ROLLED_BACK,
    /** The champion answers everything, because somebody wanted it. */
    ABORTED
  }

  /** Copies the list, and checks for nulls and that the step is one of the steps. */
  public RolloutStatus {
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(champion, "champion");
    steps = List.copyOf(Objects.requireNonNull(steps, "steps"));
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(stepSince, "stepSince");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(requested, "requested");
    if (phase != Phase.NONE && (candidate.isEmpty() || step < 0 || step >= steps.size())) {
      throw new IllegalArgumentException(
          "status: "
              + phase
              + ", candidate "
              + candidate.map(Object::toString).orElse("none")
              + ", step "
              + step
              + " of "
              + steps.size()
              + " (expected: a candidate, at one of its steps)");
    }
  }

  /**
   * Returns whether the candidate may be answering requests, and a rollback is armed.
   *
   * @return true while running, paused or waiting for approval
   */
  public boolean active() {
    return phase == Phase.RUNNING || phase == Phase.PAUSED || phase == Phase.AWAITING_APPROVAL;
  }

  /**
   * Returns the share of units the candidate is to answer.
   *
   * @return 0 unless it is active
   */
  public double share() {
    return active() ? steps.get(step) : 0;
  }

  /**
   * Returns where it stands, as a sentence.
   *
   * @return one sentence
   */
  public String sentence() {
    if (phase == Phase.NONE) {
      return requested
          .map(next -> next + " is to be rolled out, and no instance has started it yet.")
          .orElse("There has been no rollout.");
    }
    return candidate.orElseThrow()
        + switch (phase) {
          case NONE, RUNNING -> " is at step " + at();
          case PAUSED -> " is paused at step " + at();
          case AWAITING_APPROVAL -> " waits for approval at step " + at();
          case PROMOTED -> " is in production";
          case ROLLED_BACK -> " was rolled back at step " + at();
          case ABORTED -> " was aborted at step " + at();
        }
        + (reason.isBlank() ? "." : ": " + reason);
  }

  private String at() {
    return (step + 1) + " of " + steps.size() + " (" + Words.percent(steps.get(step)) + ")";
  }

  static RolloutStatus none() {
    return new RolloutStatus(
        Phase.NONE,
        0,
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        "",
        Optional.empty());
  }

  /**
   * Returns what it is after one more event. Events that do not fit where it stands are skipped.
   */
  RolloutStatus after(RolloutEvent event) {
    return switch (event.kind()) {
      case REQUESTED -> with(phase, step, since, stepSince, reason, event.candidate());
      case STARTED -> active() ? this : started(event);
      case ADVANCED ->
          fits(event, Phase.RUNNING) && event.step() == step + 1 && event.step() < steps.size()
              ? moved(event, Phase.RUNNING)
              : this;
      case PAUSED ->
          fits(event, Phase.RUNNING, Phase.AWAITING_APPROVAL) ? moved(event, Phase.PAUSED) : this;
      case RESUMED -> fits(event, Phase.PAUSED) ? moved(event, Phase.RUNNING) : this;
      case AWAITING_APPROVAL ->
          fits(event, Phase.RUNNING) ? moved(event, Phase.AWAITING_APPROVAL) : this;
      case PROMOTED ->
          fits(event, Phase.RUNNING, Phase.AWAITING_APPROVAL, Phase.PAUSED)
              ? moved(event, Phase.PROMOTED)
              : this;
      case ROLLED_BACK ->
          event.rollout() == rollout && active() ? moved(event, Phase.ROLLED_BACK) : this;
      case ABORTED -> event.rollout() == rollout && active() ? moved(event, Phase.ABORTED) : this;
    };
  }

  private boolean fits(RolloutEvent event, Phase... phases) {
    return event.rollout() == rollout && List.of(phases).contains(phase);
  }

  private RolloutStatus started(RolloutEvent event) {
    return new RolloutStatus(
        event.refused() ? Phase.ABORTED : Phase.RUNNING,
        event.sequence(),
        Optional.of(event.candidate()),
        event.champion(),
        0,
        event.steps(),
        event.plan(),
        event.at(),
        event.at(),
        event.reason(),
        requested.filter(next -> !next.equals(event.candidate())));
  }

  private RolloutStatus moved(RolloutEvent event, Phase to) {
    boolean further = event.kind() == RolloutEvent.Kind.ADVANCED;
    boolean again = event.kind() == RolloutEvent.Kind.RESUMED;
    return with(
        to,
        further ? event.step() : step,
        event.at(),
        further || again ? event.at() : stepSince,
        event.reason(),
        requested.orElse(null));
  }

  private RolloutStatus with(
      Phase now, int at, Instant from, Instant stepFrom, String why, @Nullable ModelVersion next) {
    return new RolloutStatus(
        now,
        rollout,
        candidate,
        champion,
        at,
        steps,
        plan,
        from,
        stepFrom,
        why,
        Optional.ofNullable(next));
  }
}
