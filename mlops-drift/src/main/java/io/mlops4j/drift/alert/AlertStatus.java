package io.mlops4j.drift.alert;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How an alert stands now, as this instance sees it.
 *
 * @param alert the name of the rule
 * @param severity the rule's
 * @param state where it stands
 * @param since when it began to fire, or the last firing did; empty if it never has
 * @param snoozedUntil until when nobody is told; empty if it is not snoozed
 * @param evidence what the check said when it failed last, or empty
 */
public record AlertStatus(
    String alert,
    String severity,
    AlertState state,
    Optional<Instant> since,
    Optional<Instant> snoozedUntil,
    String evidence) {
  /** Refuses null. */
  public AlertStatus {
    Objects.requireNonNull(alert, "alert");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(snoozedUntil, "snoozedUntil");
    Objects.requireNonNull(evidence, "evidence");
  }
}
