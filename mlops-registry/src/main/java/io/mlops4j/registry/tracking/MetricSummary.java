package io.mlops4j.registry.tracking;

import java.time.Instant;
import java.util.Objects;

/**
 * A series of a metric in a few numbers.
 *
 * @param last the value at the highest step, the one logged last if there are several; may be NaN
 *     or infinite
 * @param lastStep the highest step
 * @param lastAt when that value was logged
 * @param min the lowest value that is not NaN; NaN if there is none
 * @param max the highest value that is not NaN; NaN if there is none
 * @param points how many were logged
 * @param nans how many of them were NaN
 */
public record MetricSummary(
    double last, long lastStep, Instant lastAt, double min, double max, long points, long nans) {
  /** Checks for null. */
  public MetricSummary {
    Objects.requireNonNull(lastAt, "lastAt");
  }

  static MetricSummary of(long step, double value, Instant at) {
    boolean nan = Double.isNaN(value);
    return new MetricSummary(value, step, at, value, value, 1, nan ? 1 : 0);
  }

  MetricSummary plus(long step, double value, Instant at) {
    boolean newer = step >= lastStep;
    boolean nan = Double.isNaN(value);
    return new MetricSummary(
        newer ? value : last,
        newer ? step : lastStep,
        newer ? at : lastAt,
        nan ? min : Double.isNaN(min) ? value : Math.min(min, value),
        nan ? max : Double.isNaN(max) ? value : Math.max(max, value),
        points + 1,
        nans + (nan ? 1 : 0));
  }
}
