package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import org.jspecify.annotations.Nullable;

/** A part of the number line; an end that is null is open for ever. */
record Bounds(@Nullable Double min, @Nullable Double max, boolean above, boolean below) {
  Bounds {
    require("min", min);
    require("max", max);
    if (min == null && max == null) {
      throw new IllegalArgumentException("bounds: none (expected: at least one of min and max)");
    }
    if (min != null && max != null && (min > max || (min.equals(max) && (above || below)))) {
      throw new IllegalArgumentException(
          "bounds: " + Shown.number(min) + " to " + Shown.number(max) + " holds no number");
    }
  }

  /** Both ends belong to it; an infinite one is open. */
  static Bounds between(double min, double max) {
    return new Bounds(
        min == Double.NEGATIVE_INFINITY ? null : min,
        max == Double.POSITIVE_INFINITY ? null : max,
        false,
        false);
  }

  static Bounds atLeast(double min) {
    return new Bounds(min, null, false, false);
  }

  static Bounds atMost(double max) {
    return new Bounds(null, max, false, false);
  }

  private static void require(String name, @Nullable Double value) {
    if (value != null && !Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: a finite number)");
    }
  }

  /** NaN is in no bounds. */
  boolean holds(double value) {
    boolean high = min == null || (above ? value > min : value >= min);
    boolean low = max == null || (below ? value < max : value <= max);
    return high && low && !Double.isNaN(value);
  }

  String sentence(FeatureKind kind) {
    if (min != null && max != null && !above && !below) {
      return min.equals(max)
          ? Shown.number(kind, min)
          : "between " + Shown.number(kind, min) + " and " + Shown.number(kind, max);
    }
    StringBuilder text = new StringBuilder();
    if (min != null) {
      text.append(above ? "above " : "at least ").append(Shown.number(kind, min));
    }
    if (max != null) {
      text.append(min == null ? "" : " and ");
      text.append(below ? "below " : "at most ").append(Shown.number(kind, max));
    }
    return text.toString();
  }

  String sentence() {
    return sentence(FeatureKind.NUMERIC);
  }

  void write(ObjectNode json) {
    if (min != null) {
      json.put(above ? "above" : "min", Shown.shortest(min));
    }
    if (max != null) {
      json.put(below ? "below" : "max", Shown.shortest(max));
    }
  }

  /** As arguments of {@code …Between}; only closed ones have such a form. */
  String java() {
    return (min == null ? "Double.NEGATIVE_INFINITY" : SuiteSource.number(min))
        + ", "
        + (max == null ? "Double.POSITIVE_INFINITY" : SuiteSource.number(max));
  }

  /** As a call, such as {@code Between(0, 1)} or {@code AtLeast(0)}, after a word. */
  String call() {
    if (min != null && max != null && !above && !below) {
      return "Between(" + java() + ")";
    }
    if (min != null && max == null) {
      return (above ? "Above(" : "AtLeast(") + SuiteSource.number(min) + ")";
    }
    if (max != null && min == null) {
      return (below ? "Below(" : "AtMost(") + SuiteSource.number(max) + ")";
    }
    throw new IllegalStateException("No call makes " + sentence() + ".");
  }
}
