package io.mlops4j.features;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of events that were written online.
 *
 * @param events how many were given
 * @param written of them, those that are in the store now, or were until a newer one made them
 *     unnecessary
 * @param duplicates of them, those that were there already
 * @param tooOld of them, those that no read can need any more
 * @param withoutKey of them, those that are nobody's
 * @param notKnown of them, those without a knowledge time: write them again when they are known
 * @param entities how many entities were looked at
 * @param newest when the latest one happened
 */
public record Materialized(
    long events,
    long written,
    long duplicates,
    long tooOld,
    long withoutKey,
    long notKnown,
    long entities,
    Optional<Instant> newest) {
  /** Refuses null. */
  public Materialized {
    Objects.requireNonNull(newest, "newest");
  }

  Materialized and(Materialized more) {
    return new Materialized(
        events + more.events,
        written + more.written,
        duplicates + more.duplicates,
        tooOld + more.tooOld,
        withoutKey + more.withoutKey,
        notKnown + more.notKnown,
        entities + more.entities,
        newest.isEmpty() || (more.newest.isPresent() && more.newest.get().isAfter(newest.get()))
            ? more.newest
            : newest);
  }
}
