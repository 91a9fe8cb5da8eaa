package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.drift.DataQuality.Measure;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RatesTest {
  // scipy: from scipy.special import betaln; from scipy.stats import beta
  // lambda c, n, r: betaln(c+.5, n-c+.5) + beta.logsf(r, c+.5, n-c+.5) - betaln(.5, .5)
  //   - beta.logsf(r, .5, .5) - c*log(r) - (n-c)*log1p(-r)
  @Test
  void logEvidence_counts_equalsScipy() {
    assertThat(Rates.logEvidence(30, 200, .05)).isCloseTo(11.3279884101955, within(1e-9));
    assertThat(Rates.logEvidence(3, 200, .05)).isCloseTo(-4.5602994454821495, within(1e-9));
    assertThat(Rates.logEvidence(1, 1, .01)).isCloseTo(3.977489790537675, within(1e-9));
  }

  @Test
  void logEvidence_farBelowTheLimit_isNoEvidence() {
    assertThat(Rates.logEvidence(0, 1_000_000, .5)).isLessThan(-1e4);
    assertThat(Rates.logEvidence(0, 0, .5)).isCloseTo(0, within(1e-12));
    assertThat(Rates.logEvidence(1_000_000_000_000L, 1_000_000_000_000L, .5)).isFinite();
  }

  @Test
  void logEvidence_rateAtTheLimit_alarmsLessOftenThanStated() {
    SplittableRandom random = new SplittableRandom(3);
    int alarms = 0;
    for (int run = 0; run < 400; run++) {
      long events = 0;
      for (int n = 1; n <= 2_000; n++) {
        events += random.nextDouble() < .1 ? 1 : 0;
        if (n % 10 == 0 && Rates.logEvidence(events, n, .1) >= Math.log(20)) {
          alarms++;
          break;
        }
      }
    }
    assertThat(alarms).isLessThanOrEqualTo(20); // 5 % of 400
  }

  @Test
  void rule_limitOutOfRange_isNamed() {
    assertThatThrownBy(() -> DataRule.atMost(Measure.MISSING, 1)).hasMessageContaining("below 1");
    assertThatThrownBy(() -> DataRule.atMost(Measure.DISTINCT, .5))
        .hasMessageContaining("1 or more");
    assertThatThrownBy(() -> DataRule.atMost(Measure.UNSEEN, Double.NaN))
        .hasMessageContaining("NaN");
  }

  @Test
  void cardinality_upToMillions_isWithinFourErrors() {
    Cardinality sketch = new Cardinality();
    assertThat(sketch.estimate()).isZero();
    int seen = 0;
    for (int size : new int[] {1, 10, 100, 1_000, 10_000, 100_000, 3_000_000}) {
      while (seen < size) {
        sketch.add("user-" + seen++);
      }
      sketch.add("user-0"); // again: changes nothing
      assertThat(sketch.estimate() / size).isCloseTo(1, within(4 * DataQuality.DISTINCT_ERROR));
    }
    Cardinality other = new Cardinality();
    for (int i = 0; i < 50_000; i++) {
      other.add("user-" + (2_975_000 + i));
    }
    Cardinality union = sketch.union(other);
    assertThat(union.registers()).isEqualTo(other.union(sketch).registers());
    assertThat(union.union(other).registers()).isEqualTo(union.registers());
    assertThat(union.estimate() / 3_025_000).isCloseTo(1, within(4 * DataQuality.DISTINCT_ERROR));
  }
}
