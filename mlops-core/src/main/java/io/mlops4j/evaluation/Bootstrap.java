package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The percentile bootstrap (<a href="https://doi.org/10.1214/aos/1176344552">Efron 1979</a>): as
 * many rows as there are, drawn with replacement. A resample is how often each row was drawn: 4
 * bytes a row, and sorted rows stay sorted.
 */
final class Bootstrap {
  /** A metric that is undefined on more of the resamples has no honest interval. */
  private static final double DEFINED_SHARE = 0.95;

  private Bootstrap() {}

  /** Draws {@code rows} out of as many, again and again; the array is used again. */
  static void draw(int rows, int resamples, long seed, Consumer<int[]> use) {
    int[] counts = new int[rows];
    long state = seed;
    for (int r = 0; r < resamples; r++) {
      Arrays.fill(counts, 0);
      for (int i = 0; i < rows; i++) {
        state += 0x9E3779B97F4A7C15L;
        counts[below(rows, mix(state))]++;
      }
      use.accept(counts);
    }
  }

  /** SplitMix64 (<a href="https://doi.org/10.1145/2660193.2660195">Steele et al. 2014</a>). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The high half of a product: uniform but for 2^-63 times the bound. */
  private static int below(int bound, long bits) {
    return (int) Math.multiplyHigh(bits >>> 1, (long) bound << 1);
  }

  static Map<Metric, MetricInterval> intervals(
      Collection<Metric> metrics,
      int rows,
      Confidence confidence,
      Function<int[], Evaluation> resampled) {
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    if (metrics.isEmpty() || rows < 2) {
      return intervals;
    }
    int resamples = confidence.resamplesOf(rows);
    Map<Metric, Sample> samples = new LinkedHashMap<>();
    metrics.forEach(metric -> samples.put(metric, new Sample(resamples)));
    draw(
        rows,
        resamples,
        confidence.seed(),
        counts -> {
          Evaluation evaluation = resampled.apply(counts);
          samples.forEach((metric, sample) -> sample.add(evaluation.value(metric).number()));
        });
    samples.forEach(
        (metric, sample) ->
            sample
                .interval(confidence.level())
                .ifPresent(
                    range ->
                        intervals.put(
                            metric,
                            new MetricInterval(range, "bootstrap, " + resamples + " resamples"))));
    return intervals;
  }

  /** What a metric came to on each resample. */
  static final class Sample {
    private final double[] values;
    private int size;

    Sample(int resamples) {
      values = new double[resamples];
    }

    void add(OptionalDouble value) {
      if (value.isPresent()) {
        values[size++] = value.getAsDouble();
      }
    }

    /** Quantiles of type 7, as SciPy's; empty if too often undefined. */
    Optional<Interval> interval(double level) {
      if (size < DEFINED_SHARE * values.length) {
        return Optional.empty();
      }
      double[] sorted = Arrays.copyOf(values, size);
      Arrays.sort(sorted);
      double tail = (1 - level) / 2;
      return Optional.of(new Interval(quantile(sorted, tail), quantile(sorted, 1 - tail), level));
    }

    /** Two-sided, for zero; never 0, because the observed sample counts as one draw. */
    double pValue() {
      int low = 0;
      int high = 0;
      for (int i = 0; i < size; i++) {
        low += values[i] <= 0 ? 1 : 0;
        high += values[i] >= 0 ? 1 : 0;
      }
      return Math.min(1, 2 * (1.0 + Math.min(low, high)) / (size + 1.0));
    }

    private static double quantile(double[] sorted, double p) {
      double at = p * (sorted.length - 1);
      int below = (int) at;
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
  }
}
