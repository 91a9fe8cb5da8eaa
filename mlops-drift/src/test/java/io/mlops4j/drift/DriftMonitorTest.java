package io.mlops4j.drift;

import static io.mlops4j.drift.DriftRule.psi;
import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static io.mlops4j.drift.FalseAlarmBudget.days;
import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DriftMonitorTest {
  private static final Baseline BASELINE = Fleet.baseline(1);
  private static final Duration WEEK = Duration.ofDays(7);

  private final VirtualTime time = VirtualTime.startingAt(START);
  private final Fleet fleet = new Fleet();

  private DriftMonitorBuilder<Fleet.Trip, Double> builder() {
    return DriftMonitor.following(fleet)
        .alertWhen(psi().above(0.2).withFalseAlarms(atMostOncePer(days(365))))
        .time(time);
  }

  private void feed(
      DriftMonitor<Fleet.Trip, Double> monitor, int version, int n, double shift, Instant at) {
    long seed = at.getEpochSecond() + version;
    for (Fleet.Trip trip : Fleet.trips(n, seed, shift)) {
      monitor.onPrediction(fleet.prediction(version, trip, 0.5, at));
    }
  }

  @Test
  void evaluate_sameDistribution_passes() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 5_000, 0, START);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(monitor.evaluate().sentence())
        .isEqualTo("trips:1: 2 features are stable over 5,000 predictions.");
    assertThat(monitor.name()).isEqualTo("drift of trips@production");
  }

  @Test
  void evaluate_shiftedFeature_failsNamingFeatureAndCells() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 2_000, 1, START);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.evaluate().sentence())
        .startsWith("trips:1 drifted. distance: PSI 0.9")
        .doesNotContain("airport");
    DriftReport report = monitor.report().orElseThrow();
    assertThat(report.from()).isEqualTo(START);
    assertThat(report.to()).isEqualTo(START.plus(WEEK));
    assertThat(report.features().get(1).verdict()).isInstanceOf(DriftVerdict.Stable.class);
    assertThat(report.toText())
        .contains("distance", "drifted", "airport", "stable", "2,000 predictions");
  }

  @Test
  void evaluate_noPredictionsYet_hasNoData() {
    var monitor = builder().build();
    assertThat(monitor.evaluate()).isInstanceOf(Check.NoData.class);
    fleet.serve(1, BASELINE);
    assertThat(monitor.evaluate().sentence()).isEqualTo("trips:1: no prediction has arrived.");
    feed(monitor, 1, 20, 0, START);
    assertThat(monitor.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(monitor.evaluate().sentence()).contains("predictions are needed");
  }

  @Test
  void evaluate_openWindowTooShort_answersFromTheLastFinishedOne() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 2_000, 1, START);
    feed(monitor, 1, 10, 0, START.plus(WEEK));
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    feed(monitor, 1, 2_000, 0, START.plus(WEEK));
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
  }

  @Test
  void evaluate_silence_hasNoData() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 2_000, 0, START);
    time.setWallClock(START.minus(Duration.ofDays(3000))); // only elapsed time counts
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    time.advance(WEEK.multipliedBy(2).plusSeconds(1));
    assertThat(monitor.evaluate().sentence())
        .isEqualTo("trips@production: no prediction for PT336H1S.");
  }

  @Test
  void windows_timestamps_cutThemAndLateOnesAreCounted() {
    fleet.serve(1, BASELINE);
    var monitor = builder().history(2).build();
    feed(monitor, 1, 100, 0, START.plus(Duration.ofDays(6)));
    feed(monitor, 1, 200, 0, START.plus(WEEK));
    feed(monitor, 1, 30, 0, START); // the clock went back: counted into the open window
    DriftReport open = monitor.report().orElseThrow();
    assertThat(open.predictions()).isEqualTo(230);
    assertThat(open.late()).isEqualTo(30);
    assertThat(open.complete()).isFalse();
    feed(monitor, 1, 1, 0, START.plus(WEEK.multipliedBy(5)));
    assertThat(monitor.history(version(1)))
        .extracting(DriftReport::predictions)
        .containsExactly(100L, 230L);
    assertThat(monitor.history(version(1)).get(1).complete()).isTrue();
    feed(monitor, 1, 1, 0, START.plus(WEEK.multipliedBy(6)));
    assertThat(monitor.history(version(1))).hasSize(2);
    DriftReport all = monitor.sinceStart(version(1)).orElseThrow();
    assertThat(all.predictions()).isEqualTo(332);
    assertThat(all.late()).isEqualTo(30);
    assertThat(all.from()).isEqualTo(START);
    assertThat(all.to()).isEqualTo(START.plus(WEEK.multipliedBy(7)));
  }

  @Test
  void windows_absurdTimes_doNotFail() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 1, 0, Instant.EPOCH);
    monitor.onPrediction(fleet.prediction(1, Fleet.trips(1, 1, 0).get(0), 0.5, Instant.MAX));
    monitor.onPrediction(fleet.prediction(1, Fleet.trips(1, 1, 0).get(0), 0.5, Instant.MIN));
    assertThat(monitor.report().orElseThrow().predictions()).isEqualTo(2);
    assertThat(monitor.report().orElseThrow().late()).isEqualTo(1);
  }

  @Test
  void swap_newVersion_startsItsOwnEpochAndMixesNothing() {
    fleet.serve(1, BASELINE);
    var monitor = builder().build();
    feed(monitor, 1, 2_000, 1, START);
    Baseline other = Fleet.baseline(2);
    fleet.serve(2, other);
    assertThat(monitor.evaluate().sentence()).isEqualTo("trips:2: no prediction has arrived.");
    feed(monitor, 1, 500, 1, START); // a straggler of the old version, after the swap
    feed(monitor, 2, 3_000, 0, START);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(monitor.report(version(1)).orElseThrow().predictions()).isEqualTo(2_500);
    assertThat(monitor.report(version(2)).orElseThrow().predictions()).isEqualTo(3_000);
    DriftCounts one = monitor.counts(version(1)).orElseThrow();
    assertThat(one.baseline()).isEqualTo(BASELINE.fingerprint());
    assertThatThrownBy(() -> one.plus(monitor.counts(version(2)).orElseThrow()))
        .isInstanceOf(MlopsException.class);
    assertThat(monitor.counts(version(3))).isEmpty();
  }

  @Test
  void baseline_missingUnreadableOrUnknown_isSaid() {
    fleet.serve(1, Optional::empty);
    var monitor = builder().build();
    feed(monitor, 1, 10, 0, START);
    assertThat(monitor.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(monitor.evaluate().sentence()).contains("released without a baseline");
    assertThat(monitor.report()).isEmpty();

    fleet.serve(
        2,
        () -> {
          throw new MlopsException("File baseline.json of trips:2: digest differs.");
        });
    feed(monitor, 2, 10, 0, START);
    assertThat(monitor.evaluate().sentence())
        .contains("trips:2: its baseline cannot be read: File");

    feed(monitor, 3, 10, 0, START); // not served by this source, as an arm of another one
    assertThat(monitor.report(version(3))).isEmpty();
    fleet.serve(3, BASELINE);
    feed(monitor, 3, 10, 0, START);
    assertThat(monitor.report(version(3)).orElseThrow().predictions()).isEqualTo(10);
  }

  @Test
  void onPrediction_otherSources_doNotCount() {
    fleet.serve(1, BASELINE);
    var registry = new SimpleMeterRegistry();
    var monitor = builder().meters(registry).build();
    Prediction<Fleet.Trip, Double> p = fleet.prediction(1, Fleet.trips(1, 1, 0).get(0), 0.5, START);
    for (Prediction.Source source : Prediction.Source.values()) {
      monitor.onPrediction(
          new Prediction<>(
              p.id(), null, null, p.version(), source, p.row(), p.output(), p.at(), p.latency()));
    }
    assertThat(monitor.report().orElseThrow().predictions()).isEqualTo(1);
    assertThat(registry.get("mlops.drift.predictions").tag("result", "excluded").counter().count())
        .isEqualTo(3);
    assertThat(registry.get("mlops.drift.psi").tag("feature", "distance").gauge().value())
        .isPositive();
    assertThat(registry.get("mlops.drift.psi").tags("source", "trips@production").gauges())
        .hasSize(2);
  }

  @Test
  void score_baselineWithScores_isJudgedToo() {
    double[] scores = Stream.iterate(0.0, s -> s + 0.001).limit(1000).mapToDouble(s -> s).toArray();
    fleet.serve(1, BASELINE.withScores(scores));
    var monitor = builder().ignoring("airport").build();
    int i = 0;
    for (Fleet.Trip trip : Fleet.trips(2_000, 7, 0)) {
      monitor.onPrediction(fleet.prediction(1, trip, 0.5 + (i++ % 500) * 0.001, START));
    }
    DriftReport report = monitor.report().orElseThrow();
    assertThat(report.features())
        .extracting(FeatureDrift::feature)
        .containsExactly("distance", Baseline.SCORE);
    assertThat(report.outcome()).isInstanceOf(Check.Fail.class);
    assertThat(report.outcome().sentence()).contains("(score): PSI");
    KsInterval ks = report.features().get(1).measures().orElseThrow().ks().orElseThrow();
    assertThat(0.5).isCloseTo(ks.low(), within(0.01));
  }

  @Test
  void score_ownFunction_isUsed() {
    fleet.serve(1, BASELINE.withScores(1, 2, 3, 4));
    var monitor = builder().score(p -> p * 10).build();
    feed(monitor, 1, 10, 0, START);
    long[] counts = monitor.counts(version(1)).orElseThrow().cells(Baseline.SCORE).orElseThrow();
    assertThat(counts[counts.length - 3]).isEqualTo(10); // above 4
  }

  @Test
  void reports_sensitiveCategory_neverShowTheValue() {
    List<Fleet.Trip> canaries =
        Stream.generate(() -> new Fleet.Trip(1.0, "CANARY")).limit(1_000).toList();
    var schema = Fleet.SCHEMA.withSensitive("airport", "distance");
    fleet.serve(
        1,
        Baseline.fit(
            schema, () -> Stream.concat(canaries.stream(), Fleet.trips(3_000, 1, 0).stream())));
    var monitor = builder().build();
    canaries.forEach(
        trip ->
            monitor.onPrediction(Fleet.prediction("p", null, 1, schema.encode(trip), 0.5, START)));
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    DriftReport report = monitor.report().orElseThrow();
    String everything = monitor.evaluate() + report.toString() + report.toText();
    assertThat(everything).contains("airport", "cell ").doesNotContain("CANARY");
    assertThat(
            new String(
                monitor.counts(version(1)).orElseThrow().toBytes(),
                java.nio.charset.StandardCharsets.UTF_8))
        .doesNotContain("CANARY");
  }

  @Test
  void onPrediction_withoutRow_countsTheScoreOnly() {
    fleet.serve(1, BASELINE.withScores(.1, .2));
    var monitor = builder().build();
    monitor.onPrediction(Fleet.prediction("p", null, 1, null, 0.5, START));
    DriftReport report = monitor.report().orElseThrow();
    assertThat(report.features()).extracting(FeatureDrift::n).containsExactly(0L, 0L, 1L);
    assertThat(report.outcome().sentence()).contains("no value has arrived");
  }

  @Test
  void reports_whileFourThreadsWrite_areNeverTorn() throws Exception {
    fleet.serve(1, BASELINE);
    var monitor = builder().window(Duration.ofMillis(50)).history(3).build();
    int perThread = 20_000;
    List<Fleet.Trip> trips = Fleet.trips(100, 3, 0);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> writers =
          Stream.iterate(0, t -> t + 1)
              .limit(4)
              .<Future<?>>map(
                  t ->
                      pool.submit(
                          () -> {
                            for (int i = 0; i < perThread; i++) {
                              monitor.onPrediction(
                                  Fleet.prediction(
                                      "x",
                                      null,
                                      1,
                                      Fleet.SCHEMA.encode(trips.get(i % 100)),
                                      0.5,
                                      START.plusMillis(i / 100)));
                            }
                          }))
              .toList();
      while (writers.stream().anyMatch(w -> !w.isDone())) {
        monitor
            .counts(version(1))
            .ifPresent(
                counts -> {
                  for (String feature : List.of("distance", "airport")) {
                    assertThat(LongStream.of(counts.cells(feature).orElseThrow()).sum())
                        .isEqualTo(counts.predictions());
                  }
                });
        monitor.evaluate();
      }
      for (Future<?> writer : writers) {
        writer.get(10, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(monitor.sinceStart(version(1)).orElseThrow().predictions())
        .isEqualTo(4L * perThread);
    assertThat(monitor.history(version(1))).hasSize(3);
  }

  @Test
  void versions_moreThanKept_giveUpTheOldest() {
    var monitor = builder().build();
    for (int v = 1; v <= 10; v++) {
      fleet.serve(v, BASELINE);
      feed(monitor, v, 1, 0, START);
    }
    assertThat(monitor.report(version(2))).isEmpty();
    assertThat(monitor.report(version(3))).isPresent();
    assertThat(monitor.report(version(10))).isPresent();
  }

  @Test
  void close_unsubscribes() {
    var monitor = builder().build();
    assertThat(fleet.subscribers()).isEqualTo(1);
    monitor.close();
    assertThat(fleet.subscribers()).isZero();
  }

  @Test
  void builder_wrongOrTwice_namesTheProperty() {
    assertThatThrownBy(() -> builder().time(time)).hasMessageContaining("time is set already");
    assertThatThrownBy(() -> builder().history(0)).hasMessageContaining("history: 0");
    assertThatThrownBy(() -> builder().window(Duration.ZERO)).hasMessageContaining("window: PT0S");
    assertThat(DriftMonitor.following(fleet).build().evaluate()).isInstanceOf(Check.NoData.class);
  }
}
