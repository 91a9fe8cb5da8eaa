package io.mlops4j.drift.alert;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a sink is told: an alert fires, or is resolved.
 *
 * @param group the name of the alerts
 * @param alert the name of the rule
 * @param severity the rule's
 * @param status firing or resolved
 * @param episode which firing of this alert it is, from 1; firing and resolved of one have the same
 * @param startsAt when it began to fire
 * @param endsAt when it was resolved; empty while firing
 * @param evidence what the check said when it failed last
 */
public record AlertEvent(
    String group,
    String alert,
    String severity,
    Status status,
    long episode,
    Instant startsAt,
    Optional<Instant> endsAt,
    String evidence) {

  /** What happened. */
  public enum Status {
    /** The alert fires. */
    FIRING,
    /** It does no longer. */
    RESOLVED
  }

  /** Checks for nulls. */
  public AlertEvent {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(alert, "alert");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(startsAt, "startsAt");
    Objects.requireNonNull(endsAt, "endsAt");
    Objects.requireNonNull(evidence, "evidence");
  }

  /**
   * Returns what two deliveries of the same event have in common: it is delivered at least once.
   *
   * @return group, alert, episode and status
   */
  public String id() {
    return group + "/" + alert + "/" + episode + "/" + status;
  }
}
