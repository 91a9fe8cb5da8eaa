package io.mlops4j.serving;

import java.util.Objects;

/**
 * A model of a {@link ModelHost}, at one moment.
 *
 * @param name its name
 * @param open whether it is in memory
 * @param pinned whether it stays there
 * @param bytes what it counts: its files, or what the process grew by when it was opened
 * @param calls how many are inside
 * @param loads how often it has been opened
 * @param evictions how often it has been closed for another
 */
public record HostedModel(
    String name, boolean open, boolean pinned, long bytes, int calls, long loads, long evictions) {
  /** Checks that there is a name. */
  public HostedModel {
    Objects.requireNonNull(name, "name");
  }
}
