package io.mlops4j.registry.tracking;

import java.time.Instant;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Every point of one metric of one run, in ascending order of the step; points of one step in the
 * order in which they were logged. Immutable.
 */
public final class MetricSeries {
  private final String metric;
  private final long[] steps;
  private final double[] values;
  private final long[] millis;

  private MetricSeries(String metric, long[] steps, double[] values, long[] millis) {
    this.metric = metric;
    this.steps = steps;
    this.values = values;
    this.millis = millis;
  }

  static MetricSeries of(String metric, long[] steps, double[] values, long[] millis) {
    boolean sorted = IntStream.range(1, steps.length).allMatch(i -> steps[i - 1] <= steps[i]);
    if (sorted) {
      return new MetricSeries(metric, steps, values, millis);
    }
    int[] order =
        IntStream.range(0, steps.length)
            .boxed()
            .sorted((a, b) -> Long.compare(steps[a], steps[b]))
            .mapToInt(i -> i)
            .toArray();
    return new MetricSeries(
        metric,
        Arrays.stream(order).mapToLong(i -> steps[i]).toArray(),
        Arrays.stream(order).mapToDouble(i -> values[i]).toArray(),
        Arrays.stream(order).mapToLong(i -> millis[i]).toArray());
  }

  /**
   * Returns what was measured.
   *
   * @return the metric's name
   */
  public String metric() {
    return metric;
  }

  /**
   * Returns how many points there are.
   *
   * @return 0 if the metric was never logged
   */
  public int size() {
    return steps.length;
  }

  /**
   * Returns the steps.
   *
   * @return a copy, shape {@code [size]}
   */
  public long[] steps() {
    return steps.clone();
  }

  /**
   * Returns the values as they were logged, NaN and infinities among them.
   *
   * @return a copy, shape {@code [size]}
   */
  public double[] values() {
    return values.clone();
  }

  /**
   * Returns when a point was logged.
   *
   * @param index 0 to size - 1
   * @return to the millisecond
   * @throws IllegalArgumentException if there is no such point
   */
  public Instant at(int index) {
    if (index < 0 || index >= millis.length) {
      throw new IllegalArgumentException(
          "index: " + index + " (expected: 0.." + (millis.length - 1) + ")");
    }
    return Instant.ofEpochMilli(millis[index]);
  }

  /** Returns name and size. */
  @Override
  public String toString() {
    return metric + " (" + steps.length + " points)";
  }
}
