package io.mlops4j.registry;

import io.mlops4j.core.ModelVersion;
import java.util.Objects;
import java.util.Optional;

/**
 * What an instance serves now, as it tells the fleet.
 *
 * @param serving the version, or empty if it serves none
 * @param problem why it does not serve what production says: a sentence; empty if it does
 */
public record ServingState(Optional<ModelVersion> serving, Optional<String> problem) {
  /** Checks for null. */
  public ServingState {
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(problem, "problem");
  }
}
