package io.mlops4j.registry;

import java.time.Instant;
import java.util.Objects;

/**
 * Why nothing of a model is promoted at present.
 *
 * @param reason what was given as the reason
 * @param actor who froze it
 * @param since when, by that one's wall clock
 */
public record PromotionFreeze(String reason, String actor, Instant since) {
  /** Checks for null. */
  public PromotionFreeze {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(since, "since");
  }
}
