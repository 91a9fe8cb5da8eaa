package io.mlops4j.delivery;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Time;
import io.mlops4j.delivery.RolloutEvent.Kind;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what was decided about a status, if the log still stands there. Thread-safe. */
final class Decisions {
  private final RolloutLog log;
  private final RolloutPlan plan;
  private final String actor;
  private final Time time;

  Decisions(RolloutLog log, RolloutPlan plan, String actor, Time time) {
    this.log = log;
    this.plan = plan;
    this.actor = actor;
    this.time = time;
  }

  /** Starts what was asked for, unless somebody has; with a refusal it ends as it is written. */
  RolloutLog.Appended start(
      ModelVersion candidate, ModelVersion champion, @Nullable String refusal) {
    return log.append(
        now ->
            now.active() || now.requested().filter(candidate::equals).isEmpty()
                ? null
                : new RolloutEvent(
                    0,
                    Kind.STARTED,
                    0,
                    candidate,
                    Optional.of(champion),
                    0,
                    plan.steps(),
                    plan.digest(),
                    refusal == null ? "" : refusal,
                    actor,
                    time.now(),
                    List.of(),
                    refusal != null));
  }

  /**
   * Says once more that a refused start has ended, for instances of an older library, which do not
   * know the mark and would let the candidate answer.
   */
  RolloutStatus endRefused(RolloutStatus from) {
    return log.append(
            now ->
                now.rollout() == from.rollout() && !log.hasEnd(now.rollout())
                    ? event(now, Kind.ABORTED, now.step(), now.reason(), List.of())
                    : null)
        .status();
  }

  /** Goes on to the next step, unless somebody has. */
  RolloutLog.Appended advance(RolloutStatus from, String reason, List<WatchResult> evidence) {
    return log.append(
        now ->
            now.phase() == Phase.RUNNING
                    && now.rollout() == from.rollout()
                    && now.step() == from.step()
                ? event(now, Kind.ADVANCED, from.step() + 1, reason, evidence)
                : null);
  }

  /** Writes an event about a rollout, unless it has ended or is in another phase by now. */
  RolloutStatus write(RolloutStatus from, Kind kind, String reason, List<WatchResult> evidence) {
    return log.append(
            now -> {
              boolean gone = !now.active() || now.rollout() != from.rollout();
              boolean moved = !kind.ends() && now.phase() != from.phase();
              return gone || moved ? null : event(now, kind, now.step(), reason, evidence);
            })
        .status();
  }

  RolloutEvent event(
      RolloutStatus now, Kind kind, int step, String reason, List<WatchResult> evidence) {
    return new RolloutEvent(
        0,
        kind,
        now.rollout(),
        now.candidate().orElseThrow(),
        now.champion(),
        step,
        List.of(),
        "",
        reason,
        actor,
        time.now(),
        evidence);
  }

  /** Why a rollout ends when somebody else has become champion. */
  static String otherChampion(ModelVersion candidate, Optional<ModelVersion> champion) {
    return "The champion is "
        + champion.map(Object::toString).orElse("none")
        + " by now, which "
        + candidate
        + " was not compared with. Start again.";
  }

  /** The sentences of the results that say so: of the present step, or of any for a rollback. */
  static String reasons(List<WatchResult> results, int step, RolloutVerdict verdict) {
    StringBuilder text = new StringBuilder();
    for (WatchResult result : results) {
      boolean present = result.step() == step || result.step() == WatchResult.OUTSIDE;
      if (result.verdict() == verdict && (present || verdict == RolloutVerdict.ROLL_BACK)) {
        text.append(text.isEmpty() ? "" : " ").append(result.watch()).append(": ");
        text.append(result.sentence());
      }
    }
    return text.toString();
  }
}
