package io.mlops4j.registry;

import java.time.Instant;
import java.util.Objects;

/**
 * A promotion against the gates, by two people. It stays with the version for ever.
 *
 * @param requestedBy who asked for it
 * @param confirmedBy who agreed: somebody else
 * @param reason why it was asked for
 * @param decision the digest of the decision that was overridden
 * @param at when it was confirmed, by the writer's wall clock
 */
public record PromotionOverride(
    String requestedBy, String confirmedBy, String reason, String decision, Instant at) {
  /** Checks for nulls. */
  public PromotionOverride {
    Objects.requireNonNull(requestedBy, "requestedBy");
    Objects.requireNonNull(confirmedBy, "confirmedBy");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(at, "at");
  }
}
