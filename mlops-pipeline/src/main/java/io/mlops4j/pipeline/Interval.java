package io.mlops4j.pipeline;

import java.time.Instant;
import java.util.Objects;

/**
 * The time whose data a run is about: from inclusive, to exclusive. A run that was not planned by a
 * schedule may be about a moment ({@link #at}).
 *
 * @param from where it begins
 * @param to where it ends, not before {@code from}
 */
public record Interval(Instant from, Instant to) implements Comparable<Interval> {
  /** Checks the order. */
  public Interval {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "to: " + to + " (expected: not before from, which is " + from + ")");
    }
  }

  /**
   * Returns an interval without length.
   *
   * @param moment both ends
   * @return the interval
   */
  public static Interval at(Instant moment) {
    Objects.requireNonNull(moment, "moment");
    return new Interval(moment, moment);
  }

  /** By beginning, then by end. */
  @Override
  public int compareTo(Interval other) {
    int byFrom = from.compareTo(other.from);
    return byFrom != 0 ? byFrom : to.compareTo(other.to);
  }

  /** Returns {@code from/to} as ISO 8601 writes intervals. */
  @Override
  public String toString() {
    return from + "/" + to;
  }
}
