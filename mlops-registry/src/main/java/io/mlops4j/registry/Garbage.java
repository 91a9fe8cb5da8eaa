package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import java.util.Objects;
import java.util.SortedMap;

/**
 * What a collection of blobs that nobody refers to has done, or would do.
 *
 * @param dryRun whether it would only have done it
 * @param freed the blobs that were removed: digest to bytes
 * @param setAside the blobs that a collection after the grace period will remove, unless somebody
 *     refers to them by then: digest to bytes
 * @param waiting how many blobs were set aside before and are not due yet
 * @param takenBack how many blobs that were set aside are referred to now, and back in their place
 */
public record Garbage(
    boolean dryRun,
    SortedMap<String, Long> freed,
    SortedMap<String, Long> setAside,
    int waiting,
    int takenBack) {

  /** Copies the maps. */
  public Garbage {
    Objects.requireNonNull(freed, "freed");
    Objects.requireNonNull(setAside, "setAside");
    freed = Elements.sortedMap("freed", freed);
    setAside = Elements.sortedMap("setAside", setAside);
  }

  /**
   * Returns how many bytes were freed.
   *
   * @return the sum over {@link #freed()}
   */
  public long freedBytes() {
    return sum(freed);
  }

  private static long sum(SortedMap<String, Long> blobs) {
    return blobs.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns one line. */
  @Override
  public String toString() {
    return (dryRun ? "Would free " : "Freed ")
        + freed.size()
        + " blobs ("
        + freedBytes()
        + " bytes) and set aside "
        + setAside.size()
        + " ("
        + sum(setAside)
        + " bytes); "
        + waiting
        + " set aside before are not due yet, "
        + takenBack
        + " are referred to again";
  }
}
