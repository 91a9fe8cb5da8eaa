package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import java.util.Objects;

/**
 * How sure a metric's value is.
 *
 * @param range what holds the true value, with the level in it
 * @param method how it was computed, such as {@code DeLong} or {@code bootstrap, 1000 resamples}
 */
public record MetricInterval(Interval range, String method) {
  /** Checks that nothing is missing. */
  public MetricInterval {
    Objects.requireNonNull(range, "range");
    if (method.isBlank()) {
      throw new IllegalArgumentException("method: blank (expected: how it was computed)");
    }
  }

  /**
   * Returns the lower end.
   *
   * @return a finite number
   */
  public double low() {
    return range.low();
  }

  /**
   * Returns the upper end.
   *
   * @return a finite number, at least {@link #low}
   */
  public double high() {
    return range.high();
  }
}
