package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundTest {
  private static final Bound AT_MOST = Bound.atMost("latency", 100, " ms", "< 100 ms");
  private static final Bound AT_LEAST = Bound.atLeast("speed-up", 3, "x", "7x");

  @Test
  void keeps_theLimitItself_isKept() {
    assertThat(AT_MOST.keeps(100)).isTrue();
    assertThat(AT_LEAST.keeps(3)).isTrue();
  }

  @Test
  void breaks_theWrongSide_isBroken() {
    assertThat(AT_MOST.breaks(100.01)).isTrue();
    assertThat(AT_MOST.keeps(100.01)).isFalse();
    assertThat(AT_LEAST.breaks(2.99)).isTrue();
    assertThat(AT_LEAST.keeps(2.99)).isFalse();
  }

  @Test
  void keepsAndBreaks_notMeasured_neither() {
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1 / 0.0}) {
      assertThat(AT_MOST.keeps(number)).isFalse();
      assertThat(AT_MOST.breaks(number)).isFalse();
      assertThat(AT_LEAST.keeps(number)).isFalse();
      assertThat(AT_LEAST.breaks(number)).isFalse();
    }
  }

  @Test
  void shown_numbers_areShortAndHaveUnits() {
    assertThat(AT_MOST.shown(0.934)).isEqualTo("0.93 ms");
    assertThat(AT_MOST.shown(192.33)).isEqualTo("192.3 ms");
    assertThat(AT_MOST.shown(0)).isEqualTo("0 ms");
    assertThat(AT_MOST.shown(Double.NaN)).isEqualTo("not measured");
    assertThat(AT_MOST.shownLimit()).isEqualTo("<= 100 ms");
    assertThat(AT_LEAST.shownLimit()).isEqualTo(">= 3x");
  }
}
