package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeadlinesTest {
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();
  private static final CallOptions SOON =
      CallOptions.withDefaults().withDeadline(Duration.ofMillis(5));

  /** A turn of the looping model's loop takes some microseconds: this many take most of an hour. */
  private static final float[] ENDLESS = {1e9f};

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z"));

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static void assertExpired(ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(
            thrown -> {
              Throwable e = thrown instanceof CompletionException ? thrown.getCause() : thrown;
              assertThat(e)
                  .isInstanceOfSatisfying(
                      PredictionRejectedException.class,
                      rejected -> {
                        assertThat(rejected.reason()).isEqualTo(Reason.EXPIRED);
                        assertThat(rejected.getStackTrace()).isEmpty();
                      });
            });
  }

  private static void assertLate(ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(
            thrown -> {
              Throwable e = thrown instanceof CompletionException ? thrown.getCause() : thrown;
              assertThat(e)
                  .isInstanceOfSatisfying(
                      PredictionFailedException.class, late -> assertThat(late.timedOut()).isTrue())
                  .hasMessageContaining("not done by the deadline");
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void predict_deadlineInThePast_neverRuns(long seconds) {
    GatedModel model = new GatedModel();
    CallOptions past = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(seconds));
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(ALWAYS).time(time).build()) {
      assertExpired(() -> predictor.predict(1, past));
      assertExpired(() -> predictor.predictAsync(1, past).join());
      assertExpired(() -> predictor.predictDetailed(1, past));
      assertExpired(() -> predictor.predictAll(List.of(1, 2), past));
      assertThat(model.batches).isEmpty();
      assertThat(predictor.stats().rejected()).isEqualTo(4);
      assertThat(predictor.stats().queueDepth()).isZero();
    }
  }

  @Test
  void predict_deadlineTooFarToCount_isNone() {
    CallOptions far = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(Long.MAX_VALUE));
    try (Predictor<float[], Double> predictor = Predictor.of(Models.one("plus1")).build()) {
      assertThat(predictor.predict(Models.row(1), far)).isEqualTo(2);
      assertThat(predictor.predictAsync(Models.row(1), far).join()).isEqualTo(2);
      assertThat(predictor.predictAll(List.of(Models.row(1)), far)).containsExactly(2.0);
    }
  }

  @Test
  void predict_oneNanosecond_endsEitherWay() {
    CallOptions tiny = CallOptions.withDefaults().withDeadline(Duration.ofNanos(1));
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).fallback(x -> -1.0).build()) {
      for (int i = 0; i < 100; i++) {
        assertThat(predictor.predict(Models.row(1), tiny)).isIn(2.0, -1.0);
      }
    }
  }

  @Test
  void predictAsync_deadlinePassesInTheQueue_isNeverRunAndFreesItsPlace() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).name("p").time(time).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      CompletableFuture<Integer> patient = predictor.predictAsync(1);
      CompletableFuture<Integer> hasty = predictor.predictAsync(2, SOON);
      assertThat(predictor.stats().queueDepth()).isEqualTo(2);
      time.advance(Duration.ofMillis(4));
      assertThat(hasty).isNotDone();
      time.advance(Duration.ofMillis(1));
      assertExpired(hasty::join);
      assertThatThrownBy(hasty::join)
          .hasMessageContaining(
              "Predictor 'p' rejected the request: its deadline passed before the model was asked"
                  + " (waited=PT0.005S, queued=1)");
      assertThat(predictor.stats().queueDepth()).isEqualTo(1);
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(patient.join()).isEqualTo(10);
      assertThat(model.batches()).containsExactly(List.of(0), List.of(1));
    }
  }

  @Test
  void predict_deadlinePassesInTheQueue_callerIsReleasedAndFallsBackItself() throws Exception {
    GatedModel model = new GatedModel();
    List<String> fallbackThreads = new ArrayList<>();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model)
            .time(time)
            .fallback(
                x -> {
                  fallbackThreads.add(Thread.currentThread().getName());
                  return -1;
                })
            .build()) {
      GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      CompletableFuture<Prediction<Integer, Integer>> answer = new CompletableFuture<>();
      Thread caller = GatedModel.start(() -> answer.complete(predictor.predictDetailed(1, SOON)));
      GatedModel.awaitDepth(predictor, 1);
      GatedModel.until(() -> time.pending() > 0);
      time.advance(Duration.ofMillis(5));
      Prediction<Integer, Integer> prediction = answer.get(20, TimeUnit.SECONDS);
      assertThat(prediction.output()).isEqualTo(-1);
      assertThat(prediction.source()).isEqualTo(Prediction.Source.FALLBACK);
      assertThat(prediction.execution()).isNull();
      assertThat(fallbackThreads).containsExactly(caller.getName());
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(model.batches()).containsExactly(List.of(0));
    }
  }

  @Test
  void predict_modelThatCannotBeStopped_isLeftBehindAtTheDeadline() throws Exception {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).name("p").time(time).build()) {
      GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
      CompletableFuture<Integer> answer = new CompletableFuture<>();
      GatedModel.start(
          () -> {
            try {
              answer.complete(predictor.predict(1, SOON));
            } catch (RuntimeException e) {
              answer.completeExceptionally(e);
            }
          });
      GatedModel.await(model.inside);
      CompletableFuture<Integer> patient = predictor.predictAsync(2);
      GatedModel.until(() -> time.pending() > 0);
      time.advance(Duration.ofMillis(5));
      assertLate(answer::join);
      assertThat(predictor.stats().timedOut()).isEqualTo(1);
      model.open.countDown();
      assertThat(patient.join()).isEqualTo(20);
      assertThat(predictor.stats().answered()).isEqualTo(1);
    }
  }

  @Test
  void timers_ofAnsweredRequests_areGone() {
    GatedModel model = new GatedModel();
    model.open.countDown();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).time(time).build()) {
      GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
      for (int i = 0; i < 100; i++) {
        assertThat(predictor.predict(i, SOON)).isEqualTo(10 * i);
        assertThat(predictor.predictAsync(i, SOON).join()).isEqualTo(10 * i);
      }
      assertThat(time.pending()).isZero();
    }
  }

  @Test
  void timeout_ofThePredictor_isOnlyEverShortened() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).time(time).timeout(Duration.ofMillis(10)).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      CompletableFuture<Integer> usual = predictor.predictAsync(1);
      CompletableFuture<Integer> longer =
          predictor.predictAsync(2, CallOptions.withDefaults().withDeadline(Duration.ofHours(1)));
      CompletableFuture<Integer> shorter = predictor.predictAsync(3, SOON);
      time.advance(Duration.ofMillis(5));
      assertExpired(shorter::join);
      assertThat(usual).isNotDone();
      time.advance(Duration.ofMillis(5));
      assertExpired(usual::join);
      assertExpired(longer::join);
      assertLate(held::join);
      model.open.countDown();
    }
    assertThatThrownBy(() -> Predictor.of(model).timeout(Duration.ZERO))
        .hasMessage("timeout: PT0S (expected: positive)");
  }

  @ParameterizedTest
  @CsvSource({"3400, 3", "1000000, 10"})
  void batch_oneMoreRowWouldMissTheEarliestDeadline_isCutThere(long micros, int rows) {
    GatedModel model = new GatedModel();
    CallOptions tight = CallOptions.withDefaults().withDeadline(Duration.ofNanos(micros * 1_000));
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).time(time).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      // A row takes a millisecond, as learned from earlier runs.
      costs(predictor).ran(1, 1_000_000);
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      all.add(predictor.predictAsync(1, tight));
      IntStream.rangeClosed(2, 10).mapToObj(predictor::predictAsync).forEach(all::add);
      model.open.countDown();
      assertThat(held.join()).isZero();
      all.forEach(CompletableFuture::join);
      assertThat(model.batches().get(1)).isEqualTo(IntStream.rangeClosed(1, rows).boxed().toList());
    }
  }

  /** The negative controls are the last two: one with time enough, one with nobody before it. */
  @Test
  void predictAsync_wouldMissItsDeadline_isRejectedWithoutQueueing() {
    GatedModel model = new GatedModel();
    CallOptions tight = CallOptions.withDefaults().withDeadline(Duration.ofMillis(35));
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model)
            .name("p")
            .time(time)
            .microBatching(MicroBatching.withDefaults().always().withMaxBatchSize(1).withWorkers(1))
            .build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      costs(predictor).ran(1, 10_000_000);
      CompletableFuture<Integer> tried =
          predictor.predictAsync(1, CallOptions.withDefaults().withDeadline(Duration.ofMillis(5)));
      assertThat(tried).isNotDone();
      List<CompletableFuture<Integer>> before =
          List.of(predictor.predictAsync(2), predictor.predictAsync(3));
      CompletableFuture<Integer> hopeless = predictor.predictAsync(4, tight);
      assertExpired(hopeless::join);
      assertThatThrownBy(hopeless::join)
          .hasRootCauseMessage(
              "Predictor 'p' rejected the request: it would miss its deadline (left=PT0.035S,"
                  + " needed at least=PT0.04S, queued=3). Give it more time, add workers, or shed"
                  + " load upstream.");
      assertExpired(() -> predictor.predict(5, tight));
      assertThat(predictor.stats().queueDepth()).isEqualTo(3);
      CompletableFuture<Integer> urgent =
          predictor.predictAsync(6, tight.withPriority(Priority.HIGH));
      CompletableFuture<Integer> patient =
          predictor.predictAsync(7, CallOptions.withDefaults().withDeadline(Duration.ofMillis(70)));
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(urgent.join()).isEqualTo(60);
      assertThat(patient.join()).isEqualTo(70);
      assertThat(before).allSatisfy(earlier -> assertThat(earlier).isCompleted());
      assertThat(model.batches()).doesNotContain(List.of(4), List.of(5));
    }
  }

  private static CostCurve costs(Predictor<?, ?> predictor) {
    ServedVersion<?, ?> version = ((ServingPredictor<?, ?>) predictor).served();
    if (version == null) {
      throw new AssertionError("nothing is served");
    }
    return version.costs;
  }

  // The native run: it would not end in time by itself, and time passes once it is inside.

  private <T> CompletableFuture<T> lateInNativeCode(Supplier<T> call) {
    GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
    CompletableFuture<T> answer =
        CompletableFuture.supplyAsync(call, task -> GatedModel.start(task));
    GatedModel.awaitNativeRun();
    GatedModel.until(() -> time.pending() == 1);
    time.advance(Duration.ofMillis(5));
    return answer;
  }

  @Test
  void predict_nativeRunPastItsDeadline_isStopped() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping")).time(time).build()) {
      assertThat(predictor.predict(new float[] {100}, CallOptions.withDefaults())).isEqualTo(100);
      assertLate(lateInNativeCode(() -> predictor.predict(ENDLESS, SOON))::join);
      assertThat(predictor.predict(new float[] {100}, SOON)).isEqualTo(100);
      assertThat(predictor.stats().timedOut()).isEqualTo(1);
    }
  }

  @Test
  void predictAsync_nativeRunNobodyWantsAnyMore_isStopped() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping")).microBatching(ALWAYS).time(time).build()) {
      assertLate(lateInNativeCode(() -> predictor.predictAsync(ENDLESS, SOON).join())::join);
      // The worker is free again, so the run has ended.
      assertThat(predictor.predictAsync(new float[] {10}).join()).isEqualTo(10);

      CompletableFuture<Double> cancelled = predictor.predictAsync(ENDLESS);
      ServingPredictor<float[], Double> serving = (ServingPredictor<float[], Double>) predictor;
      GatedModel.until(() -> !serving.batcher().running().isEmpty());
      GatedModel.awaitNativeRun();
      cancelled.cancel(true);
      assertThat(predictor.predictAsync(new float[] {10}).join()).isEqualTo(10);
      assertThat(predictor.stats().cancelled()).isEqualTo(1);
    }
  }

  @Test
  void predictAll_nativeRunPastItsDeadline_isStopped() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping")).time(time).fallback(x -> -1.0).build()) {
      List<float[]> rows = List.of(ENDLESS, Models.row(1));
      assertThat(lateInNativeCode(() -> predictor.predictAll(rows, SOON)).join())
          .containsExactly(-1.0, -1.0);
      assertThat(predictor.predictAll(List.of(Models.row(1)), SOON)).containsExactly(1.0);
    }
  }

  @Test
  void close_whileANativeRunGoesOn_stopsItAfterTheLimit() {
    Predictor<float[], Double> predictor = Predictor.of(Models.one("looping")).build();
    CompletableFuture<Double> endless = predictor.predictAsync(ENDLESS);
    ServingPredictor<float[], Double> serving = (ServingPredictor<float[], Double>) predictor;
    GatedModel.until(() -> !serving.batcher().running().isEmpty());
    // Stopped at the limit, the model closes soon after; whether within it is a matter of luck.
    predictor.close(Duration.ofMillis(200));
    assertThatThrownBy(endless::join).hasCauseInstanceOf(PredictorClosedException.class);
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @Test
  void orTimeout_ofTheCaller_givesTheRequestUp() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      CompletableFuture<Integer> own = predictor.predictAsync(1);
      assertThatThrownBy(() -> own.orTimeout(1, TimeUnit.MILLISECONDS).join())
          .hasCauseInstanceOf(TimeoutException.class);
      GatedModel.awaitDepth(predictor, 0);
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(predictor.predict(2)).isEqualTo(20);
      assertThat(model.batches()).doesNotContain(List.of(1));
      assertThat(predictor.stats().cancelled()).isEqualTo(1);
    }
  }
}
