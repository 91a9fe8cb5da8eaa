package io.mlops4j.delivery.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.shadow.Loans.Loan;
import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.MirroredRow;
import io.mlops4j.serving.Predictor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShadowTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static ShadowBuilder<Loan, Double> probability() {
    return Shadow.of(Loans.SCHEMA, Comparison.probability(Tolerance.absolute(0.02)));
  }

  private static ShadowBuilder<Loan, Double> strict() {
    return probability()
        .minimumRows(500)
        .flipsAtMost(0.05)
        .errorsAtMost(0.02)
        .rankAgreementAtLeast(0.9)
        .psiAtMost(0.1);
  }

  /** Serves rows with the live session and mirrors them to a candidate. */
  private static <S extends Shadow<Loan, Double>> S mirrored(
      S shadow, Supplier<Model<Loan, Double>> candidate, int rows) {
    List<Loan> loans = Loans.rows(rows);
    try (Predictor<Loan, Double> next =
            Predictor.from(new Loans.Stage().select(2, candidate)).build();
        Mirror<Loan, Double> mirror =
            Mirror.to(next)
                .maxLoad(1)
                .queueCapacity(8192)
                .deadline(PATIENCE) // nothing hangs: a stall of the machine is no timeout
                .listener(shadow)
                .build();
        Predictor<Loan, Double> live =
            Predictor.from(new Loans.Stage().select(1, () -> Loans.session("live")))
                .mirror(mirror)
                .build()) {
      for (Loan loan : loans) {
        assertThat(live.predict(loan)).isBetween(0.0, 1.0);
      }
      assertThat(live.awaitListeners(PATIENCE)).isTrue();
      assertThat(mirror.await(PATIENCE)).isTrue();
      assertThat(live.stats().failed()).isZero();
      assertThat(live.stats().answered()).isEqualTo(rows);
    }
    return shadow;
  }

  // Real sessions.

  @Test
  void evaluate_retrainedModel_passesEveryLimit() {
    Shadow<Loan, Double> shadow =
        mirrored(strict().build(), () -> Loans.session("retrained"), 2_000);
    assertThat(shadow.evaluate()).as("%s", shadow.report()).isInstanceOf(Check.Pass.class);
    ShadowReport report = shadow.report().orElseThrow();
    assertThat(report.rows()).isEqualTo(2_000);
    assertThat(report.errors()).isZero();
    assertThat(report.verdicts()).containsOnlyKeys("flips", "errors", "ranks", "psi");
    ShadowReport.Field field = report.fields().get(0);
    assertThat(field.rankAgreement().orElseThrow()).isGreaterThan(0.95);
    assertThat(field.p99()).isLessThan(0.1);
    assertThat(report.latency()).hasSize(2);
  }

  @Test
  void evaluate_modelOfShuffledLabels_failsAndSaysWhy() {
    Shadow<Loan, Double> shadow =
        mirrored(strict().build(), () -> Loans.session("shuffled"), 2_000);
    Check.Outcome outcome = shadow.evaluate();
    assertThat(outcome).isInstanceOf(Check.Fail.class);
    assertThat(outcome.sentence())
        .startsWith("loans:2 behind loans:1, 2,000 rows: flips: ")
        .contains("rank agreement of probability is")
        .contains("PSI of probability is");
    assertThat(shadow.report().orElseThrow().largest()).hasSize(20);
  }

  @Test
  void evaluate_sameModel_agreesInEveryRow() {
    ShadowReport report =
        mirrored(
                probability().disagreementAtMost(0.01).rankAgreementAtLeast(1).build(),
                () -> Loans.session("live"),
                2_000)
            .report()
            .orElseThrow();
    assertThat(report.outcome()).isInstanceOf(Check.Pass.class);
    assertThat(report.disagreeing()).isZero();
    assertThat(report.largest()).isEmpty();
    assertThat(report.fields().get(0).psi().orElseThrow()).isZero();
  }

  @Test
  void evaluate_candidateThatThrowsOrAnswersNanOrTooFew_failsOnErrors() {
    List<Model<Loan, Double>> broken =
        List.of(
            rows -> {
              throw new IllegalStateException(Loans.CANARY);
            },
            rows -> rows.stream().map(row -> Double.NaN).toList(),
            rows -> List.of());
    for (Model<Loan, Double> candidate : broken) {
      Shadow<Loan, Double> shadow = mirrored(strict().build(), () -> candidate, 600);
      assertThat(shadow.evaluate().sentence())
          .contains("errors: 600 of 600 rows were not answered")
          .doesNotContain(Loans.CANARY);
      assertThat(shadow.evaluate()).isInstanceOf(Check.Fail.class);
      assertThat(shadow.report().orElseThrow().errors()).isEqualTo(600);
    }
  }

  /** A clock on which the time of whoever waits is up as soon as something is so. */
  private static final class TimeUp implements Time {
    private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    private final ExecutorService alarms = Executors.newSingleThreadExecutor();
    private final Duration limit;
    private final CountDownLatch so;

    TimeUp(Duration limit, CountDownLatch so) {
      this.limit = limit;
      this.so = so;
    }

    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
      if (delay.equals(limit)) {
        alarms.execute(() -> ringWhenSo(task));
      }
      return () -> {};
    }

    private void ringWhenSo(Runnable task) {
      try {
        so.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      time.advance(limit);
      task.run();
    }
  }

  @Test
  void evaluate_candidateThatHangs_countsTimeouts() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Model<Loan, Double> stuck =
        rows -> {
          entered.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return rows.stream().map(row -> 0.5).toList();
        };
    Duration limit = Duration.ofMinutes(47);
    TimeUp time = new TimeUp(limit, entered);
    Shadow<Loan, Double> shadow = probability().errorsAtMost(0.02).minimumRows(5).build();
    try (Predictor<Loan, Double> next =
            Predictor.from(new Loans.Stage().select(2, () -> stuck)).time(time).build();
        Mirror<Loan, Double> mirror =
            Mirror.to(next).maxLoad(1).deadline(limit).listener(shadow).build();
        Predictor<Loan, Double> live =
            Predictor.from(new Loans.Stage().select(1, () -> Loans.session("live")))
                .mirror(mirror)
                .build()) {
      Loans.rows(10).forEach(live::predict);
      assertThat(live.awaitListeners(PATIENCE)).isTrue();
      assertThat(mirror.await(PATIENCE)).isTrue();
      release.countDown();
    } finally {
      time.alarms.shutdown();
    }
    ShadowReport report = shadow.report().orElseThrow();
    assertThat(report.timeouts()).isEqualTo(10);
    assertThat(report.outcome()).isInstanceOf(Check.Fail.class);
  }

  // Verdicts.

  @Test
  void evaluate_nothingMirrored_isNoData() {
    assertThat(strict().build().evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(strict().build().report()).isEmpty();
    assertThat(strict().build().check(Loans.LIVE, Loans.CANDIDATE).evaluate())
        .isEqualTo(new Check.NoData("shadow of loans:2: nothing has been mirrored yet."));
  }

  @Test
  void evaluate_fewerThanTheMinimum_isNoDataHoweverBad() {
    Shadow<Loan, Double> shadow = strict().build();
    for (int i = 0; i < 499; i++) {
      shadow.onMirrored(Loans.failed(i, 0.5, MirroredRow.Failure.ERROR));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.evaluate().sentence()).contains("499 of 500 rows needed so far");
    shadow.onMirrored(Loans.failed(499, 0.5, MirroredRow.Failure.ERROR));
    assertThat(shadow.evaluate()).isInstanceOf(Check.Fail.class);
  }

  @Test
  void evaluate_noLimits_isNoData() {
    Shadow<Loan, Double> shadow = probability().minimumRows(1).build();
    shadow.onMirrored(Loans.row(1, 0.5, 0.5));
    assertThat(shadow.evaluate().sentence()).contains("no limits are set");
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
  }

  @Test
  void evaluate_shareNearItsLimit_isNeitherPassNorFail() {
    Shadow<Loan, Double> shadow = probability().minimumRows(100).disagreementAtMost(0.1).build();
    for (int i = 0; i < 1_000; i++) {
      shadow.onMirrored(Loans.row(i, 0.5, i % 10 == 0 ? 0.6 : 0.5));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.evaluate().sentence()).contains("100 of 1,000").contains("too close to tell");
  }

  @Test
  void evaluate_allScoresAlike_ranksAreNoData() {
    Shadow<Loan, Double> shadow = probability().minimumRows(10).rankAgreementAtLeast(0.5).build();
    for (int i = 0; i < 100; i++) {
      shadow.onMirrored(Loans.row(i, 0.3, 0.3));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.evaluate().sentence()).contains("is not defined");
  }

  @Test
  void evaluate_slowCandidate_failsOnceThereAreEnoughRows() {
    Shadow<Loan, Double> shadow = probability().minimumRows(10).p99AtMost(1.5).build();
    Shadow<Loan, Double> patient = probability().minimumRows(10).p99AtMost(3).build();
    for (int i = 0; i < 1_000; i++) {
      if (i == 999) {
        assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
      }
      shadow.onMirrored(Loans.row(i, 0.3, 0.3)); // 1 ms and 2 ms
      patient.onMirrored(Loans.row(i, 0.3, 0.3));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.Fail.class);
    assertThat(patient.evaluate()).isInstanceOf(Check.Pass.class);
  }

  @Test
  void evaluate_oneBadSegment_failsThoughTheWholeIsGood() {
    Shadow<Loan, Double> shadow =
        probability()
            .minimumRows(100)
            .disagreementAtMost(0.4)
            .segmentsAtMost(0.3)
            .segmentBy("branch", "north", "south")
            .segment("large", row -> row.number(0) > 1_000)
            .build();
    for (int i = 0; i < 2_000; i++) {
      shadow.onMirrored(Loans.row(i, 0.5, i % 4 == 0 ? 0.9 : 0.5));
    }
    Check.Outcome outcome = shadow.evaluate();
    assertThat(outcome).isInstanceOf(Check.Fail.class);
    assertThat(outcome.sentence()).contains("branch = north: 500 of 500 answers differ");
    assertThat(shadow.report().orElseThrow().segments())
        .contains(
            new ShadowReport.SegmentShare("branch = north", 500, 500, 0),
            new ShadowReport.SegmentShare("branch = south", 1_500, 0, 0),
            new ShadowReport.SegmentShare("branch = (other)", 0, 0, 0),
            new ShadowReport.SegmentShare("large", 999, 249, 0));
  }

  @Test
  void evaluate_segmentWithoutRows_isNoData() {
    Shadow<Loan, Double> shadow =
        probability().minimumRows(10).segmentsAtMost(0.3).segmentBy("branch", "south").build();
    for (int i = 1; i < 400; i += 2) {
      shadow.onMirrored(Loans.row(i, 0.5, 0.5));
    }
    assertThat(shadow.evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(shadow.evaluate().sentence()).contains("branch = (other): 0 of 0");
  }

  @Test
  void segmentsOf_baseline_areItsCells() {
    Baseline baseline =
        Baseline.of(Loans.SCHEMA).segmentBy("branch", 2).fit(() -> Loans.rows(400).stream());
    Shadow<Loan, Double> shadow = probability().segmentsOf(baseline).build();
    assertThat(baseline.segments()).isNotEmpty();
    for (int i = 0; i < 8; i++) {
      shadow.onMirrored(Loans.row(i, 0.5, 0.5));
    }
    List<ShadowReport.SegmentShare> shares = shadow.report().orElseThrow().segments();
    assertThat(shares).hasSameSizeAs(baseline.segments());
    assertThat(shares.stream().mapToLong(ShadowReport.SegmentShare::rows).sum()).isEqualTo(8);
  }

  // Versions.

  @Test
  void swap_ofEitherSide_countsByPair() {
    Shadow<Loan, Double> shadow = probability().build();
    MirroredRow<Loan, Double> row = Loans.row(1, 0.5, 0.9);
    shadow.onMirrored(row);
    ModelVersion third = new ModelVersion("loans", 3);
    shadow.onMirrored(new MirroredRow<>(row.live(), third, row.answer(), null, row.latency()));
    shadow.onLiveFailure(
        new FailedPrediction(
            third, FailedPrediction.Reason.MODEL, Instant.EPOCH, Duration.ofMillis(1)),
        Loans.CANDIDATE);
    assertThat(shadow.report(Loans.LIVE, Loans.CANDIDATE).orElseThrow().rows()).isEqualTo(1);
    assertThat(shadow.report(Loans.LIVE, third).orElseThrow().rows()).isEqualTo(1);
    ShadowReport other = shadow.report(third, Loans.CANDIDATE).orElseThrow();
    assertThat(other.rows()).isZero();
    assertThat(other.liveFailures()).isEqualTo(1);
    assertThat(shadow.report().orElseThrow().live()).isEqualTo(third);
    for (int i = 10; i < 20; i++) {
      shadow.onMirrored(
          new MirroredRow<>(
              row.live(), new ModelVersion("loans", i), row.answer(), null, row.latency()));
    }
    assertThat(shadow.report(Loans.LIVE, third)).as("only the newest eight").isEmpty();
  }

  // Answers of other kinds.

  @Test
  void number_oneSideNan_isIncomparable_bothIsAgreement() {
    Shadow<Loan, Double> shadow =
        Shadow.of(Loans.SCHEMA, Comparison.number(new Tolerance(1, 0.1))).build();
    shadow.onMirrored(Loans.row(1, 100.0, 110.9)); // 1 + 10 allowed
    shadow.onMirrored(Loans.row(2, 100.0, 111.1));
    shadow.onMirrored(Loans.row(3, Double.NaN, 1.0));
    shadow.onMirrored(Loans.row(4, Double.NaN, Double.NaN));
    shadow.onMirrored(Loans.row(5, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
    ShadowReport.Field field = shadow.report().orElseThrow().fields().get(0);
    assertThat(field.compared()).isEqualTo(5);
    assertThat(field.outside()).isEqualTo(2);
    assertThat(field.incomparable()).isEqualTo(1);
    assertThat(field.largestDifference()).isCloseTo(11.1, within(1e-9));
    assertThat(shadow.report().orElseThrow().largest().get(0).predictionId()).isEqualTo("p-000003");
  }
}
