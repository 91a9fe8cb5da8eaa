package io.mlops4j.experiments.analysis;

import java.util.Objects;

/**
 * A part of the units: those with one value of one dimension, or all of them.
 *
 * @param dimension such as {@code country}; empty for all units
 * @param value such as {@code DE}; empty for all units
 */
public record Segment(String dimension, String value) implements Comparable<Segment> {
  /** All units. */
  public static final Segment ALL = new Segment("", "");

  /** Checks for null. */
  public Segment {
    Objects.requireNonNull(dimension, "dimension");
    Objects.requireNonNull(value, "value");
  }

  boolean isAll() {
    return dimension.isEmpty();
  }

  @Override
  public int compareTo(Segment other) {
    int order = dimension.compareTo(other.dimension);
    return order != 0 ? order : value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return isAll() ? "all units" : dimension + " = " + value;
  }
}
