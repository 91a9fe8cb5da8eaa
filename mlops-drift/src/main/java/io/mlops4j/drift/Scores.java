package io.mlops4j.drift;

import org.jspecify.annotations.Nullable;

/** How an answer becomes a number when nobody said how. */
final class Scores {
  private Scores() {}

  static double number(@Nullable Object output) {
    return output instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
