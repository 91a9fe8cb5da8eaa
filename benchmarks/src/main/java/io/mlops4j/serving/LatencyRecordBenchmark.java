package io.mlops4j.serving;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One duration recorded: our histogram, and Micrometer's timers, with percentiles and without. In
 * this package because the histogram is hidden.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LatencyRecordBenchmark {
  private static final int MASK = 1023;

  /** Durations of 1 us to 1 ms, and what records them. */
  @State(Scope.Thread)
  public static class Recorders {
    final long[] nanos = new long[MASK + 1];
    final LatencyHistogram ours = new LatencyHistogram(Runtime.getRuntime().availableProcessors());
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final Timer plain = Timer.builder("plain").register(registry);
    final Timer histogram =
        Timer.builder("histogram").publishPercentiles(0.5, 0.95, 0.99).register(registry);
    private int next;

    /** Fills the durations. */
    public Recorders() {
      for (int i = 0; i < nanos.length; i++) {
        nanos[i] = (long) (1_000 * Math.pow(1_000, (i * 37 & MASK) / (double) MASK));
      }
    }

    long next() {
      return nanos[next++ & MASK];
    }
  }

  /**
   * Micrometer's timer with percentiles.
   *
   * @param recorders the recorders
   */
  @Benchmark
  public void baseline(Recorders recorders) {
    recorders.histogram.record(recorders.next(), TimeUnit.NANOSECONDS);
  }

  /**
   * Micrometer's timer, count and sum only.
   *
   * @param recorders the recorders
   */
  @Benchmark
  public void timer(Recorders recorders) {
    recorders.plain.record(recorders.next(), TimeUnit.NANOSECONDS);
  }

  /**
   * Ours.
   *
   * @param recorders the recorders
   */
  @Benchmark
  public void record(Recorders recorders) {
    recorders.ours.record(recorders.next());
  }
}
