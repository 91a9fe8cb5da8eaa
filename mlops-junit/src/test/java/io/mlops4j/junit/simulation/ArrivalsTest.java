package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final Instant MONDAY = Instant.parse("2026-01-05T00:00:00Z");

  /** Counts per hour of the week over some weeks. */
  private static int[] counts(Arrivals arrivals, int weeks) {
    int[] counts = new int[168];
    SplittableRandom random = new SplittableRandom(7);
    Instant end = MONDAY.plus(Duration.ofDays(7L * weeks));
    for (Instant now = arrivals.next(MONDAY, random);
        now.isBefore(end);
        now = arrivals.next(now, random)) {
      counts[Arrivals.hourOfWeek(now)]++;
    }
    return counts;
  }

  @Test
  void next_constant_keepsEvenDistances() {
    Arrivals arrivals = Arrivals.constant(144);
    SplittableRandom random = new SplittableRandom(1);
    Instant now = MONDAY;
    for (int i = 1; i <= 1_000; i++) {
      now = arrivals.next(now, random);
      assertThat(now).isEqualTo(MONDAY.plus(Duration.ofMinutes(10L * i)));
    }
  }

  @Test
  void next_poisson_hasMeanAndVarianceOfPoisson() {
    int[] counts = counts(Arrivals.poisson(2_400), 20);
    double mean = Arrays.stream(counts).average().orElseThrow();
    double variance =
        Arrays.stream(counts).mapToDouble(n -> (n - mean) * (n - mean)).sum() / (168 - 1);
    // 20 weeks of 100 an hour: mean 2000, five standard errors of it 17; the variance of 168
    // counts has a relative standard error of 11 %.
    assertThat(mean).isEqualTo(2_000, within(17.3));
    assertThat(variance).isEqualTo(2_000, within(4 * 0.11 * 2_000));
  }

  @Test
  void next_constant_isFarMoreEvenThanPoisson() {
    // The control of the variance above.
    int[] counts = counts(Arrivals.constant(2_400), 20);
    assertThat(Arrays.stream(counts).max().orElseThrow()).isBetween(2_000, 2_001);
  }

  @Test
  void daily_quietNight_getsNothingAndTheDayTheSameTotal() {
    double[] day = new double[24];
    Arrays.fill(day, 8, 20, 3);
    int[] counts = counts(Arrivals.constant(1_200).daily(day), 2);
    for (int hour = 0; hour < 168; hour++) {
      boolean open = hour % 24 >= 8 && hour % 24 < 20;
      assertThat(counts[hour]).as("hour %d", hour).isBetween(open ? 198 : 0, open ? 202 : 2);
    }
  }

  @Test
  void weekly_onlyMondayMorning_isInTheRightHour() {
    double[] week = new double[168];
    week[9] = 1;
    SplittableRandom random = new SplittableRandom(3);
    Instant now = MONDAY;
    Arrivals arrivals = Arrivals.poisson(10).weekly(week);
    for (int i = 0; i < 200; i++) {
      now = arrivals.next(now, random);
      var utc = now.atOffset(ZoneOffset.UTC);
      assertThat(utc.getDayOfWeek()).isEqualTo(java.time.DayOfWeek.MONDAY);
      assertThat(utc.getHour()).isEqualTo(9);
    }
  }

  @Test
  void arrivals_unusable_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Arrivals.poisson(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Arrivals.constant(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arrivals.constant(1).daily(1, 2))
        .withMessageContaining("expected: 24");
    assertThatIllegalArgumentException().isThrownBy(() -> Arrivals.constant(1).weekly(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Arrivals(1, Collections.nCopies(168, 0.0), true))
        .withMessageContaining("all 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Arrivals(1, Collections.nCopies(168, -1.0), true));
    assertThat(Arrivals.poisson(5)).hasToString("Poisson, 5.0 a day");
    assertThat(
            Arrivals.constant(5)
                .daily(
                    new double[] {
                      1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
                    }))
        .hasToString("constant, 5.0 a day, with a profile");
  }
}
