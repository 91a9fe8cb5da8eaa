package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A monitor with a log, segments, tasks, worth and estimates. */
class QualityLogTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Fleet fleet = new Fleet();
  private final ObjectStore store = ObjectStore.inMemory();

  QualityLogTest() {
    fleet.serve(1, Optional::empty);
  }

  private QualityMonitorBuilder<Fleet.Trip, Double> builder() {
    return QualityMonitor.following(fleet);
  }

  private static Prediction<Fleet.Trip, Double> prediction(
      String id, Fleet.@Nullable Trip trip, double score, Instant at) {
    return Fleet.prediction(
        id, null, 1, trip == null ? null : Fleet.SCHEMA.encode(trip), score, at);
  }

  @Test
  void restart_withADirectoryLikeStore_losesNothing() {
    try (var log = PredictionLog.in(store, "trips");
        var monitor = builder().log(log).build()) {
      monitor.onPrediction(prediction("a", null, 0.9, START));
      monitor.onPrediction(prediction("b", null, 0.1, START));
      monitor.reportById("a", 1, START.plus(DAY));
      assertThat(monitor.flush(SOON)).isTrue();
    }
    try (var log = PredictionLog.in(store, "trips");
        var monitor = builder().log(log).build()) {
      assertThat(monitor.joins().predictions()).isEqualTo(2);
      assertThat(monitor.joins().joined()).isEqualTo(1);
      monitor.reportById("b", 0, START.plus(DAY.multipliedBy(29)));
      assertThat(monitor.flush(SOON)).isTrue();
      assertThat(monitor.history(version(1)).get(0).labels()).isEqualTo(2);
    }
    // The control: without the log nothing is left.
    assertThat(builder().build().joins().predictions()).isZero();
  }

  @Test
  void close_withoutFlush_writesWhatWaits() {
    try (var log = PredictionLog.in(store, "trips")) {
      var monitor = builder().log(log).build();
      for (int i = 0; i < 3_000; i++) {
        monitor.onPrediction(prediction("p" + i, null, 0.5, START));
      }
      monitor.close();
      assertThat(builder().log(log).build().joins().predictions()).isEqualTo(3_000);
      assertThatThrownBy(() -> monitor.reportById("p1", 1, START))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
      monitor.onPrediction(prediction("late", null, 0.5, START));
      assertThat(monitor.joins().unlogged()).isEqualTo(1);
    }
  }

  /** A log that fails when it is told to. */
  private record Failing(PredictionLog log, AtomicBoolean down) implements PredictionLog {
    private void check() {
      if (down.get()) {
        throw new MlopsException("down");
      }
    }

    @Override
    public void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
      check();
      log.append(predictions, labels);
    }

    @Override
    public List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys) {
      return log.predictions(ids, keys);
    }

    @Override
    public List<ReportedLabel> labels(Set<String> ids, Set<String> keys) {
      return log.labels(ids, keys);
    }

    @Override
    public void scan(Instant from, Consumer<List<LoggedPrediction>> page) {
      log.scan(from, page);
    }

    @Override
    public long forget(String unit) {
      return log.forget(unit);
    }

    @Override
    public long dropBefore(Instant time) {
      return log.dropBefore(time);
    }

    @Override
    public void close() {}
  }

  @Test
  void log_downForAWhile_nothingIsLostNorCountedTwice() {
    var down = new AtomicBoolean(true);
    var log = new Failing(PredictionLog.in(store, "trips"), down);
    try (var monitor = builder().log(log).build()) {
      monitor.onPrediction(prediction("a", null, 0.9, START));
      monitor.reportById("a", 1, START);
      assertThat(monitor.flush(Duration.ofMillis(200))).isFalse();
      assertThat(monitor.history(version(1))).isEmpty();
      down.set(false);
      assertThat(monitor.flush(SOON)).isTrue();
      assertThat(monitor.history(version(1)).get(0).labels()).isEqualTo(1);
      assertThat(monitor.joins().predictions()).isEqualTo(1);
    }
  }

  @Test
  void log_downForGood_closesAndSaysWhatItLost() {
    var log = new Failing(PredictionLog.in(store, "trips"), new AtomicBoolean(true));
    var monitor = builder().log(log).build();
    for (int i = 0; i < 100; i++) {
      monitor.onPrediction(prediction("p" + i, null, 0.9, START));
    }
    monitor.close();
    assertThat(monitor.joins().unlogged()).isEqualTo(100);
  }

  @Test
  void features_sensitive_areNeverStored() {
    String canary = "canary-7f3a";
    Schema<Fleet.Trip> guarded = Fleet.SCHEMA.withSensitive("airport");
    for (Schema<Fleet.Trip> schema : List.of(guarded, Fleet.SCHEMA)) {
      ObjectStore own = ObjectStore.inMemory();
      try (var log = PredictionLog.in(own, "trips");
          var monitor = builder().log(log).logFeatures().build()) {
        monitor.onPrediction(
            Fleet.prediction(
                "a", null, 1, schema.encode(new Fleet.Trip(733.5, canary)), 0.5, START));
        assertThat(monitor.flush(SOON)).isTrue();
        String stored =
            new String(own.get(own.list("ephemeral").get(0)).orElseThrow(), StandardCharsets.UTF_8);
        assertThat(stored).contains("733.5");
        // The control: without the mark the value is there.
        assertThat(stored.contains(canary)).isEqualTo(schema == Fleet.SCHEMA);
      }
    }
  }

  @Test
  void forget_unit_removesItFromTheLogAndKeepsCounts() {
    try (var log = PredictionLog.in(store, "trips");
        var monitor = builder().log(log).build()) {
      Prediction<Fleet.Trip, Double> p = prediction("a", null, 0.9, START);
      monitor.onPrediction(
          new Prediction<>(
              "a", "key-alice", "alice", p.version(), p.source(), null, 0.9, START, DAY));
      monitor.reportByKey("key-alice", 1, START);
      assertThat(monitor.forget("alice")).isEqualTo(1);
      assertThat(store.list("")).isEmpty();
      assertThat(monitor.history(version(1)).get(0).labels()).isEqualTo(1);
    }
    var inMemory = builder().build();
    inMemory.onPrediction(
        new Prediction<>(
            "a", "k", "alice", version(1), Prediction.Source.MODEL, null, 0.9, START, DAY));
    assertThat(inMemory.forget("bob")).isZero();
    assertThat(inMemory.forget("alice")).isEqualTo(1);
    inMemory.reportByKey("k", 1, START);
    assertThat(inMemory.joins().joined()).isZero();
  }

  @Test
  void retention_oldPredictions_areDroppedByTheSlowerClock() {
    VirtualTime time = VirtualTime.startingAt(START.plus(Duration.ofDays(100)));
    try (var log = PredictionLog.in(store, "trips");
        var monitor =
            builder()
                .log(log)
                .labelHorizon(DAY)
                .retention(Duration.ofDays(10))
                .time(time)
                .build()) {
      monitor.onPrediction(prediction("old", null, 0.9, START));
      monitor.flush(SOON);
      // Ninety days ago by the wall clock, but nothing newer is there: a replay.
      assertThat(log.predictions(Set.of("old"), Set.of())).hasSize(1);
      monitor.onPrediction(prediction("new", null, 0.9, START.plus(Duration.ofDays(20))));
      monitor.flush(SOON);
      assertThat(log.predictions(Set.of("old", "new"), Set.of()))
          .extracting(LoggedPrediction::id)
          .containsExactly("new");
      // A stamp a thousand years ahead empties nothing.
      monitor.onPrediction(prediction("mad", null, 0.9, START.plus(Duration.ofDays(365_000))));
      monitor.flush(SOON);
      assertThat(log.predictions(Set.of("new", "mad"), Set.of()))
          .extracting(LoggedPrediction::id)
          .contains("mad");
    }
    assertThatThrownBy(() -> builder().retention(DAY).build())
        .hasMessageContaining("retention: PT24H (expected: more than labelHorizon, PT720H)");
  }

  @Test
  void reload_anotherInstanceWrote_countsTheFleet() {
    try (var log = PredictionLog.in(store, "trips");
        var other = PredictionLog.in(store, "trips");
        var here = builder().log(log).build();
        var there = builder().log(other).build()) {
      here.onPrediction(prediction("a", null, 0.9, START));
      there.onPrediction(prediction("b", null, 0.9, START));
      here.flush(SOON);
      there.flush(SOON);
      assertThat(here.history(version(1)).get(0).predictions()).isEqualTo(1);
      here.reload();
      assertThat(here.history(version(1)).get(0).predictions()).isEqualTo(2);
    }
  }

  @Test
  void corrections_replaceAndRetractExactly() {
    var monitor = builder().build();
    monitor.onPrediction(prediction("a", null, 0.3, START));
    monitor.onPrediction(prediction("b", null, 0.6, START));
    monitor.reportById("b", 1, START);
    Quality before = monitor.history(version(1)).get(0);
    monitor.reportById("a", 1, START);
    monitor.reportById("a", 0, START.plusSeconds(5)); // conflicting: the first one known counts
    assertThat(monitor.history(version(1)).get(0).positives()).isEqualTo(2);
    monitor.correctById("a", 0, START.plusSeconds(9));
    assertThat(monitor.history(version(1)).get(0).positives()).isEqualTo(1);
    monitor.correctById("a", 1, START.plusSeconds(7)); // an older correction
    assertThat(monitor.history(version(1)).get(0).positives()).isEqualTo(1);
    monitor.retractById("a", START.plusSeconds(10));
    assertThat(monitor.history(version(1)).get(0)).isEqualTo(before);
    assertThat(monitor.joins())
        .extracting(
            QualityMonitor.Joins::corrected,
            QualityMonitor.Joins::conflicting,
            QualityMonitor.Joins::joined)
        .containsExactly(2L, 2L, 1L);
  }

  @Test
  void segments_valuesAndConditions_areKeptApartAndBounded() {
    var monitor =
        builder()
            .segmentBy(Fleet.SCHEMA, "airport")
            .segment("far", row -> row.number(0) > 500)
            .failWhen(
                QualityRule.of(
                        QualityMetric.ACCURACY,
                        new QualityRule.Absolute(0.1),
                        new QualityRule.Known(v -> OptionalDouble.of(0.9)))
                    .withLabels(100, 0.5))
            .build();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 4_000; i++) {
      boolean ord = i % 2 == 0;
      var trip = new Fleet.Trip(i % 4 < 2 ? 733.0 : 100.0, ord ? "ORD" : i % 5 == 0 ? null : "LAX");
      monitor.onPrediction(prediction("p" + i, trip, 0.9, START));
      // Nine in ten are right at ORD, half elsewhere.
      double p = ord ? 0.9 : 0.5;
      monitor.reportById("p" + i, random.nextDouble() < p ? 1 : 0, START);
    }
    assertThat(monitor.segments(version(1)))
        .containsExactly("airport=(missing)", "airport=LAX", "airport=ORD", "far");
    assertThat(monitor.segment("airport=ORD").evaluate()).isInstanceOf(Check.Pass.class);
    Check lax = monitor.segment("airport=LAX");
    assertThat(lax.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(lax.evaluate().sentence()).startsWith("airport=LAX: trips:1: ACCURACY is 0.5");
    assertThat(lax.name()).isEqualTo("quality of trips@production, airport=LAX");
    assertThat(monitor.segment("nowhere").evaluate().sentence())
        .isEqualTo("trips:1 has no segment nowhere: no prediction has arrived.");
    assertThat(monitor.history(version(1), "far").get(0).predictions()).isEqualTo(2_000);
    for (int i = 0; i < 5_000; i++) {
      var trip = new Fleet.Trip(1.0, "X\u202E<b>" + i + "x".repeat(1_000));
      monitor.onPrediction(prediction("x" + i, trip, 0.9, START));
    }
    assertThat(monitor.segments(version(1)))
        .hasSizeLessThanOrEqualTo(53)
        .contains("airport=(other)");
    assertThatThrownBy(() -> builder().segmentBy(Fleet.SCHEMA.withSensitive("airport"), "airport"))
        .hasMessageContaining("segmentBy: airport is sensitive");
    assertThatThrownBy(() -> builder().segmentBy(Fleet.SCHEMA, "distance"))
        .hasMessageContaining("distance is NUMERIC");
    assertThatThrownBy(() -> builder().segment("a=b", row -> true))
        .hasMessageContaining("segment: 'a=b'");
  }

  @Test
  void excluded_fallbackCacheAndStaleAnswers_areCountedAndNothingElse() {
    var monitor = builder().build();
    monitor.onPrediction(prediction("a", null, 0.9, START));
    for (Prediction.Source source : Prediction.Source.values()) {
      monitor.onPrediction(
          new Prediction<>("x" + source, null, null, version(1), source, null, 0.1, START, DAY));
    }
    Quality quality = monitor.history(version(1)).get(0);
    assertThat(quality.predictions()).isEqualTo(2);
    assertThat(quality.excluded()).isEqualTo(3);
    assertThat(monitor.joins().excluded()).isEqualTo(3);
  }

  @Test
  void value_ofDecisions_isTheMeanWorth() {
    var monitor =
        builder().value((score, label) -> score < 0.5 ? 0 : label == 1 ? 120 : -15).build();
    double[] scores = {0.9, 0.8, 0.7, 0.1};
    double[] labels = {1, 0, 1, 1};
    for (int i = 0; i < 4; i++) {
      monitor.onPrediction(prediction("p" + i, null, scores[i], START));
      monitor.reportById("p" + i, labels[i], START);
    }
    assertThat(QualityMetric.VALUE.of(monitor.history(version(1)).get(0)).orElseThrow().value())
        .isEqualTo((120 - 15 + 120 + 0) / 4.0);
  }

  @Test
  void tasks_labelsAndAnswers_areCheckedByTheirKind() {
    var regression = builder().regression(x -> x).build();
    regression.onPrediction(prediction("a", null, -1e9, START));
    regression.onPrediction(prediction("b", null, Double.NaN, START));
    regression.reportById("a", -1e9 + 5, START);
    assertThat(regression.joins().unusable()).isEqualTo(1);
    assertThatThrownBy(() -> regression.reportById("a", Double.POSITIVE_INFINITY, START))
        .hasMessage("label: Infinity (expected: a finite number)");
    var classes = builder().classes(3, x -> (int) (double) x).build();
    classes.onPrediction(prediction("a", null, 2, START));
    classes.onPrediction(prediction("b", null, 3, START));
    classes.reportById("a", 2, START);
    assertThat(classes.joins().unusable()).isEqualTo(1);
    assertThat(classes.history(version(1)).get(0).classes().orElseThrow().confusion().get(2).get(2))
        .isEqualTo(1);
    assertThatThrownBy(() -> classes.reportById("a", 1.5, START))
        .hasMessage("label: 1.5 (expected: the index of a class, 0..2)");
    assertThatThrownBy(() -> builder().score(x -> x).regression(x -> x))
        .hasMessageContaining("score is set already");
  }

  /** A model that is good for 40 days; then its scores lose their meaning, or only their spread. */
  private QualityMonitor<Fleet.Trip, Double> days(int days, double spread, double skill) {
    var monitor =
        builder()
            .failWhen(
                QualityRule.of(
                        QualityMetric.AUC,
                        new QualityRule.Absolute(0.03),
                        new QualityRule.FirstWindows(30))
                    .withLabels(500, 0.8))
            .meters(registry)
            .build();
    SplittableRandom random = new SplittableRandom(3);
    for (int day = 0; day < days; day++) {
      for (int i = 0; i < 400; i++) {
        double s = day < 40 ? 1 : spread;
        double score = 0.5 + s * (random.nextDouble() - 0.5);
        Instant at = START.plus(DAY.multipliedBy(day));
        String id = day + "-" + i;
        monitor.onPrediction(prediction(id, null, score, at));
        double p = 0.5 + (day < 40 ? 1 : skill) * (score - 0.5);
        boolean label = random.nextDouble() < p;
        if (day < 45) {
          monitor.reportById(id, label ? 1 : 0, at.plus(DAY));
        }
      }
    }
    return monitor;
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void estimate_scoresLoseTheirSpread_seesTheDropBeforeLabels() {
    var monitor = days(60, 0.2, 1);
    QualityEstimate estimate = monitor.estimate(version(1)).orElseThrow();
    // Scores within 0.4 to 0.6 that mean what they say: AUC 0.533, where it was 0.833.
    assertThat(estimate.expected().value()).isBetween(0.51, 0.56);
    assertThat(estimate.calibrationLabels()).isEqualTo(12_000);
    assertThat(estimate.backtest().orElseThrow().meanAbsoluteError()).isLessThan(0.02);
    assertThat(estimate.sentence())
        .contains("AUC is expected to be 0.5", "12,000 labels", "off by 0.0");
    assertThat(monitor.expected().evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.expected().name()).isEqualTo("expected quality of trips@production");
    assertThat(monitor.evaluate()).isNotInstanceOf(Check.NoData.class);
    assertThat(registry.get("mlops.quality.estimate").gauge().value())
        .isEqualTo(estimate.expected().value());
    assertThat(registry.get("mlops.quality.value").gauge().value()).isBetween(0.6, 0.85);
    assertThat(registry.get("mlops.quality.coverage").gauge().value()).isBetween(0.8, 1.0);
    assertThat(
            registry.get("mlops.quality.joins").tag("result", "joined").functionCounter().count())
        .isEqualTo(45 * 400);
  }

  @Test
  void estimate_scoresLoseTheirMeaning_isBlindAndTheBacktestSaysSo() {
    var monitor = days(47, 1, 0); // after day 40 the label is a coin
    assertThat(monitor.expected().evaluate()).isInstanceOf(Check.Pass.class);
    QualityEstimate estimate = monitor.estimate(version(1)).orElseThrow();
    assertThat(estimate.expected().value()).isBetween(0.80, 0.86);
    assertThat(estimate.backtest().orElseThrow().worst()).isGreaterThan(0.1);
  }

  @Test
  void estimate_withoutRuleLabelsOrBinaryAnswers_isEmpty() {
    assertThat(builder().build().estimate(version(1))).isEmpty();
    assertThat(builder().build().expected().evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(days(20, 1, 1).estimate(version(1))).isEmpty();
    assertThat(days(20, 1, 1).expected().evaluate().sentence()).contains("too few labels");
  }

  private record Nowhere() implements PredictionLog {
    @Override
    public void append(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {}

    @Override
    public List<LoggedPrediction> predictions(Set<String> ids, Set<String> keys) {
      return List.of();
    }

    @Override
    public List<ReportedLabel> labels(Set<String> ids, Set<String> keys) {
      return List.of();
    }

    @Override
    public void scan(Instant from, Consumer<List<LoggedPrediction>> page) {}

    @Override
    public long forget(String unit) {
      return 0;
    }

    @Override
    public long dropBefore(Instant time) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static long usedMegabytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private long growth(QualityMonitor<Fleet.Trip, Double> monitor) {
    long before = usedMegabytes();
    for (int i = 0; i < 200_000; i++) {
      monitor.onPrediction(prediction("some-prediction-" + i, null, 0.5, START));
      if (i % 5_000 == 0) {
        monitor.flush(SOON);
      }
    }
    monitor.flush(SOON);
    long after = usedMegabytes();
    assertThat(monitor.joins().predictions()).isEqualTo(200_000);
    return after - before;
  }

  @Test
  void memory_withALog_doesNotGrowWithPredictions() {
    try (var monitor = builder().log(new Nowhere()).build()) {
      assertThat(growth(monitor)).isLessThan(8);
    }
    // The control: in memory they wait.
    assertThat(growth(builder().build())).isGreaterThan(20);
  }
}
