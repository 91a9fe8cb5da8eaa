package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What a load met: one latency per scheduled arrival, those of failed requests too. */
final class LoadResult {
  private final long start;
  private final long[] arrivals;
  private final long[] latencies;
  private final int failed;

  /** Takes over the arrays: nanoseconds after the clock's {@code start}, and nanoseconds. */
  LoadResult(long start, long[] arrivals, long[] latencies, int failed) {
    this.start = start;
    this.arrivals = arrivals;
    this.latencies = latencies;
    this.failed = failed;
  }

  /** Returns how many requests ended without an answer. */
  int failed() {
    return failed;
  }

  /** Returns the latency, in milliseconds, that a share of all requests did not exceed. */
  double millis(double share) {
    return quantile(latencies, share) / 1e6;
  }

  /** Returns the same over the requests that arrived during, or else outside, some periods. */
  double millis(double share, long[][] periods, boolean during) {
    return quantile(latencies(periods, during), share) / 1e6;
  }

  /**
   * Returns the latencies, in nanoseconds, of the requests that arrived during, or else outside,
   * some periods.
   */
  long[] latencies(long[][] periods, boolean during) {
    return IntStream.range(0, arrivals.length)
        .filter(i -> during == within(start + arrivals[i], periods))
        .mapToLong(i -> latencies[i])
        .toArray();
  }

  private static boolean within(long time, long[][] periods) {
    return Arrays.stream(periods).anyMatch(p -> time - p[0] >= 0 && time - p[1] < 0);
  }

  /** Returns the smallest value that at least a share of the values do not exceed; NaN of none. */
  static double quantile(long[] values, double share) {
    if (values.length == 0) {
      return Double.NaN;
    }
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }
}
