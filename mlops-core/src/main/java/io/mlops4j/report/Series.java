package io.mlops4j.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A named row of points of a chart, optionally each with an interval. NaN and infinite values are
 * gaps.
 *
 * @param name what the legend says
 * @param timed whether {@code x} is a time, in seconds since 1970-01-01 UTC
 * @param x positions, one per point
 * @param y values, one per point
 * @param low lower ends of the intervals, one per point, or empty
 * @param high upper ends of the intervals, one per point, or empty
 */
public record Series(
    String name,
    boolean timed,
    List<Double> x,
    List<Double> y,
    List<Double> low,
    List<Double> high) {
  /** Copies the lists and checks that their sizes agree. */
  public Series {
    name = CleanText.line(name, "name");
    x = List.copyOf(x);
    y = List.copyOf(y);
    low = List.copyOf(low);
    high = List.copyOf(high);
    boolean interval = (low.isEmpty() && high.isEmpty()) || low.size() == y.size();
    if (x.size() != y.size() || low.size() != high.size() || !interval) {
      throw new IllegalArgumentException(
          "Series '%s': x=%d, y=%d, low=%d, high=%d values (expected: as many x as y, and as many or no intervals)"
              .formatted(name, x.size(), y.size(), low.size(), high.size()));
    }
  }

  /**
   * Returns points over numbers.
   *
   * @param name what the legend says
   * @param x positions, shape {@code [n]}
   * @param y values, shape {@code [n]}
   * @return the series
   * @throws IllegalArgumentException if the lengths differ
   */
  public static Series of(String name, double[] x, double[] y) {
    return new Series(name, false, Lists.of(x), Lists.of(y), List.of(), List.of());
  }

  /**
   * Returns points over time.
   *
   * @param name what the legend says
   * @param times when, {@code n} of them in any order
   * @param y values, shape {@code [n]}
   * @return the series
   * @throws IllegalArgumentException if the lengths differ
   */
  public static Series of(String name, List<Instant> times, double[] y) {
    List<Double> x = new ArrayList<>(times.size());
    for (Instant time : times) {
      x.add(seconds(time));
    }
    return new Series(name, true, x, Lists.of(y), List.of(), List.of());
  }

  /**
   * Returns this series with an interval around each point: a band in a line chart, whiskers
   * elsewhere.
   *
   * @param lows lower ends, shape {@code [n]}
   * @param highs upper ends, shape {@code [n]}
   * @return the series with intervals
   * @throws IllegalArgumentException if the lengths are not the number of points
   */
  public Series interval(double[] lows, double[] highs) {
    return new Series(name, timed, x, y, Lists.of(lows), Lists.of(highs));
  }

  static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }

  static Series overPositions(String name, double[] values) {
    double[] positions = new double[values.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    return of(name, positions, values);
  }
}
