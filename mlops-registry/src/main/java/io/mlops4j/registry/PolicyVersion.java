package io.mlops4j.registry;

import java.time.Instant;
import java.util.Objects;

/**
 * One version of a stored policy: what decisions refer to.
 *
 * @param name the policy's name
 * @param number 1 for the first content stored under the name, and so on
 * @param digest what it requires: {@link GatePolicy#digest()}
 * @param by who stored it
 * @param at when, by the writer's wall clock
 */
public record PolicyVersion(String name, int number, String digest, String by, Instant at) {
  /** Checks for nulls. */
  public PolicyVersion {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(at, "at");
  }
}
