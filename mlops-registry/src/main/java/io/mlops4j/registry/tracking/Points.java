package io.mlops4j.registry.tracking;

import java.util.Arrays;

/** Growing columns of step, value and time of one metric. */
final class Points {
  private long[] steps = new long[16];
  private double[] values = new double[16];
  private long[] millis = new long[16];
  private int size;

  void add(long step, double value, long at) {
    if (size == steps.length) {
      int more = Math.multiplyExact(size, 2);
      steps = Arrays.copyOf(steps, more);
      values = Arrays.copyOf(values, more);
      millis = Arrays.copyOf(millis, more);
    }
    steps[size] = step;
    values[size] = value;
    millis[size] = at;
    size++;
  }

  int size() {
    return size;
  }

  long step(int i) {
    return steps[i];
  }

  double value(int i) {
    return values[i];
  }

  long at(int i) {
    return millis[i];
  }

  MetricSeries toSeries(String metric) {
    return MetricSeries.of(
        metric,
        Arrays.copyOf(steps, size),
        Arrays.copyOf(values, size),
        Arrays.copyOf(millis, size));
  }
}
