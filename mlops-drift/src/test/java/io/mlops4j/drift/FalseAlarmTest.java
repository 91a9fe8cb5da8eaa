package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * How often the evidence is fooled, and how soon it sees a drift: the Bayes factor is looked at
 * after every 50 values and the run alarms if it ever exceeds {@code 1 / alpha}. Seeded.
 */
class FalseAlarmTest {
  private static final int LOOK_EVERY = 50;

  /** Ten cells of equal share: N(0, 1) cut at its deciles. */
  private static final double[] NO_SHIFT = {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1};

  // python: from statistics import NormalDist as N
  // e = [N().inv_cdf(i / 10) for i in range(1, 10)]; c = [0] + [N(.5).cdf(x) for x in e] + [1]
  // [b - a for a, b in zip(c, c[1:])]
  private static final double[] HALF_SIGMA = {
    0.03741119,
    0.05244822,
    0.06296365,
    0.07279761,
    0.08291686,
    0.09405089,
    0.10714500,
    0.12394859,
    0.14907890,
    0.21723908
  };

  private static final double[] SKEWED = {.5, .2, .1, .08, .05, .03, .02, .01, .006, .004};

  private static int cell(double[] shares, double u) {
    double sum = 0;
    for (int i = 0; i < shares.length - 1; i++) {
      sum += shares[i];
      if (u < sum) {
        return i;
      }
    }
    return shares.length - 1;
  }

  private static long[] sample(double[] shares, int n, SplittableRandom random) {
    long[] counts = new long[shares.length];
    for (int i = 0; i < n; i++) {
      counts[cell(shares, random.nextDouble())]++;
    }
    return counts;
  }

  /** The number of values at the first alarm, or -1. */
  private static int firstAlarm(
      long[] reference, double[] live, int length, double alpha, SplittableRandom random) {
    long[] counts = new long[live.length];
    for (int i = 1; i <= length; i++) {
      counts[cell(live, random.nextDouble())]++;
      if (i % LOOK_EVERY == 0
          && DriftStatistics.logBayesFactor(reference, counts) >= -Math.log(alpha)) {
        return i;
      }
    }
    return -1;
  }

  private static int alarms(double[] shares, int n, double alpha, int runs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      long[] reference = sample(shares, n, random);
      alarms += firstAlarm(reference, shares, 5_000, alpha, random) >= 0 ? 1 : 0;
    }
    return alarms;
  }

  @Test
  void evidence_withoutDrift_everAlarmsLessOftenThanStated() {
    // 400 runs of 100 looks each: the expected number of alarms is at most 20, mostly far fewer.
    assertThat(alarms(NO_SHIFT, 1_000, .05, 400, 1)).isLessThanOrEqualTo(20);
    assertThat(alarms(NO_SHIFT, 10_000, .05, 400, 2)).isLessThanOrEqualTo(20);
    assertThat(alarms(SKEWED, 1_000, .05, 400, 3)).isLessThanOrEqualTo(20);
  }

  @Test
  void evidence_ofAKnownReferenceFormula_wouldAlarmFarTooOften() {
    // The control: the same looks with a p-value for one look each. Naive monitoring is this.
    SplittableRandom random = new SplittableRandom(4);
    int alarms = 0;
    for (int run = 0; run < 200; run++) {
      long[] reference = sample(NO_SHIFT, 10_000, random);
      long[] counts = new long[10];
      for (int i = 1; i <= 5_000; i++) {
        counts[cell(NO_SHIFT, random.nextDouble())]++;
        if (i % LOOK_EVERY == 0
            && DriftStatistics.psi(reference, counts)
                > DriftStatistics.psiCriticalValue(10_000, i, 10, .05)) {
          alarms++;
          break;
        }
      }
    }
    assertThat(alarms).isGreaterThan(50);
  }

  @Test
  void evidence_halfASigma_isSeenWithinAFewHundredValues() {
    SplittableRandom random = new SplittableRandom(5);
    double alpha = 7.0 / 365 / 6;
    int[] delays = new int[100];
    for (int run = 0; run < delays.length; run++) {
      long[] reference = sample(NO_SHIFT, 10_000, random);
      delays[run] = firstAlarm(reference, HALF_SIGMA, 5_000, alpha, random);
    }
    Arrays.sort(delays);
    assertThat(delays[0]).isPositive(); // none missed
    assertThat(delays[50]).isBetween(100, 400);
    assertThat(delays[95]).isLessThan(700);
  }
}
