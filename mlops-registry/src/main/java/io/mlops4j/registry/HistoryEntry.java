package io.mlops4j.registry;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One line of a model's log.
 *
 * @param sequence its place; order is this, never the time
 * @param kind what happened
 * @param version the version it happened to; 0 for FREEZE and UNFREEZE, which are about the model
 * @param stage the version's stage afterwards, or empty if it did not change
 * @param replaced the version that stopped being champion by it, or empty
 * @param digest the stored decision, evaluation report or manifest it rests on, or empty
 * @param reason what was given as the reason, possibly empty
 * @param by who did it
 * @param at the writer's wall clock
 */
public record HistoryEntry(
    long sequence,
    Kind kind,
    int version,
    Optional<Stage> stage,
    OptionalInt replaced,
    Optional<String> digest,
    String reason,
    String by,
    Instant at) {

  /** What can happen to a version, or to the model. */
  public enum Kind {
    /** It was registered. */
    REGISTER,
    /** It moved to another stage without becoming champion. */
    MOVE,
    /** An evaluation report was stored for it. */
    EVALUATE,
    /** A decision refused to promote it. */
    REFUSE,
    /** A decision promoted it; the champion before it was archived in the same instant. */
    PROMOTE,
    /** It became champion again because its successor was withdrawn. */
    ROLLBACK,
    /** Its bytes were found to be damaged. */
    QUARANTINE,
    /** From here on nothing is promoted. Since format 2. */
    FREEZE,
    /** Promotions go on. Since format 2. */
    UNFREEZE;

    /** The lowest format that knows it: what older libraries can still read, they shall. */
    int format() {
      return this == FREEZE || this == UNFREEZE ? 2 : 1;
    }
  }
}
