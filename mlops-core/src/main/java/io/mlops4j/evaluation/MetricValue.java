package io.mlops4j.evaluation;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a metric came to: a finite number, or the reason why there is none. A gate must treat {@link
 * Undefined} as "no evidence", never as a pass.
 */
public sealed interface MetricValue {

  /**
   * Returns the number, or empty if the metric is undefined.
   *
   * @return a finite number or empty; never NaN
   */
  OptionalDouble number();

  /**
   * A measured value.
   *
   * @param value finite; a negative zero becomes zero
   * @param n how many rows the value rests on, at least 1: all rows for most metrics, only those in
   *     the denominator for a ratio (predicted positives for precision, true positives and misses
   *     for recall), so that "too few rows" can be judged
   */
  record Defined(double value, long n) implements MetricValue {
    /** Checks the ranges. */
    public Defined {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "value: " + value + " (expected: a finite number; use Undefined with the reason)");
      }
      if (n < 1) {
        throw new IllegalArgumentException("n: " + n + " (expected: at least 1)");
      }
      value += 0.0;
    }

    @Override
    public OptionalDouble number() {
      return OptionalDouble.of(value);
    }
  }

  /**
   * No value, and why.
   *
   * @param reason a sentence for the decision table, not blank
   */
  record Undefined(String reason) implements MetricValue {
    /** Checks that there is a reason. */
    public Undefined {
      Objects.requireNonNull(reason, "reason");
      if (reason.isBlank()) {
        throw new IllegalArgumentException("reason: blank (expected: why there is no value)");
      }
    }

    @Override
    public OptionalDouble number() {
      return OptionalDouble.empty();
    }
  }
}
