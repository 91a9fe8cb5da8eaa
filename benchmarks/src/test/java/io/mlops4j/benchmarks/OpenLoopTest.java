package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

  @Test
  void poisson_rate_isMetAndGapsVary() {
    long[] arrivals = OpenLoop.poisson(500, 20, 1);
    assertThat(arrivals).hasSize(10_000).isSorted();
    assertThat(arrivals[9_999] / 1e9).isCloseTo(20, within(1.0));
    // Exponential gaps: a share 1 - 1/e of them is below the mean.
    int below = 0;
    for (int i = 1; i < arrivals.length; i++) {
      below += arrivals[i] - arrivals[i - 1] < 2_000_000 ? 1 : 0;
    }
    assertThat(below / 9_999.0).isCloseTo(1 - Math.exp(-1), within(0.02));
    assertThat(OpenLoop.poisson(500, 20, 1)).isEqualTo(arrivals);
  }

  @Test
  void run_oneCallerStalls_everyoneWhoWouldHaveComeIsCharged() throws InterruptedException {
    // Ten requests due at once, one caller, the first takes 50 ms: nine have waited for it.
    long[] arrivals = new long[10];
    LoadResult result =
        new OpenLoop(arrivals, 1)
            .run(
                i -> {
                  if (i == 0) {
                    Burn.nanos(50_000_000);
                  }
                });
    assertThat(result.millis(0.1)).isGreaterThanOrEqualTo(50);
    assertThat(result.millis(1)).isGreaterThanOrEqualTo(50);
  }

  @Test
  void run_someThrow_areCountedAndTheRestGoesOn() throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    LoadResult result =
        new OpenLoop(new long[100], 4)
            .run(
                i -> {
                  calls.incrementAndGet();
                  if (i % 10 == 0) {
                    throw new IllegalStateException("broken");
                  }
                });
    assertThat(calls).hasValue(100);
    assertThat(result.failed()).isEqualTo(10);
  }

  @Test
  void quantile_nearestRank_neverInterpolates() {
    long[] values = new long[100];
    for (int i = 0; i < values.length; i++) {
      values[i] = 100L - i;
    }
    assertThat(LoadResult.quantile(values, 0.99)).isEqualTo(99);
    assertThat(LoadResult.quantile(values, 0.5)).isEqualTo(50);
    assertThat(LoadResult.quantile(values, 1)).isEqualTo(100);
    assertThat(LoadResult.quantile(values, 0)).isEqualTo(1);
    assertThat(LoadResult.quantile(new long[0], 0.99)).isNaN();
  }

  @Test
  void millis_periods_splitTheRequests() {
    LoadResult result =
        new LoadResult(
            1_000, new long[] {0, 10, 20}, new long[] {1_000_000, 9_000_000, 2_000_000}, 0);
    long[][] middle = {{1_005, 1_015}};
    assertThat(result.millis(1, middle, true)).isEqualTo(9);
    assertThat(result.millis(1, middle, false)).isEqualTo(2);
    assertThat(result.millis(1, new long[0][], true)).isNaN();
  }
}
