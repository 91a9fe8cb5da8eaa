package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.Prediction;
import io.mlops4j.drift.Quality.Estimate;
import io.mlops4j.drift.QualityMonitor.Joins;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QualityMonitorTest {
  private static final Duration DAY = Duration.ofDays(1);

  /** AUC of the good model below: labels follow the score. */
  private static final QualityRule RULE =
      QualityRule.of(
          QualityMetric.AUC,
          new QualityRule.Absolute(0.03),
          new QualityRule.Known(v -> OptionalDouble.of(0.75)));

  private final Fleet fleet = new Fleet();

  QualityMonitorTest() {
    fleet.serve(1, Optional::empty);
  }

  private QualityMonitorBuilder<Fleet.Trip, Double> builder() {
    return QualityMonitor.following(fleet);
  }

  private static void predict(
      QualityMonitor<Fleet.Trip, Double> monitor,
      String id,
      @Nullable String key,
      double score,
      Instant at) {
    monitor.onPrediction(Fleet.prediction(id, key, 1, null, score, at));
  }

  /** A day of traffic whose labels come an hour later. {@code skill} 0 is a coin. */
  private static void day(
      QualityMonitor<Fleet.Trip, Double> monitor, int day, int n, double skill, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 1_000 + day);
    Instant at = START.plus(DAY.multipliedBy(day));
    for (int i = 0; i < n; i++) {
      double score = random.nextDouble();
      String id = day + "-" + i;
      predict(monitor, id, null, score, at);
      double p = 0.5 + skill * (score - 0.5);
      monitor.reportById(id, random.nextDouble() < p ? 1 : 0, at.plusSeconds(3600));
    }
  }

  @Test
  void evaluate_goodModel_passes() {
    // Uniform scores and p = score: AUC is 5/6.
    var monitor = builder().failWhen(RULE).build();
    day(monitor, 0, 2_000, 1, 1);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    Quality quality = monitor.newest(version(1)).orElseThrow();
    assertThat(quality.auc().orElseThrow().value()).isBetween(0.80, 0.86);
    assertThat(quality.coverage()).isEqualTo(1);
    assertThat(monitor.name()).isEqualTo("quality of trips@production");
  }

  @Test
  void evaluate_qualityDrops_failsWithTheNumbers() {
    var monitor = builder().failWhen(RULE).rolling(1).build();
    day(monitor, 0, 2_000, 1, 1);
    day(monitor, 1, 2_000, 0.3, 1); // AUC 0.55
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.evaluate().sentence())
        .contains("trips:1: AUC is 0.5", "against 0.7500 over 2,000 labels (100 % of predictions)")
        .contains("more than 0.03");
    assertThat(monitor.history(version(1))).hasSize(2);
  }

  @Test
  void evaluate_dropThatChanceExplains_hasNoData() {
    QualityRule strict = RULE.withLabels(20, 0.5);
    int noData = 0;
    for (int seed = 0; seed < 20; seed++) {
      var monitor = builder().failWhen(strict).build();
      day(monitor, 0, 40, 0.7, seed); // AUC 0.73, 40 labels: the estimate is off by +-0.08
      assertThat(monitor.evaluate()).isNotInstanceOf(Check.Fail.class);
      noData += monitor.evaluate() instanceof Check.NoData ? 1 : 0;
    }
    assertThat(noData).isPositive();
  }

  @Test
  void evaluate_withoutADropAndLookedAtOften_rarelyAlarms() {
    // The reference is exactly the true AUC of p = score, 5/6, and the margin 0: evidence alone.
    QualityRule rule =
        QualityRule.of(
                QualityMetric.AUC,
                new QualityRule.Absolute(0),
                new QualityRule.Known(v -> OptionalDouble.of(5.0 / 6)))
            .withFalseAlarms(new FalseAlarmBudget(Duration.ofDays(20))); // 0.05 per day
    int alarms = 0;
    for (int run = 0; run < 100; run++) {
      var monitor = builder().failWhen(rule).rolling(1).bins(200).build();
      SplittableRandom random = new SplittableRandom(run);
      boolean alarm = false;
      for (int i = 1; i <= 3_000; i++) {
        double score = random.nextDouble();
        predict(monitor, "p" + i, null, score, START);
        monitor.reportById("p" + i, random.nextDouble() < score ? 1 : 0, START);
        alarm |= i % 100 == 0 && monitor.evaluate() instanceof Check.Fail;
      }
      alarms += alarm ? 1 : 0;
    }
    assertThat(alarms).isLessThanOrEqualTo(5);
  }

  @Test
  void evaluate_ownFirstWindows_areTheReference() {
    var monitor =
        builder()
            .failWhen(
                QualityRule.of(
                    QualityMetric.LOG_LOSS,
                    new QualityRule.Relative(0.03),
                    new QualityRule.FirstWindows(3)))
            .rolling(2)
            .build();
    for (int day = 0; day < 3; day++) {
      day(monitor, day, 500, 1, 3);
      assertThat(monitor.evaluate()).isInstanceOf(Check.NoData.class);
    }
    for (int day = 3; day < 60; day++) {
      day(monitor, day, 500, 1, 3); // the first windows are forgotten, their sums are not
    }
    assertThat(monitor.evaluate()).isInstanceOf(Check.Pass.class);
    day(monitor, 60, 500, 0.1, 3);
    day(monitor, 61, 500, 0.1, 3);
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.evaluate().sentence()).contains("LOG_LOSS", "more than 3.0 %");
  }

  @Test
  void evaluate_recentWindowsWithoutLabels_judgesTheNewestWithEnough() {
    var monitor = builder().failWhen(RULE).rolling(1).build();
    day(monitor, 0, 1_000, 0, 1);
    for (int i = 0; i < 1_000; i++) {
      predict(monitor, "later" + i, null, 0.5, START.plus(DAY));
    }
    assertThat(monitor.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(monitor.newest(version(1)).orElseThrow().from()).isEqualTo(START);
  }

  @Test
  void evaluate_missingParts_areSaid() {
    assertThat(builder().build().evaluate().sentence()).contains("no rule was given");
    var monitor = builder().failWhen(RULE).build();
    assertThat(monitor.evaluate().sentence()).isEqualTo("trips:1: no prediction has arrived.");
    day(monitor, 0, 50, 1, 1);
    assertThat(monitor.evaluate().sentence()).contains("200 labels for 50 % of its predictions");
    var unknown =
        builder()
            .failWhen(
                QualityRule.of(
                    QualityMetric.BRIER,
                    new QualityRule.Absolute(0),
                    new QualityRule.Known(v -> OptionalDouble.empty())))
            .build();
    day(unknown, 0, 500, 1, 1);
    assertThat(unknown.evaluate().sentence()).contains("reference BRIER is not known");
    var oneClass = builder().failWhen(RULE).build();
    for (int i = 0; i < 300; i++) {
      predict(oneClass, "p" + i, null, 0.5, START);
      oneClass.reportById("p" + i, 0, START);
    }
    assertThat(oneClass.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(oneClass.evaluate().sentence()).contains("AUC is undefined: 0 positive of 300");
  }

  @Test
  void labels_byKeyOrId_joinWhicheverComesFirst() {
    var monitor = builder().build();
    monitor.reportByKey("payment-1", 1, START);
    monitor.reportById("p2", 0, START);
    assertThat(monitor.joins().waiting()).isEqualTo(2);
    predict(monitor, "p1", "payment-1", 0.9, START);
    predict(monitor, "p2", null, 0.2, START);
    predict(monitor, "p3", "payment-3", 0.3, START);
    monitor.reportByKey("payment-3", 1, START.plus(DAY));
    assertThat(monitor.joins().joined()).isEqualTo(3);
    assertThat(monitor.joins().waiting()).isZero();
    assertThat(monitor.history(version(1)).get(0).labels()).isEqualTo(3);
    assertThat(monitor.history(version(1)).get(0).positives()).isEqualTo(2);
  }

  @Test
  void labels_twice_countOnceAndTheFirstWins() {
    var monitor = builder().build();
    predict(monitor, "p1", "k1", 0.9, START);
    monitor.reportById("p1", 1, START);
    monitor.reportById("p1", 1, START);
    monitor.reportByKey("k1", 0, START);
    monitor.reportById("unknown", 1, START);
    monitor.reportById("unknown", 0, START);
    monitor.reportById("unknown", 1, START);
    Joins joins = monitor.joins();
    assertThat(joins.joined()).isEqualTo(1);
    assertThat(joins.duplicate()).isEqualTo(2);
    assertThat(joins.conflicting()).isEqualTo(2);
    assertThat(monitor.history(version(1)).get(0).positives()).isEqualTo(1);
  }

  @Test
  void labels_attributedToPredictionTime_notToLabelTime() {
    var monitor = builder().labelHorizon(Duration.ofDays(30)).build();
    predict(monitor, "p1", null, 0.9, START);
    predict(monitor, "p2", null, 0.9, START.plus(DAY.multipliedBy(20)));
    monitor.reportById("p1", 1, START.plus(DAY.multipliedBy(20)));
    assertThat(monitor.history(version(1)))
        .extracting(Quality::from, Quality::labels)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(START, 1L),
            org.assertj.core.groups.Tuple.tuple(START.plus(DAY.multipliedBy(20)), 0L));
  }

  @Test
  void labels_lateOrphanedExpired_areCounted() {
    var monitor = builder().labelHorizon(Duration.ofDays(2)).build();
    predict(monitor, "p1", null, 0.9, START);
    monitor.reportById("p1", 1, START.plus(DAY.multipliedBy(3)));
    assertThat(monitor.joins().late()).isEqualTo(1);
    monitor.reportById("nobody", 1, START);
    predict(monitor, "p2", null, 0.9, START.plus(DAY.multipliedBy(5)));
    assertThat(monitor.joins().unlabelled()).isEqualTo(1);
    assertThat(monitor.joins().orphaned()).isEqualTo(1);
    monitor.reportById("p1", 1, START.plus(DAY)); // its prediction is gone
    assertThat(monitor.joins().joined()).isZero();
  }

  @Test
  void capacity_tooManyWaiting_givesUpTheOldest() {
    var monitor = builder().capacity(100).build();
    for (int i = 0; i < 1_000; i++) {
      predict(monitor, "p" + i, "k" + i, 0.5, START);
    }
    assertThat(monitor.joins().evicted()).isEqualTo(900);
    monitor.reportByKey("k999", 1, START);
    monitor.reportByKey("k1", 1, START);
    assertThat(monitor.joins().joined()).isEqualTo(1);
    for (int i = 0; i < 20_000; i++) {
      monitor.reportById("nobody" + i, 1, START);
    }
    assertThat(monitor.joins().waiting()).isEqualTo(10_000);
    monitor.reportById("x".repeat(1 << 20), 1, START);
    assertThat(monitor.joins().orphaned()).isEqualTo(10_002);
  }

  @Test
  void keys_reused_goToTheLastPrediction() {
    var monitor = builder().build();
    predict(monitor, "p1", "k", 0.1, START);
    predict(monitor, "p2", "k", 0.9, START.plus(DAY));
    monitor.reportByKey("k", 1, START.plus(DAY));
    assertThat(monitor.history(version(1))).extracting(Quality::labels).containsExactly(0L, 1L);
  }

  @Test
  void predictions_unusableOrNotFromTheModel_doNotCount() {
    var monitor = builder().build();
    predict(monitor, "a", null, Double.NaN, START);
    predict(monitor, "b", null, 1.5, START);
    predict(monitor, "c", null, 0.5, START);
    predict(monitor, "c", null, 0.5, START);
    predict(monitor, "d".repeat(2_000), null, 0.5, START);
    Prediction<Fleet.Trip, Double> p = Fleet.prediction("e", null, 1, null, 0.5, START);
    monitor.onPrediction(
        new Prediction<>(
            "e", null, null, p.version(), Prediction.Source.FALLBACK, null, 0.5, START, DAY));
    assertThat(monitor.joins().unusable()).isEqualTo(4);
    assertThat(monitor.joins().predictions()).isEqualTo(1);
  }

  @Test
  void versions_areKeptApart() {
    var monitor = builder().score(s -> s / 100).build();
    monitor.onPrediction(Fleet.prediction("a", null, 1, null, 50, START));
    monitor.onPrediction(Fleet.prediction("b", null, 2, null, 50, START));
    monitor.reportById("b", 1, START);
    assertThat(monitor.history(version(1)).get(0).labels()).isZero();
    assertThat(monitor.history(version(2)).get(0).labels()).isEqualTo(1);
    for (int v = 3; v < 12; v++) {
      monitor.onPrediction(Fleet.prediction("v" + v, null, v, null, 50, START));
    }
    assertThat(monitor.history(version(1))).isEmpty();
    monitor.reportById("a", 1, START);
    assertThat(monitor.joins().late()).isEqualTo(1);
  }

  @Test
  void arguments_wrong_areNamed() {
    var monitor = builder().build();
    assertThatThrownBy(() -> monitor.reportById("a", 0.5, START))
        .hasMessage("label: 0.5 (expected: 0 or 1)");
    assertThatThrownBy(() -> monitor.reportByKey("a", Double.NaN, START))
        .hasMessage("label: NaN (expected: 0 or 1)");
    assertThatThrownBy(() -> builder().rolling(0)).hasMessage("rolling: 0 (expected: 1..100)");
    assertThatThrownBy(() -> builder().capacity(0)).hasMessageContaining("capacity: 0");
    assertThatThrownBy(() -> builder().labelHorizon(Duration.ZERO))
        .hasMessageContaining("labelHorizon");
    assertThatThrownBy(() -> RULE.withLabels(3, 0.5)).hasMessageContaining("minLabels: 3");
    assertThatThrownBy(() -> RULE.withLabels(30, 2)).hasMessageContaining("minCoverage: 2.0");
    assertThatThrownBy(() -> new QualityRule.Absolute(-1)).hasMessageContaining("drop: -1.0");
    assertThatThrownBy(() -> new QualityRule.FirstWindows(0)).hasMessageContaining("count: 0");
    assertThatThrownBy(() -> new Estimate(Double.NaN, 0, 0)).hasMessageContaining("NaN");
  }
}
