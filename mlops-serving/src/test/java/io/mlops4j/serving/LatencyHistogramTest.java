package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

  @Property(tries = 300)
  void quantile_anyDurations_isNeverTooLowAndAtMostASixteenthTooHigh(
      @ForAll @NotEmpty List<@LongRange(min = 0, max = 1L << 39) Long> durations) {
    LatencyHistogram histogram = new LatencyHistogram(3);
    durations.forEach(histogram::record);
    long[] sorted = durations.stream().mapToLong(Long::longValue).sorted().toArray();
    LatencyHistogram.Snapshot snapshot = histogram.snapshot();
    assertThat(snapshot.total()).isEqualTo(sorted.length);
    assertThat(snapshot.sumNanos()).isEqualTo(Arrays.stream(sorted).sum());
    for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
      long exact = sorted[Math.max(1, (int) Math.ceil(share * sorted.length)) - 1];
      assertThat(snapshot.quantile(share)).isBetween(exact, exact + exact / 16 + 1);
    }
  }

  @Test
  void record_negativeAndHuge_countAsTheEnds() {
    LatencyHistogram histogram = new LatencyHistogram(1);
    histogram.record(-5);
    assertThat(histogram.snapshot().quantile(1)).isZero();
    histogram.record(Long.MAX_VALUE / 4);
    assertThat(histogram.snapshot().quantile(1)).isGreaterThan(1L << 39);
    assertThat(histogram.snapshot().total()).isEqualTo(2);
  }

  @Test
  void quantile_nothingRecorded_isZero() {
    assertThat(new LatencyHistogram(4).snapshot().quantile(0.99)).isZero();
  }

  @Test
  void record_manyThreads_losesNothing() throws Exception {
    LatencyHistogram histogram = new LatencyHistogram(2);
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 10_000; i++) {
                            histogram.record(i);
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(histogram.snapshot().total()).isEqualTo(80_000);
  }
}
