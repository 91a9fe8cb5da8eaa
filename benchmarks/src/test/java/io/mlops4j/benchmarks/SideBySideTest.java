package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  private long now;

  private SideBySide.Op costing(long nanos) {
    return times -> {
      now += nanos * times;
      return 1;
    };
  }

  @Test
  void measure_knownCosts_areFound() {
    SideBySide side = new SideBySide(List.of(costing(100), costing(25)), 1_000_000, () -> now);
    side.warmUp(5);
    double[][] nanos = side.measure(7);
    assertThat(nanos).hasDimensions(7, 2);
    assertThat(SideBySide.medianRatio(nanos, 0, 1)).isCloseTo(4, within(1e-9));
    assertThat(SideBySide.medianRatio(nanos, 1, 0)).isCloseTo(0.25, within(1e-9));
  }

  @Test
  void medianRatio_slowRoundsHitBoth_cancels() {
    double[][] nanos = {{10, 5}, {100, 50}, {1000, 500}};
    assertThat(SideBySide.medianRatio(nanos, 0, 1)).isEqualTo(2);
  }

  @Test
  void median_evenOddEmptyNaN_asDefined() {
    assertThat(SideBySide.median(3, 1, 2)).isEqualTo(2);
    assertThat(SideBySide.median(4, 1, 2, 3)).isEqualTo(2.5);
    assertThat(SideBySide.median()).isNaN();
    assertThat(SideBySide.median(1, Double.NaN, 2)).isNaN();
  }

  @Test
  void fitting_anyDuration_growsBoundedAndNeverZero() {
    assertThat(SideBySide.fitting(10, 0, 1_000)).isEqualTo(160);
    assertThat(SideBySide.fitting(10, 2_000, 1_000)).isEqualTo(5);
    assertThat(SideBySide.fitting(1, 1_000_000_000, 1)).isEqualTo(1);
    assertThat(SideBySide.fitting(1 << 28, 1, 1_000_000)).isEqualTo(1 << 28);
  }
}
