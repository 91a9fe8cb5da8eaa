package io.mlops4j.features;

import java.util.Objects;

/**
 * What a join saw of one view.
 *
 * @param view its name, with the prefix it has in the set
 * @param rows rows in, and out
 * @param rowsWithoutKey of them, those that ask for nobody's features
 * @param events events read
 * @param eventsWithoutKey of them, those that are nobody's
 * @param eventsNeverKnown of them, those without a knowledge time
 * @param duplicates of them, those that had been seen before, as far as rows asked for their entity
 *     while they mattered
 */
public record JoinFacts(
    String view,
    long rows,
    long rowsWithoutKey,
    long events,
    long eventsWithoutKey,
    long eventsNeverKnown,
    long duplicates) {
  /** Refuses null. */
  public JoinFacts {
    Objects.requireNonNull(view, "view");
  }
}
