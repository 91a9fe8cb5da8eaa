package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Season;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sliding windows, the window before as reference, seasons, and baselines learned live. */
class DriftWindowsTest {
  private static final Baseline BASELINE = Fleet.baseline(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);

  private final VirtualTime time = VirtualTime.startingAt(START);
  private final Fleet fleet = new Fleet();

  private DriftMonitorBuilder<Fleet.Trip, Double> builder() {
    return DriftMonitor.following(fleet).time(time);
  }

  private void feed(
      DriftMonitor<Fleet.Trip, Double> monitor, int n, double shift, Instant at, long seed) {
    for (Fleet.Trip trip : Fleet.trips(n, seed, shift)) {
      monitor.onPrediction(fleet.prediction(1, trip, 0.5, at));
    }
  }

  @Test
  void sliding_intervals_areAddedUpAndDropped() {
    fleet.serve(1, BASELINE);
    var monitor = builder().sliding(WEEK, DAY).history(3).build();
    for (int day = 0; day < 10; day++) {
      feed(monitor, 100 + day, 0, START.plus(DAY.multipliedBy(day)), day);
    }
    DriftReport open = monitor.report().orElseThrow();
    // Days 3 to 9: 103 + ... + 109.
    assertThat(open.predictions()).isEqualTo(742);
    assertThat(open.from()).isEqualTo(START.plus(DAY.multipliedBy(3)));
    assertThat(open.to()).isEqualTo(START.plus(DAY.multipliedBy(10)));
    List<DriftReport> history = monitor.history(version(1));
    assertThat(history).hasSize(3);
    assertThat(history.get(2).predictions()).isEqualTo(735); // days 2 to 8
    assertThat(history.get(2).to()).isEqualTo(START.plus(DAY.multipliedBy(9)));
    assertThat(monitor.sinceStart(version(1)).orElseThrow().predictions()).isEqualTo(1_045);
    // A gap of five days: only the two days inside the window are left.
    feed(monitor, 50, 0, START.plus(DAY.multipliedBy(14)), 99);
    assertThat(monitor.report().orElseThrow().predictions()).isEqualTo(108 + 109 + 50);
  }

  @Test
  void sliding_budget_isThatOfAsManyWindows() {
    fleet.serve(1, BASELINE);
    var tumbling = builder().window(WEEK).build();
    var sliding = builder().sliding(WEEK, DAY).build();
    feed(tumbling, 500, 0, START, 1);
    feed(sliding, 500, 0, START, 1);
    double needed = needed(tumbling);
    assertThat(needed(sliding) - needed)
        .isCloseTo(Math.log(7), org.assertj.core.api.Assertions.within(1e-12));
  }

  private static double needed(DriftMonitor<Fleet.Trip, Double> monitor) {
    return monitor
        .report()
        .orElseThrow()
        .features()
        .get(0)
        .measures()
        .orElseThrow()
        .logBayesFactorNeeded();
  }

  @Test
  void sliding_notAMultiple_isNamed() {
    assertThatThrownBy(() -> builder().sliding(WEEK, Duration.ofDays(2)))
        .hasMessageContaining("sliding: PT168H by PT48H");
    assertThatThrownBy(() -> builder().sliding(WEEK, Duration.ofSeconds(1)))
        .hasMessageContaining("at most 1000");
    assertThatThrownBy(() -> builder().window(DAY).sliding(WEEK, DAY))
        .hasMessageContaining("window is set already");
  }

  @Test
  void previousWindow_aStepAndThenCalm_alarmsOnce() {
    fleet.serve(1, BASELINE);
    var monitor = builder().comparedWith(Comparison.PREVIOUS_WINDOW).build();
    feed(monitor, 3_000, 1, START, 1); // unlike training: of no interest here
    assertThat(monitor.evaluate().sentence()).contains("no finished window to compare");
    feed(monitor, 3_000, 1, START.plus(WEEK), 2);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    feed(monitor, 3_000, 0, START.plus(WEEK.multipliedBy(2)), 3);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    feed(monitor, 3_000, 0, START.plus(WEEK.multipliedBy(3)), 4);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(monitor.history(version(1)).get(0).note()).contains("no finished window");
    assertThat(monitor.history(version(1)).get(2).outcome()).isInstanceOf(Check.Fail.class);
  }

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  record Visit(int dayOfWeek, double amount, Instant at) {}

  private static final Schema<Visit> VISITS = Schema.of(Visit.class).only("dayOfWeek", "amount");

