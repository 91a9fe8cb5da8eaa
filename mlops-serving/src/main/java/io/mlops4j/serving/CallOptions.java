package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What one call asks for beyond an answer.
 *
 * @param deadline within which the answer is wanted, from the call on; empty for as long as it
 *     takes. Zero or less has passed already. A predictor's own timeout is never lengthened by it
 * @param priority who goes first when requests wait
 * @param cached whether an answer from the predictor's cache will do, if it has one
 */
public record CallOptions(Optional<Duration> deadline, Priority priority, boolean cached) {
  private static final CallOptions DEFAULTS =
      new CallOptions(Optional.empty(), Priority.NORMAL, true);

  /** Checks for nulls. */
  public CallOptions {
    Objects.requireNonNull(deadline, "deadline");
    Objects.requireNonNull(priority, "priority");
  }

  /**
   * Returns no deadline, normal priority, cached if there is a cache: what a call without options
   * has.
   *
   * @return the defaults
   */
  public static CallOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy with a deadline.
   *
   * @param limit from the call on
   * @return the copy
   */
  public CallOptions withDeadline(Duration limit) {
    return new CallOptions(Optional.of(Objects.requireNonNull(limit, "limit")), priority, cached);
  }

  /**
   * Returns a copy with another priority.
   *
   * @param level the priority
   * @return the copy
   */
  public CallOptions withPriority(Priority level) {
    return new CallOptions(deadline, level, cached);
  }

  /**
   * Returns a copy that neither takes an answer from the cache nor leaves one there.
   *
   * @return the copy
   */
  public CallOptions withoutCache() {
    return new CallOptions(deadline, priority, false);
  }
}
