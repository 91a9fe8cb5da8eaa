package io.mlops4j.core;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A part of the rows that has reference counts of its own: rows whose value of one feature lies in
 * certain cells, or rows that a condition of the user picked.
 *
 * @param name unique among the segments of a baseline, such as {@code airport = JFK}
 * @param feature whose cells decide, or null for a condition
 * @param cells positions of those cells; empty for a condition
 */
public record Segment(String name, @Nullable String feature, Set<Integer> cells) {
  /** Copies the set. */
  public Segment {
    Objects.requireNonNull(name, "name");
    cells = java.util.Collections.unmodifiableSet(new TreeSet<>(cells));
  }
}