  private static List<Visit> visits(Instant from, int days, int perDay, double shift, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Visit> visits = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      int weekday = day % 7 + 1;
      for (int i = 0; i < perDay; i++) {
        Instant at = from.plus(DAY.multipliedBy(day)).plusSeconds(random.nextInt(86_400));
        double weekend = weekday > 5 ? 2 : 0;
        visits.add(new Visit(weekday, random.nextGaussian() + weekend + shift, at));
      }
    }
    return visits;
  }

  private static List<FeatureDrift> judge(Baseline baseline, List<Visit> live) {
    DriftCounter counter = new DriftCounter(new ModelVersion("visits", 1), baseline);
    live.forEach(visit -> counter.observe(VISITS.encode(visit), visit.at()));
    return DriftReport.judge(baseline, counter.snapshot(), DriftRule.psi(), WEEK, Set.of());
  }

  @Test
  void season_halfAWeek_isComparedWithTheSameHalf() {
    List<Visit> training = visits(START.minus(WEEK.multipliedBy(8)), 56, 300, 0, 1);
    Baseline plain = Baseline.fit(VISITS, training::stream);
    Baseline seasonal =
        Baseline.of(VISITS).season(Season.dayOfWeek(), Visit::at).fit(training::stream);
    List<Visit> threeDays = visits(START, 3, 500, 0, 2);
    // The control: without a season, three days of a week are not like a week.
    assertThat(judge(plain, threeDays).get(0).verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(judge(plain, threeDays).get(1).verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    for (FeatureDrift feature : judge(seasonal, threeDays)) {
      assertThat(feature.verdict()).isInstanceOf(DriftVerdict.Stable.class);
    }
    // And what is not of the season is still seen.
    List<FeatureDrift> shifted = judge(seasonal, visits(START, 3, 500, 1, 3));
    assertThat(shifted.get(0).verdict()).isInstanceOf(DriftVerdict.Stable.class);
    assertThat(shifted.get(1).verdict()).isInstanceOf(DriftVerdict.Drifted.class);
  }

  /** Whoever travels at night travels far. */
  private static List<Fleet.Trip> trips(Instant from, int hours, boolean night, double shift) {
    SplittableRandom random = new SplittableRandom(hours);
    List<Fleet.Trip> trips = new ArrayList<>();
    for (int hour = 0; hour < hours; hour++) {
      Instant at = from.plusSeconds(3_600L * hour);
      boolean late = at.atZone(BERLIN).getHour() < 6;
      for (int i = 0; i < (late || !night ? 30 : 0); i++) {
        double distance = random.nextGaussian() + (late ? 2 : 0) + shift;
        trips.add(new Fleet.Trip(distance, at.toString())); // the airport tells the time
      }
    }
    return trips;
  }

  @Test
  void season_hourOfWeek_nightsAreComparedWithNights() {
    List<Fleet.Trip> training = trips(START.minus(WEEK.multipliedBy(3)), 3 * 168, false, 0);
    // The control: by days of the week, nights are compared with days and nights.
    Season days = Season.dayOfWeek().in(BERLIN);
    for (Season season : List.of(Season.hourOfWeek().in(BERLIN), days)) {
      Baseline baseline =
          Baseline.of(Fleet.SCHEMA.only("distance"))
              .season(season, DriftWindowsTest::time)
              .fit(training::stream);
      for (double shift : new double[] {0, 1}) {
        Fleet source = new Fleet();
        source.serve(1, baseline);
        var monitor = DriftMonitor.following(source).build();
        for (Fleet.Trip trip : trips(START, 96, true, shift)) {
          monitor.onPrediction(source.prediction(1, trip, 0.5, time(trip)));
        }
        boolean pass = !season.equals(days) && shift == 0;
        assertThat(monitor.evaluate()).isInstanceOf(pass ? Check.Pass.class : Check.Fail.class);
      }
    }
  }

  private static Instant time(Fleet.Trip trip) {
    return Instant.parse(String.valueOf(trip.airport()));
  }

  @Test
  void season_segments_areScaledToTheSameDays() {
    List<Visit> training = visits(START.minus(WEEK.multipliedBy(8)), 56, 300, 0, 1);
    Baseline seasonal =
        Baseline.of(VISITS)
            .season(Season.dayOfWeek(), Visit::at)
            .segment("dear", row -> row.number(1) > 1)
            .fit(training::stream);
    DriftCounter counter =
        new DriftCounter(
            new ModelVersion("visits", 1),
            seasonal,
            java.util.Map.of("dear", row -> row.number(1) > 1));
    visits(START, 3, 2_000, 0, 2)
        .forEach(visit -> counter.observe(VISITS.encode(visit), visit.at()));
    List<FeatureDrift> all =
        DriftReport.judge(seasonal, counter.snapshot(), DriftRule.psi(), WEEK, Set.of());
    FeatureDrift dear =
        all.stream()
            .filter(f -> f.segment().equals("dear") && f.feature().equals("dayOfWeek"))
            .findFirst()
            .orElseThrow();
    assertThat(dear.verdict()).isNotInstanceOf(DriftVerdict.Drifted.class);
    assertThat(dear.n()).isBetween(800L, 1_100L); // a sixth of 6,000
  }

  @Test
  void learningFrom_firstRows_becomeTheFrozenBaseline() {
    fleet.serve(1, java.util.Optional::empty);
    var monitor = builder().learningFrom(2_000).build();
    feed(monitor, 500, 0, START, 1);
    assertThat(monitor.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(monitor.evaluate().sentence())
        .isEqualTo(
            "trips:1: it came without a baseline; one is being learned from live rows: 500 of"
                + " 2,000.");
    assertThat(monitor.baseline(version(1))).isEmpty();
    feed(monitor, 1_500, 0, START, 2);
    Baseline learned = monitor.baseline(version(1)).orElseThrow();
    assertThat(learned.rows()).isEqualTo(2_000);
    assertThat(learned.scores()).isPresent();
    assertThat(learned.fingerprint()).hasSize(64);
    assertThat(monitor.report()).isEmpty(); // the rows it was learned from are not judged
    feed(monitor, 2_000, 0, START, 3);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    feed(monitor, 2_000, 1, START.plus(WEEK), 4);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.baseline(version(1)).orElseThrow().fingerprint())
        .isEqualTo(learned.fingerprint());
    assertThatThrownBy(() -> builder().learningFrom(99)).hasMessageContaining("rows: 99");
  }
}
