package io.mlops4j.registry.tracking;

import java.util.Objects;

/**
 * A file of a run, kept by content: equal files of any number of runs are stored once.
 *
 * @param digest SHA-256 of its bytes
 * @param bytes how many
 */
public record RunArtifact(String digest, long bytes) {
  /** Checks for null. */
  public RunArtifact {
    Objects.requireNonNull(digest, "digest");
  }
}
