package io.mlops4j.registry;

import java.util.Objects;

/**
 * Something {@link ModelRegistry#verify} found to be wrong.
 *
 * @param where the model, version and object
 * @param what a sentence with the numbers
 */
public record Problem(String where, String what) {
  /** Checks for null. */
  public Problem {
    Objects.requireNonNull(where, "where");
    Objects.requireNonNull(what, "what");
  }
}
