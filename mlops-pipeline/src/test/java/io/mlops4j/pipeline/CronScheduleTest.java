package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static List<String> fires(String line, ZoneId zone, String from, int count) {
    CronSchedule schedule = CronSchedule.of(line, zone);
    List<String> fires = new ArrayList<>();
    Optional<Instant> at = Optional.of(Instant.parse(from));
    for (int i = 0; i < count; i++) {
      at = at.flatMap(schedule::nextAfter);
      at.ifPresent(instant -> fires.add(instant.toString()));
    }
    return fires;
  }

  @Test
  void nextAfter_timeThatClocksSkip_firesOnceAsMuchLater() {
    // 2026-03-29 02:00 to 03:00 does not exist in Berlin.
    assertThat(fires("30 2 * * *", BERLIN, "2026-03-27T12:00:00Z", 3))
        .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
  }

  @Test
  void nextAfter_timeThatComesTwice_firesTheFirstTime() {
    // 2026-10-25 02:00 to 03:00 comes twice in Berlin.
    assertThat(fires("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
  }

  @Test
  void nextAfter_everyHourOverTurnedClocks_firesEveryHourThatPasses() {
    assertThat(fires("0 * * * *", BERLIN, "2026-10-24T23:00:00Z", 4))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z");
    assertThat(fires("*/30 * * * *", BERLIN, "2026-03-29T00:00:00Z", 4))
        .containsExactly(
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-29T02:00:00Z");
  }

  @Test
  void endingAt_daysOfTurnedClocks_are23And25Hours() {
    CronSchedule daily = CronSchedule.of("0 3 * * *", BERLIN);
    assertThat(daily.endingAt(Instant.parse("2026-03-29T01:00:00Z")))
        .contains(
            new Interval(
                Instant.parse("2026-03-28T02:00:00Z"), Instant.parse("2026-03-29T01:00:00Z")));
    assertThat(daily.endingAt(Instant.parse("2026-10-25T02:00:00Z")))
        .contains(
            new Interval(
                Instant.parse("2026-10-24T01:00:00Z"), Instant.parse("2026-10-25T02:00:00Z")));
  }

  @Test
  void lastAt_exactlyThen_isThen() {
    CronSchedule daily = CronSchedule.of("0 3 * * *", ZoneOffset.UTC);
    assertThat(daily.lastAt(Instant.parse("2026-01-02T03:00:00Z")))
        .contains(Instant.parse("2026-01-02T03:00:00Z"));
    assertThat(daily.lastAt(Instant.parse("2026-01-02T02:59:59.999Z")))
        .contains(Instant.parse("2026-01-01T03:00:00Z"));
  }

  @Test
  void intervals_ofAYear_coverItWithoutGapOrOverlap() {
    for (String zone :
        List.of("Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")) {
      for (String line : List.of("30 2 * * *", "15 */6 * * *", "0 0 * * 1", "45 1 1 * *")) {
        Interval year =
            new Interval(
                Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z"));
        List<Interval> intervals = CronSchedule.of(line, ZoneId.of(zone)).intervals(year, 10_000);
        assertThat(intervals).as("%s %s", line, zone).hasSizeGreaterThan(10);
        for (int i = 1; i < intervals.size(); i++) {
          assertThat(intervals.get(i).from()).isEqualTo(intervals.get(i - 1).to());
          assertThat(intervals.get(i).to()).isAfter(intervals.get(i).from());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "* * *", "61 * * * *", "0 3 * * * *", "a b c d e", "0 3 30 2 *"})
  void of_lineThatIsNone_saysWhatWasExpected(String line) {
    assertThatThrownBy(() -> CronSchedule.of(line, BERLIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cron: \"")
        .hasMessageContaining("expected");
  }
}
