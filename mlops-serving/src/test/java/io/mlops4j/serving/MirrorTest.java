package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MirrorTest {
  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** No row is late by the clock of a busy machine. */
  private static final Duration NEVER = Duration.ofHours(1);

  /** Keeps what it is told. */
  private static final class Seen<I> implements MirrorListener<I, Double> {
    final ConcurrentLinkedQueue<MirroredRow<I, Double>> rows = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<FailedPrediction> liveFailures = new ConcurrentLinkedQueue<>();

    @Override
    public void onMirrored(MirroredRow<I, Double> row) {
      rows.add(row);
    }

    @Override
    public void onLiveFailure(FailedPrediction failure, ModelVersion candidate) {
      liveFailures.add(failure);
    }
  }

  private static Predictor<float[], Double> serving(int version, Model<float[], Double> model) {
    return Predictor.from(ModelSource.of(Models.release(version, () -> model)))
        .schema(Models.ONE)
        .build();
  }

  private static List<Double> ask(Predictor<float[], Double> predictor, int rows) {
    List<Double> answers = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      answers.add(predictor.predict(Models.row(i)));
    }
    return answers;
  }

  private static List<Double> expected(int rows) {
    return IntStream.range(0, rows).mapToObj(i -> i + 1.0).toList();
  }

  private static void settled(Predictor<?, ?> live, Mirror<?, ?> mirror) {
    assertThat(live.awaitListeners(PATIENCE)).isTrue();
    assertThat(mirror.await(PATIENCE)).isTrue();
  }

  /** Every prediction is in exactly one place. */
  private static void assertAccounted(MirrorStats stats) {
    assertThat(stats.seen())
        .as("%s", stats)
        .isEqualTo(
            stats.notSampled()
                + stats.unusable()
                + stats.dropped()
                + stats.waiting()
                + stats.answered()
                + stats.failed()
                + stats.timedOut()
                + stats.skipped()
                + stats.liveFailures());
  }

  @Test
  void mirror_realSessions_tellsBothAnswersOfEachRow() {
    Seen<float[]> seen = new Seen<>();
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
        Mirror<float[], Double> mirror =
            Mirror.to(next).maxLoad(1).deadline(NEVER).listener(seen).build();
        Predictor<float[], Double> live =
            Predictor.from(ModelSource.of(Models.release(1, () -> Models.one("plus1"))))
                .mirror(mirror)
                .build()) {
      assertThat(ask(live, 50)).isEqualTo(expected(50));
      live.predictAsync(Models.row(50)).join();
      live.predictAll(List.of(Models.row(51), Models.row(52)));
      settled(live, mirror);
      assertThat(seen.rows).hasSize(53);
      for (MirroredRow<float[], Double> row : seen.rows) {
        double x = Objects.requireNonNull(row.live().row()).number(0);
        assertThat(row.live().output()).isEqualTo(x + 1);
        assertThat(row.answer()).isEqualTo(x + 2);
        assertThat(row.live().version()).isEqualTo(Models.version(1));
        assertThat(row.candidate()).isEqualTo(Models.version(2));
      }
      assertThat(mirror.stats().answered()).isEqualTo(53);
      assertAccounted(mirror.stats());
    }
  }

  // A candidate that misbehaves.

  /**
   * Asserts that 40 callers of a real session get their answers, none failed, in no time at all.
   */
  private static void assertNobodyNotices(
      Function<Predictor<float[], Double>, @Nullable Mirror<float[], Double>> mirroring,
      Model<float[], Double> candidate,
      CountDownLatch release) {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    try (Predictor<float[], Double> next = serving(2, candidate)) {
      Mirror<float[], Double> mirror = mirroring.apply(next);
      PredictorBuilder<float[], Double> builder =
          mirror == null
              ? Predictor.of(inline(Models.one("plus1"), next))
              : Predictor.of(Models.one("plus1")).mirror(mirror);
      try (Predictor<float[], Double> live = builder.time(time).build();
          AutoCloseable opened = release::countDown) {
        assertThat(opened).isNotNull();
        AtomicReference<@Nullable Object> outcome = new AtomicReference<>();
        Thread caller =
            GatedModel.start(
                () -> {
                  try {
                    outcome.set(ask(live, 40));
                  } catch (RuntimeException e) {
                    outcome.set(e);
                  }
                });
        assertThat(joined(caller, mirror == null ? 300 : 20_000)).as("callers wait").isTrue();
        assertThat(outcome.get()).isEqualTo(expected(40));
        assertThat(live.stats().failed()).isZero();
        assertThat(live.stats().p99()).isZero();
        if (mirror != null) {
          assertThat(live.awaitListeners(PATIENCE)).isTrue();
          mirror.close(Duration.ofMillis(50));
          assertAccounted(mirror.stats());
          assertThat(mirror.stats().answered()).isZero();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private static boolean joined(Thread thread, long millis) {
    try {
      thread.join(millis);
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What a mirror must not be: it asks the candidate on the caller's thread. */
  private static Model<float[], Double> inline(
      Model<float[], Double> model, Predictor<float[], Double> next) {
    return new Model<>() {
      @Override
      public List<Double> predict(List<float[]> rows) {
        rows.forEach(next::predict);
        return model.predict(rows);
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }

  private static Mirror<float[], Double> small(Predictor<float[], Double> next) {
    return Mirror.to(next).maxLoad(1).queueCapacity(4).build();
  }

  private static Model<float[], Double> hanging(CountDownLatch release) {
    return rows -> {
      GatedModel.await(release);
      return rows.stream().map(row -> 0.0).toList();
    };
  }

  @Test
  void candidate_thatThrows_nobodyNotices() {
    assertNobodyNotices(MirrorTest::small, rows -> throwing(), new CountDownLatch(1));
  }

  @Test
  void candidate_thatHangs_nobodyNotices() {
    CountDownLatch release = new CountDownLatch(1);
    assertNobodyNotices(MirrorTest::small, hanging(release), release);
  }

  @Test
  void candidate_thatAnswersNanOrTooFew_nobodyNotices() {
    CountDownLatch unused = new CountDownLatch(1);
    assertNobodyNotices(
        MirrorTest::small, rows -> Collections.nCopies(rows.size(), Double.NaN), unused);
    assertNobodyNotices(MirrorTest::small, rows -> List.of(), unused);
  }

  /** Negative control: the same assertion finds a mirror that runs on the caller's thread. */
  @Test
  void nobodyNotices_mirrorOnTheCallersThread_isFound() {
    CountDownLatch release = new CountDownLatch(1);
    assertThatThrownBy(() -> assertNobodyNotices(next -> null, rows -> throwing(), release))
        .isInstanceOf(AssertionError.class);
    CountDownLatch later = new CountDownLatch(1);
    assertThatThrownBy(() -> assertNobodyNotices(next -> null, hanging(later), later))
        .isInstanceOf(AssertionError.class);
  }

  private static List<Double> throwing() {
    throw new IllegalStateException("the candidate's own problem");
  }

  @Test
  void failures_ofEachKind_areTold() {
    Seen<float[]> seen = new Seen<>();
    try (Predictor<float[], Double> next =
            Predictor.from(ModelSource.of(Models.release(2, () -> moody())))
                .schema(Models.ONE)
                .inputCheck(row -> row[0] != 3, "not three")
                .fallback(row -> 0.0)
                .build();
        Predictor<float[], Double> strict =
            Predictor.from(ModelSource.of(Models.release(3, () -> moody())))
                .schema(Models.ONE)
                .inputCheck(row -> row[0] != 3, "not three")
                .build();
        Mirror<float[], Double> first =
            Mirror.to(next).maxLoad(1).deadline(NEVER).listener(seen).build();
        Mirror<float[], Double> second =
            Mirror.to(strict).maxLoad(1).deadline(NEVER).listener(seen).build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(first).mirror(second).build()) {
      ask(live, 5);
      settled(live, first);
      settled(live, second);
      assertThat(failures(seen, 2)).containsExactly("null", "ERROR", "ERROR", "ERROR", "null");
      assertThat(failures(seen, 3)).containsExactly("null", "ERROR", "ERROR", "REJECTED", "null");
      assertThat(second.stats().failed()).isEqualTo(3);
    }
  }

  /** Throws for one, answers NaN for two. */
  private static Model<float[], Double> moody() {
    return rows ->
        rows.stream()
            .map(row -> row[0] == 1 ? throwing().get(0) : row[0] == 2 ? Double.NaN : 7.0)
            .toList();
  }

  private static List<String> failures(Seen<float[]> seen, int candidate) {
    return seen.rows.stream()
        .filter(row -> row.candidate().equals(Models.version(candidate)))
        .map(row -> String.valueOf(row.failure()))
        .toList();
  }

  @Test
  void candidate_slowerThanTheDeadline_isATimeoutAndTheQueueDrops() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    Seen<float[]> seen = new Seen<>();
    Model<float[], Double> stuck =
        rows -> {
          inside.countDown();
          GatedModel.await(release);
          return List.of(0.0);
        };
    try (Predictor<float[], Double> next =
            Predictor.from(ModelSource.of(Models.release(2, () -> stuck))).time(time).build();
        Mirror<float[], Double> mirror =
            Mirror.to(next)
                .time(time)
                .maxLoad(1)
                .queueCapacity(4)
                .deadline(Duration.ofMillis(100))
                .listener(seen)
                .build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).time(time).mirror(mirror).build()) {
      // The timers of loaders are over; the row's own begins after its model may have been asked.
      GatedModel.until(() -> time.pending() == 0);
      live.predict(Models.row(0));
      GatedModel.await(inside);
      GatedModel.until(() -> time.pending() == 1);
      ask(live, 10);
      assertThat(live.awaitListeners(PATIENCE)).isTrue();
      assertThat(mirror.stats().dropped()).isEqualTo(6);
      assertThat(mirror.stats().waiting()).isEqualTo(5);
      time.advance(Duration.ofMillis(100));
      GatedModel.until(() -> mirror.stats().timedOut() == 1 && !seen.rows.isEmpty());
      MirroredRow<float[], Double> row = Objects.requireNonNull(seen.rows.peek());
      assertThat(row.failure()).isEqualTo(MirroredRow.Failure.TIMEOUT);
      assertThat(row.latency()).isEqualTo(Duration.ofMillis(100));
      // It is told before it is done with; then the next one is stuck.
      GatedModel.until(() -> mirror.stats().waiting() == 4);
      assertAccounted(mirror.stats());
      release.countDown();
    }
  }

  // Swaps, failures of the live side, the end.

  @Test
  void swap_ofEitherSide_mixesNothing() {
    SwitchableSource<float[], Double> liveSource = new SwitchableSource<>();
    SwitchableSource<float[], Double> nextSource = new SwitchableSource<>();
    liveSource.select(Models.release(1, () -> Models.one("plus1")));
    nextSource.select(Models.release(1, () -> Models.one("plus1")));
    Seen<float[]> seen = new Seen<>();
    try (Predictor<float[], Double> next = Predictor.from(nextSource).build();
        Mirror<float[], Double> mirror =
            Mirror.to(next)
                .maxLoad(1)
                .deadline(NEVER)
                .queueCapacity(1 << 14)
                .listener(seen)
                .build();
        Predictor<float[], Double> live = Predictor.from(liveSource).mirror(mirror).build()) {
      for (int round = 0; round < 8; round++) {
        int number = 1 + round % 2;
        ask(live, 200);
        (round % 4 < 2 ? liveSource : nextSource)
            .select(Models.release(number, () -> Models.one("plus" + number)));
        ask(live, 200);
        ((ServingPredictor<?, ?>) live).awaitLoader();
        ((ServingPredictor<?, ?>) next).awaitLoader();
        // Each pair of versions answers rows, however far the mirror is behind.
        settled(live, mirror);
      }
      assertThat(seen.rows).hasSizeGreaterThan(3_000);
      assertThat(seen.rows)
          .allSatisfy(
              row -> {
                double x = Objects.requireNonNull(row.live().row()).number(0);
                assertThat(row.live().output()).isEqualTo(x + row.live().version().number());
                assertThat(row.answer()).isEqualTo(x + row.candidate().number());
              });
      assertThat(seen.rows.stream().map(r -> r.live().version()).distinct()).hasSize(2);
      assertThat(seen.rows.stream().map(MirroredRow::candidate).distinct()).hasSize(2);
      assertAccounted(mirror.stats());
    }
  }

  @Test
  void liveFailures_andFallbacks_areToldAndNotMirrored() {
    Seen<float[]> seen = new Seen<>();
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
        Mirror<float[], Double> mirror =
            Mirror.to(next).maxLoad(1).deadline(NEVER).listener(seen).build();
        Predictor<float[], Double> failing =
            Predictor.<float[], Double>of(rows -> throwing()).mirror(mirror).build();
        Predictor<float[], Double> falling =
            Predictor.<float[], Double>of(rows -> throwing())
                .schema(Models.ONE)
                .fallback(row -> 0.5)
                .inputCheck(row -> row[0] >= 0, "at least 0")
                .mirror(mirror)
                .build()) {
      assertThatThrownBy(() -> failing.predict(Models.row(1))).isInstanceOf(RuntimeException.class);
      falling.predict(Models.row(2));
      settled(failing, mirror);
      settled(falling, mirror);
      assertThat(seen.rows).isEmpty();
      assertThat(seen.liveFailures).hasSize(2);
      assertThat(mirror.stats().liveFailures()).isEqualTo(2);
      assertAccounted(mirror.stats());
    }
  }

  @Test
  void close_whileMirroring_accountsForEveryRow() throws InterruptedException {
    for (int round = 0; round < 5; round++) {
      try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
          Mirror<float[], Double> mirror =
              Mirror.to(next).maxLoad(1).deadline(NEVER).queueCapacity(64).build();
          Predictor<float[], Double> live =
              Predictor.of(Models.one("plus1")).mirror(mirror).build()) {
        List<Thread> callers =
            IntStream.range(0, 3).mapToObj(i -> GatedModel.start(() -> ask(live, 2_000))).toList();
        GatedModel.until(() -> mirror.stats().answered() > 20);
        mirror.close(Duration.ofSeconds(5));
        for (Thread caller : callers) {
          caller.join();
        }
        assertThat(live.awaitListeners(PATIENCE)).isTrue();
        ask(live, 1); // surely after the close
        assertThat(live.awaitListeners(PATIENCE)).isTrue();
        MirrorStats stats = mirror.stats();
        assertThat(stats.waiting()).isZero();
        assertThat(stats.dropped()).isPositive();
        assertThat(stats.seen() + live.stats().listenersDropped()).isEqualTo(6_001);
        assertAccounted(stats);
        assertThat(live.stats().failed()).isZero();
      }
    }
  }

  @Test
  void close_candidateHangs_endsWithinItsLimitAndSaysSo() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    Model<float[], Double> stuck =
        rows -> {
          inside.countDown();
          return hanging(release).predict(rows);
        };
    try (Predictor<float[], Double> next = serving(2, stuck);
        Mirror<float[], Double> mirror = Mirror.to(next).maxLoad(1).deadline(NEVER).build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(mirror).build()) {
      ask(live, 3);
      assertThat(live.awaitListeners(PATIENCE)).isTrue();
      GatedModel.await(inside);
      assertThat(mirror.await(Duration.ofMillis(1))).isFalse();
      assertThat(mirror.close(Duration.ofMillis(20))).isFalse();
      assertThat(mirror.stats().dropped()).isEqualTo(2);
      assertThat(mirror.stats().skipped()).isEqualTo(1);
      assertAccounted(mirror.stats());
      assertThat(mirror.close(Duration.ZERO)).isTrue();
      release.countDown();
    }
  }

  @Test
  void candidate_closedOrEmpty_isSkipped() {
    SwitchableSource<float[], Double> nothing = new SwitchableSource<>();
    Seen<float[]> seen = new Seen<>();
    Predictor<float[], Double> closed = serving(2, Models.one("plus2"));
    closed.close();
    try (Predictor<float[], Double> empty = Predictor.from(nothing).startWithoutVersion().build();
        Mirror<float[], Double> first = Mirror.to(closed).maxLoad(1).listener(seen).build();
        Mirror<float[], Double> second = Mirror.to(empty).maxLoad(1).listener(seen).build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(first).mirror(second).build()) {
      ask(live, 3);
      settled(live, first);
      settled(live, second);
      assertThat(seen.rows).isEmpty();
      assertThat(first.stats().skipped()).isEqualTo(3);
      assertThat(second.stats().skipped()).isEqualTo(3);
    }
  }

  // How much, and when.

  @Test
  void share_aQuarter_isTheSameQuarterForEqualNames() {
    Seen<float[]> one = new Seen<>();
    Seen<float[]> two = new Seen<>();
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
        Mirror<float[], Double> first = quarter(next, one);
        Mirror<float[], Double> second = quarter(next, two);
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).seed(7).mirror(first).mirror(second).build()) {
      ask(live, 2_000);
      settled(live, first);
      settled(live, second);
      // Binomial(2,000, 1/4): 500 with a deviation of 19.
      assertThat(one.rows).hasSizeBetween(420, 580);
      assertThat(one.rows.stream().map(r -> r.live().id()).toList())
          .isEqualTo(two.rows.stream().map(r -> r.live().id()).toList());
      assertAccounted(first.stats());
    }
  }

  private static Mirror<float[], Double> quarter(
      Predictor<float[], Double> next, Seen<float[]> seen) {
    return Mirror.to(next)
        .name("q")
        .share(0.25)
        .maxLoad(1)
        .deadline(NEVER)
        .queueCapacity(4096)
        .listener(seen)
        .build();
  }

  @Test
  void maxLoad_aQuarter_restsThreeTimesAsLong() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    ConcurrentLinkedQueue<Long> asked = new ConcurrentLinkedQueue<>();
    Model<float[], Double> slow =
        rows -> {
          asked.add(time.nanos());
          time.advance(Duration.ofMillis(10));
          return List.of(0.0);
        };
    try (Predictor<float[], Double> next =
            Predictor.from(ModelSource.of(Models.release(2, () -> slow))).time(time).build();
        Mirror<float[], Double> mirror = Mirror.to(next).time(time).maxLoad(0.25).build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(mirror).build()) {
      // The timers of the candidate's own loader are not the mirror's.
      GatedModel.until(() -> time.pending() == 0);
      long begin = time.nanos();
      ask(live, 2);
      // While the candidate is asked, its deadline is pending, too.
      GatedModel.until(() -> ((QueuedMirror<?, ?>) mirror).isResting() && time.pending() > 0);
      time.advance(Duration.ofNanos(29_999_999));
      assertThat(asked).hasSize(1);
      time.advance(Duration.ofNanos(1));
      GatedModel.until(() -> asked.size() == 2);
      assertThat(new ArrayList<>(asked).get(1) - begin).isEqualTo(40_000_000);
    }
  }

  @Test
  void liveRequestsThatQueue_areWaitedForButNotForEver() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    GatedModel model = new GatedModel();
    Schema<Integer> numbers =
        Schema.<Integer>builder("numbers").numeric("x", Integer::doubleValue).build();
    try (Predictor<Integer, Integer> next =
            Predictor.<Integer, Integer>of(rows -> rows.stream().map(x -> -x).toList()).build();
        Mirror<Integer, Integer> mirror =
            Mirror.to(next)
                .time(time)
                .maxLoad(1)
                .deadline(NEVER)
                .rows(row -> (int) row.number(0))
                .build();
        Predictor<Integer, Integer> other =
            Predictor.<Integer, Integer>of(rows -> rows).schema(numbers).mirror(mirror).build();
        Predictor<Integer, Integer> live =
            Predictor.of(model)
                .microBatching(MicroBatching.withDefaults())
                .mirror(mirror)
                .build()) {
      CompletableFuture<Integer> held = GatedModel.hold(live, model);
      CompletableFuture<Integer> queued = live.predictAsync(1);
      GatedModel.awaitDepth(live, 1);
      other.predict(5);
      GatedModel.until(() -> mirror.stats().backOffs() == 1 && time.pending() > 0);
      assertThat(mirror.stats().answered()).isZero();
      for (int i = 1; i <= 7; i++) {
        int step = i;
        GatedModel.until(() -> mirror.stats().backOffs() == step && time.pending() > 0);
        time.advance(Duration.ofMillis(1 << (step - 1)));
      }
      GatedModel.until(() -> mirror.stats().answered() == 1);
      assertThat(mirror.stats().backOffs()).isEqualTo(7);
      model.open.countDown();
      assertThat(List.of(held.join(), queued.join())).containsExactly(0, 10);
    }
  }

  // Rows.

  enum Carrier {
    AA,
    UA
  }

  @SuppressWarnings("ArrayRecordComponent") // A vector feature.
  record Everything(
      double number,
      float single,
      int whole,
      @Nullable Long count,
      boolean yes,
      @Nullable String text,
      Carrier carrier,
      Instant at,
      LocalDateTime local,
      LocalDate day,
      float[] embedding) {}

  @Test
  void rows_ofEveryKind_areRebuiltAsTheyWere() {
    Schema<Everything> schema =
        Schema.of(Everything.class).withLength("embedding", 2).withSensitive("text");
    AtomicReference<@Nullable Everything> asked = new AtomicReference<>();
    Everything row =
        new Everything(
            1.5,
            2.5f,
            3,
            null,
            true,
            "x",
            Carrier.UA,
            Instant.ofEpochMilli(12345),
            LocalDateTime.of(2026, 11, 26, 8, 30, 0, 5_000_000),
            LocalDate.of(1969, 7, 20),
            new float[] {1, 2});
    try (Predictor<Everything, Double> next =
            Predictor.<Everything, Double>of(
                    rows -> {
                      asked.set(rows.get(0));
                      return List.of(0.0);
                    })
                .build();
        Mirror<Everything, Double> mirror = Mirror.to(next).deadline(NEVER).build();
        Predictor<Everything, Double> live =
            Predictor.<Everything, Double>of(rows -> List.of(1.0))
                .schema(schema)
                .mirror(mirror)
                .build()) {
      live.predict(row);
      settled(live, mirror);
      assertThat(asked.get()).usingRecursiveComparison().isEqualTo(row);
    }
  }

  record Keyed(int id, double x) {}

  @Test
  void rows_thatCannotBeMadeAgain_areCountedNotAsked() {
    try (Predictor<Keyed, Double> next = Predictor.<Keyed, Double>of(rows -> List.of(0.0)).build();
        Mirror<Keyed, Double> mirror = Mirror.to(next).deadline(NEVER).build();
        Mirror<Keyed, Double> told =
            Mirror.to(next).deadline(NEVER).rows(row -> new Keyed(0, row.number(0))).build();
        Predictor<Keyed, Double> withoutSchema =
            Predictor.<Keyed, Double>of(rows -> List.of(1.0)).mirror(mirror).build();
        Predictor<Keyed, Double> live =
            Predictor.<Keyed, Double>of(rows -> List.of(1.0))
                .schema(Schema.of(Keyed.class).only("x"))
                .mirror(mirror)
                .mirror(told)
                .build()) {
      withoutSchema.predict(new Keyed(1, 2));
      live.predict(new Keyed(1, 2));
      settled(withoutSchema, mirror);
      settled(live, mirror);
      settled(live, told);
      assertThat(mirror.stats().unusable()).isEqualTo(2);
      assertThat(told.stats().answered()).isEqualTo(1);
      assertAccounted(mirror.stats());
    }
  }

  @Test
  void listener_thatThrows_isCountedAndOthersAreTold() {
    Seen<float[]> seen = new Seen<>();
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
        Mirror<float[], Double> mirror =
            Mirror.to(next)
                .maxLoad(1)
                .deadline(NEVER)
                .listener(
                    row -> {
                      throw new StackOverflowError();
                    })
                .listener(seen)
                .build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(mirror).build()) {
      ask(live, 3);
      settled(live, mirror);
      assertThat(seen.rows).hasSize(3);
      assertThat(mirror.stats().listenerErrors()).isEqualTo(3);
    }
  }

  @Test
  void meters_sayWhatBecameOfRows_untilClosed() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"));
        Mirror<float[], Double> mirror =
            Mirror.to(next).deadline(NEVER).meters(registry).name("next").build();
        Predictor<float[], Double> live =
            Predictor.of(Models.one("plus1")).mirror(mirror).build()) {
      ask(live, 3);
      settled(live, mirror);
      assertThat(
              registry
                  .get("mlops.mirror.rows")
                  .tags("model", "next", "result", "answered")
                  .functionCounter()
                  .count())
          .isEqualTo(3);
      assertThat(registry.get("mlops.mirror.waiting").gauge().value()).isZero();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void builder_wrongValues_areRefused() {
    try (Predictor<float[], Double> next = serving(2, Models.one("plus2"))) {
      assertThatThrownBy(() -> Mirror.to(next).share(0))
          .hasMessage("share: 0.0 (expected: above 0, at most 1)");
      assertThatThrownBy(() -> Mirror.to(next).maxLoad(Double.NaN))
          .hasMessage("maxLoad: NaN (expected: 1.0E-4..1)");
      assertThatThrownBy(() -> Mirror.to(next).queueCapacity(0))
          .hasMessage("queueCapacity: 0 (expected: 1..1048576)");
      assertThatThrownBy(() -> Mirror.to(next).deadline(Duration.ZERO))
          .hasMessage("deadline: PT0S (expected: positive)");
      assertThatThrownBy(() -> Mirror.to(next).name("a").name("b"))
          .hasMessage("name is set already: a");
    }
  }
}
