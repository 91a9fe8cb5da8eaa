package io.mlops4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void numeric_plainRanges_haveNiceTicks() {
    assertThat(labels(Scale.numeric(0, 1, 5, true)))
        .containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1.0");
    assertThat(labels(Scale.numeric(3, 97, 5, true)))
        .containsExactly("0", "20", "40", "60", "80", "100");
    assertThat(labels(Scale.numeric(-0.013, 0.02, 4, true)))
        .containsExactly("-0.02", "-0.01", "0", "0.01", "0.02");
    assertThat(labels(Scale.numeric(0, 25_000, 3, true)))
        .containsExactly("0", "10,000", "20,000", "30,000");
    assertThat(labels(Scale.numeric(0, 2.4e6, 5, true)))
        .containsExactly("0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M");
    assertThat(labels(Scale.numeric(0, 4e-7, 2, true))).containsExactly("0", "2e-7", "4e-7");
    assertThat(labels(Scale.numeric(0, 4e12, 2, true))).containsExactly("0", "2e12", "4e12");
  }

  @Test
  void numeric_withoutNice_keepsTheRange() {
    Scale scale = Scale.numeric(3, 97, 5, false);

    assertThat(scale.low()).isEqualTo(3);
    assertThat(scale.high()).isEqualTo(97);
    assertThat(labels(scale)).containsExactly("20", "40", "60", "80");
  }

  @Test
  void numeric_oneValue_isInTheMiddle() {
    Scale scale = Scale.numeric(4, 4, 5, false);

    assertThat(scale.pixel(4, 0, 100)).isEqualTo(50);
  }

  @Property
  void numeric_anyRange_hasFewDistinctOrderedTicksInside(
      @ForAll double a, @ForAll double b, @ForAll @IntRange(min = 1, max = 12) int target) {
    Scale scale = Scale.numeric(a, b, target, true);

    assertThat(scale.low()).isLessThan(scale.high());
    assertThat(scale.ticks()).hasSizeBetween(1, 20);
    assertThat(scale.ticks()).extracting(Tick::at).isSorted().doesNotHaveDuplicates();
    assertThat(labels(scale)).doesNotHaveDuplicates();
    assertThat(scale.ticks()).allMatch(t -> t.at() >= scale.low() && t.at() <= scale.high());
  }

  @Test
  void numeric_noiseOfRounding_isOneValue() {
    assertThat(labels(Scale.numeric(1, Math.nextUp(1.0), 5, true))).contains("1.0");
    assertThat(Scale.numeric(Double.NaN, Double.NaN, 5, true).high()).isEqualTo(1);
    assertThat(Scale.numeric(0, Double.MIN_VALUE, 5, true).high()).isEqualTo(1);
  }

  @Test
  void time_hoursToYears_ticksAtWholeUnits() {
    assertThat(time("2026-11-03T10:07:00Z", "2026-11-03T12:05:00Z", 5))
        .containsExactly("10:30", "11:00", "11:30", "12:00");
    assertThat(time("2026-11-03T10:00:00Z", "2026-11-04T14:00:00Z", 6))
        .containsExactly("12:00", "18:00", "Nov 4", "06:00", "12:00");
    assertThat(time("2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z", 5))
        .containsExactly("Nov 1", "Nov 2", "Nov 3", "Nov 4", "Nov 5");
    // 2026-11-02, -09, -16 are Mondays.
    assertThat(time("2026-10-30T00:00:00Z", "2026-11-20T00:00:00Z", 5))
        .containsExactly("Nov 2", "Nov 9", "Nov 16");
    assertThat(time("2025-11-20T00:00:00Z", "2026-03-20T00:00:00Z", 5))
        .containsExactly("Dec", "2026", "Feb", "Mar");
    assertThat(time("2011-05-01T00:00:00Z", "2026-05-01T00:00:00Z", 4))
        .containsExactly("2015", "2020", "2025");
    assertThat(time("2026-11-03T10:00:00Z", "2026-11-03T10:00:01Z", 5)).isNotEmpty();
  }

  private static List<String> time(String from, String to, int target) {
    return labels(
        TimeTicks.scale(
            Series.seconds(Instant.parse(from)), Series.seconds(Instant.parse(to)), target));
  }

  @Property
  void time_anyRange_hasFewTicksInside(
      @ForAll @LongRange(min = -70_000_000_000L, max = 260_000_000_000L) long from,
      @ForAll @LongRange(min = 0, max = 300_000_000_000L) long span,
      @ForAll @IntRange(min = 1, max = 12) int target) {
    Scale scale = TimeTicks.scale((double) from, (double) (from + span), target);

    assertThat(scale.low()).isLessThan(scale.high());
    assertThat(scale.ticks()).hasSizeLessThanOrEqualTo(target + 1);
    assertThat(scale.ticks())
        .allMatch(tick -> tick.at() >= scale.low() && tick.at() <= scale.high());
  }

  @Test
  void m4_tenThousandPoints_keepsEveryPeak() {
    List<double[]> line = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      line.add(new double[] {i / 100.0, i == 4_321 ? 99 : i == 8_765 ? -99 : i % 7});
    }
    List<double[]> thin = Points.m4(line);

    assertThat(thin).hasSizeLessThanOrEqualTo(400).contains(line.get(4_321), line.get(8_765));
    assertThat(thin.get(0)).isSameAs(line.get(0));
    assertThat(thin.get(thin.size() - 1)).isSameAs(line.get(9_999));
    assertThat(thin).extracting(point -> point[0]).isSorted();
  }

  private static List<String> labels(Scale scale) {
    return scale.ticks().stream().map(Tick::label).toList();
  }
}
