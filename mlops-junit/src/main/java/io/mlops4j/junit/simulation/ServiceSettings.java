package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.util.Objects;

/**
 * How requests arrive and are served.
 *
 * @param drawsLabels whether labels come after a drawn delay; otherwise when they came
 */
record ServiceSettings(
    Arrivals arrivals,
    LabelDelay labels,
    boolean drawsLabels,
    Duration median,
    Duration p99,
    double errors,
    int units) {

  static final ServiceSettings DEFAULT =
      new ServiceSettings(
          Arrivals.poisson(1_000),
          LabelDelay.constant(Duration.ofDays(1)),
          true,
          Duration.ofMillis(10),
          Duration.ofMillis(50),
          0,
          1_000);

  static final ServiceSettings AS_RECORDED =
      new ServiceSettings(
          DEFAULT.arrivals,
          DEFAULT.labels,
          false,
          DEFAULT.median,
          DEFAULT.p99,
          DEFAULT.errors,
          DEFAULT.units);

  double latencySigma() {
    return Draws.sigma((double) p99.toNanos() / median.toNanos(), Draws.Z99);
  }

  ServiceSettings withArrivals(Arrivals other) {
    Objects.requireNonNull(other, "arrivals");
    return new ServiceSettings(other, labels, drawsLabels, median, p99, errors, units);
  }

  ServiceSettings withLabels(LabelDelay other) {
    Objects.requireNonNull(other, "labels");
    return new ServiceSettings(arrivals, other, true, median, p99, errors, units);
  }

  ServiceSettings withLatency(Duration middle, Duration high) {
    if (middle.isNegative() || middle.isZero() || high.compareTo(middle) < 0) {
      throw new IllegalArgumentException(
          "median: " + middle + ", p99: " + high + " (expected: 0 < median <= p99)");
    }
    return new ServiceSettings(arrivals, labels, drawsLabels, middle, high, errors, units);
  }

  ServiceSettings withErrors(double share) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 or more, below 1)");
    }
    return new ServiceSettings(arrivals, labels, drawsLabels, median, p99, share, units);
  }

  ServiceSettings withUnits(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("units: " + count + " (expected: 1 or more)");
    }
    return new ServiceSettings(arrivals, labels, drawsLabels, median, p99, errors, count);
  }
}
