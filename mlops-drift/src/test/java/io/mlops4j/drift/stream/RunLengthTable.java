package io.mlops4j.drift.stream;

import io.mlops4j.drift.stream.ChangeDetector.Method;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Simulates false alarms. Its main program prints the tables of {@link RunLengths}.
 *
 * <p>Some detectors alarm soon after they started, or hardly ever: the mean time between alarms of
 * a long stream would hide that. So what is measured starts afresh: within how many values one
 * alarm is to be expected.
 */
final class RunLengthTable {
  static final double[] RATES = {.02, .05, .1, .2, .5};

  private RunLengthTable() {}

  /** How many alarms there are on average within so many values of a constant error rate. */
  static double alarms(
      Supplier<ChangeDetector> detectors, double rate, int values, int runs, long seed) {
    return (double) times(detectors, rate, values, runs, seed).length / runs;
  }

  /** When alarms were raised, over all runs. */
  private static int[] times(
      Supplier<ChangeDetector> detectors, double rate, int values, int runs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] times = new int[16];
    int count = 0;
    for (int run = 0; run < runs; run++) {
      ChangeDetector detector = detectors.get();
      for (int i = 1; i <= values; i++) {
        if (detector.add(random.nextDouble() < rate ? 1 : 0)) {
          times = count == times.length ? Arrays.copyOf(times, 2 * count) : times;
          times[count++] = i;
        }
      }
    }
    return Arrays.copyOf(times, count);
  }

  /** Within how many values one alarm is to be expected, or infinity if not within the most. */
  private static double runLength(
      Supplier<ChangeDetector> detectors, double rate, int most, int runs) {
    int[] times = times(detectors, rate, most, runs, 1);
    Arrays.sort(times);
    return times.length < runs ? Double.POSITIVE_INFINITY : times[runs - 1];
  }

  /** Prints, for each method and parameter, the run length at each rate. */
  public static void main(String[] args) {
    for (Method method : Method.values()) {
      if (args.length > 0 && !args[0].equals(method.name())) {
        continue;
      }
      boolean slow = method == Method.KSWIN;
      for (double parameter : grid(method)) {
        StringBuilder line = new StringBuilder();
        double shortest = Double.POSITIVE_INFINITY;
        for (double rate : RATES) {
          double length =
              runLength(
                  () -> RunLengths.with(method, parameter),
                  rate,
                  slow ? 12_000 : 120_000,
                  slow ? 30 : 100);
          shortest = Math.min(shortest, length);
          line.append(String.format(" %.0f", length));
        }
        System.out.printf("%s {%s, %.0f}%s%n", method, parameter, shortest, line);
        if (shortest == Double.POSITIVE_INFINITY) {
          break;
        }
      }
    }
  }

  private static double[] grid(Method method) {
    return switch (method) {
      case ADWIN -> new double[] {1, .5, .3, .2, .1, .05, .02, .01, .003};
      case PAGE_HINKLEY -> new double[] {15, 20, 30, 40, 60, 80, 110, 140, 160, 180};
      case KSWIN -> new double[] {.03, .01, .003, .001, 3e-4};
      case DDM -> new double[] {1.5, 2, 2.2, 2.4, 2.6, 2.8, 3, 3.2, 3.5, 4, 4.5, 5};
      case EDDM -> new double[] {.8, .7, .6, .5, .4, .3, .2};
      case HDDM_A -> new double[] {.05, .02, .01, .005, .002, .001};
      case HDDM_W -> new double[] {3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 3e-7};
    };
  }
}
