package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeDistributionSummary;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What has broken serving systems before, on real sessions, as far as no other test shows it; the
 * table at the end of docs/serving.md names the test of each.
 */
@Timeout(180)
class TrapsTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();
  private static final float[] ENDLESS = {1e9f};

  /** Turns of the loop in "looping": some tenths of a millisecond. */
  private static final float WORK = 100;

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void predictAll_longerThanTheLargestBatch_isAnsweredInOrder(int most) {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).microBatching(ALWAYS.withMaxBatchSize(most)).build()) {
      List<float[]> rows = IntStream.range(0, 100).mapToObj(Models::row).toList();
      List<Double> answers = predictor.predictAll(rows);
      List<CompletableFuture<Double>> futures = rows.stream().map(predictor::predictAsync).toList();
      for (int i = 0; i < 100; i++) {
        assertThat(answers.get(i)).isEqualTo(i + 1);
        assertThat(futures.get(i).join()).isEqualTo(i + 1);
      }
      assertThat(predictor.stats().largestBatch()).isLessThanOrEqualTo(most);
    }
  }

  @Test
  void predictAll_noRows_isNoAnswersAndNoRun() {
    try (Predictor<float[], Double> predictor = Predictor.of(Models.one("plus1")).build()) {
      assertThat(predictor.predictAll(List.of())).isEmpty();
      assertThat(predictor.stats().answered()).isZero();
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
    }
  }

  @Test
  void batchBy_thatThrowsBetweenRealRuns_failsItsRowOnly() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .batchBy(
                row -> {
                  if (row[0] < 0) {
                    throw new IllegalStateException("no shape");
                  }
                  return row.length;
                })
            .build()) {
      List<CompletableFuture<Double>> futures = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        futures.add(predictor.predictAsync(Models.row(i % 3 == 0 ? -1 : i)));
      }
      for (int i = 0; i < 60; i++) {
        CompletableFuture<Double> future = futures.get(i);
        if (i % 3 == 0) {
          assertThatThrownBy(future::join).hasCauseInstanceOf(PredictionFailedException.class);
        } else {
          assertThat(future.join()).isEqualTo(i + 1);
        }
      }
    }
  }

  /** Which output is read belongs to the loader, so no request can get another one's. */
  @Test
  void outputs_severalOfOneGraphInBatches_areNotMixedUp() {
    OnnxLoader<float[], OnnxOutputs> all = OnnxModel.outputs(Models.FOUR);
    OnnxLoader<float[], ClassProbabilities> one = OnnxModel.probabilities(Models.FOUR);
    try (Predictor<float[], OnnxOutputs> every =
            Predictor.of(all.load(Models.file("logreg.onnx"))).microBatching(ALWAYS).build();
        Predictor<float[], ClassProbabilities> single =
            Predictor.of(one.load(Models.file("logreg.onnx"))).microBatching(ALWAYS).build()) {
      List<float[]> rows =
          IntStream.range(0, 200).mapToObj(i -> new float[] {i % 7 - 3, i % 5, 1, i % 3}).toList();
      List<CompletableFuture<OnnxOutputs>> outputs =
          rows.stream().map(every::predictAsync).toList();
      List<CompletableFuture<ClassProbabilities>> probabilities =
          rows.stream().map(single::predictAsync).toList();
      for (int i = 0; i < rows.size(); i++) {
        OnnxOutputs answer = outputs.get(i).join();
        ClassProbabilities expected = every.predict(rows.get(i)).probabilities("probabilities");
        for (int c = 0; c < 2; c++) {
          assertThat(answer.probabilities("probabilities").of(c))
              .isCloseTo(expected.of(c), within(1e-6));
          assertThat(probabilities.get(i).join().of(c)).isCloseTo(expected.of(c), within(1e-6));
        }
        assertThat(answer.label("label")).isEqualTo(String.valueOf(expected.best()));
      }
    }
  }

  /** Nothing of one predictor waits for another's call, load or close. */
  @Test
  void otherPredictor_whileOneHangsInNativeCode_answersSwapsAndCloses() {
    Predictor<float[], Double> stuck = Predictor.of(Models.one("looping")).build();
    CompletableFuture<Double> endless = stuck.predictAsync(ENDLESS);
    ServingPredictor<float[], Double> serving = (ServingPredictor<float[], Double>) stuck;
    GatedModel.until(() -> !serving.batcher().running().isEmpty());
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> other = Predictor.from(source).build()) {
      for (int v = 2; v <= 6; v++) {
        String file = v % 2 == 1 ? "plus1" : "plus2";
        source.select(Models.release(v, () -> Models.one(file)));
        ((ServingPredictor<?, ?>) other).awaitLoader();
        assertThat(other.predict(Models.row(1))).isEqualTo(v % 2 == 1 ? 2 : 3);
        GatedModel.until(() -> other.stats().openVersions() == 1);
      }
    }
    assertThat(endless).isNotDone();
    assertThat(OnnxSession.OPEN).hasValue(1);
    endless.cancel(true);
    stuck.close();
  }

  @Test
  void predict_fromTheCommonPool_isAnswered() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).microBatching(ALWAYS).build()) {
      long right =
          IntStream.range(0, 2_000)
              .parallel()
              .filter(i -> predictor.predict(Models.row(i)) == i + 1)
              .count();
      assertThat(right).isEqualTo(2_000);
      CompletableFuture<Double> chained =
          CompletableFuture.supplyAsync(() -> predictor.predictAsync(Models.row(1)).join());
      assertThat(chained.join()).isEqualTo(2);
    }
  }

  /** A registry whose summaries throw, and a handler that throws wherever it is called. */
  @Test
  void meterOrHandler_thatThrows_failsNoRequestAndLeaksNoScope() {
    SimpleMeterRegistry meters =
        new SimpleMeterRegistry() {
          @Override
          protected DistributionSummary newDistributionSummary(
              Meter.Id id, DistributionStatisticConfig config, double scale) {
            return new CumulativeDistributionSummary(id, clock, config, scale, false) {
              @Override
              protected void recordNonNegative(double amount) {
                throw new IllegalStateException("a meter's");
              }
            };
          }
        };
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).meters(meters).build()) {
      assertThat(predictor.predictAsync(Models.row(1)).join()).isEqualTo(2);
      assertThat(predictor.predictAsync(Models.row(2)).join()).isEqualTo(3);
    }
    for (int where = 0; where < 4; where++) {
      ObservationRegistry registry = ObservationRegistry.create();
      registry.observationConfig().observationHandler(new Throwing(where));
      try (Predictor<float[], Double> predictor =
          Predictor.of(Models.one("plus1")).observations(registry).build()) {
        assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
        assertThat(predictor.predictAsync(Models.row(2)).join()).isEqualTo(3);
        assertThat(predictor.predictAll(List.of(Models.row(3)))).containsExactly(4.0);
        assertThat(registry.getCurrentObservationScope()).isNull();
      }
    }
  }

  private static final class Throwing implements ObservationHandler<Observation.Context> {
    private final int where;

    Throwing(int where) {
      this.where = where;
    }

    private void at(int place) {
      if (place == where) {
        throw new IllegalStateException("a handler's");
      }
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    @Override
    public void onStart(Observation.Context context) {
      at(0);
    }

    @Override
    public void onScopeOpened(Observation.Context context) {
      at(1);
    }

    @Override
    public void onScopeClosed(Observation.Context context) {
      at(2);
    }

    @Override
    public void onStop(Observation.Context context) {
      at(3);
    }
  }

  /** What one worker answers in time, and what came of the rest. */
  private record Load(long inTime, long rejected, long expired, long other, double seconds) {
    double perSecond() {
      return inTime / seconds;
    }
  }

  /**
   * Sends requests of some 0.4 ms each, so many a second, with a deadline; they are not waited for.
   */
  private static Load send(
      Predictor<float[], Double> predictor, double perSecond, double seconds, Duration deadline)
      throws Exception {
    AtomicLong inTime = new AtomicLong();
    LongAdder rejected = new LongAdder();
    LongAdder expired = new LongAdder();
    LongAdder other = new LongAdder();
    AtomicLong open = new AtomicLong();
    CallOptions options = CallOptions.withDefaults().withDeadline(deadline);
    long begin = System.nanoTime();
    long sent = 0;
    while (System.nanoTime() - begin < seconds * 1e9) {
      long due = (long) ((System.nanoTime() - begin) / 1e9 * perSecond);
      for (; sent < due; sent++) {
        open.incrementAndGet();
        CompletableFuture<Double> unused =
            predictor
                .predictAsync(new float[] {WORK}, options)
                .whenComplete(
                    (answer, failure) -> {
                      count(failure, inTime, rejected, expired, other);
                      open.decrementAndGet();
                    });
      }
      LockSupport.parkNanos(100_000);
    }
    double took = (System.nanoTime() - begin) / 1e9;
    GatedModel.until(() -> open.get() == 0);
    return new Load(inTime.get(), rejected.sum(), expired.sum(), other.sum(), took);
  }

  private static void count(
      @Nullable Throwable failure,
      AtomicLong inTime,
      LongAdder rejected,
      LongAdder expired,
      LongAdder other) {
    if (failure == null) {
      inTime.incrementAndGet();
    } else if (failure instanceof PredictionRejectedException refused) {
      switch (refused.reason()) {
        case QUEUE_FULL -> rejected.increment();
        case EXPIRED -> expired.increment();
        default -> other.increment();
      }
    } else if (failure instanceof PredictionFailedException late && late.timedOut()) {
      expired.increment();
    } else {
      other.increment();
    }
  }

  /**
   * The peak is what a full queue without deadlines lets through; then ten times as much comes. In
   * the ordinary build only what does not depend on how busy the machine is; with proof also what
   * came of it and the goodput, for a minute.
   */
  @Test
  void overload_tenTimesThePeak_shedsAndNeverRunsTheExpired() throws Exception {
    double seconds = PROOF ? 60 : 1;
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping"))
            .microBatching(ALWAYS.withMaxBatchSize(1).withWorkers(1).withQueueCapacity(64))
            .build()) {
      send(predictor, 500, 0.5, Duration.ofSeconds(5));
      Load peak = send(predictor, 100_000, PROOF ? 5 : 0.5, Duration.ofSeconds(30));
      long runs = predictor.stats().batchedRows();
      Load flood = send(predictor, 10 * peak.perSecond(), seconds, Duration.ofMillis(50));
      long executed = predictor.stats().batchedRows() - runs;
      assertThat(flood.other()).isZero();
      assertThat(predictor.stats().queueDepth()).isZero();
      // Run and yet late is only what its deadline met inside the run.
      assertThat(executed - flood.inTime()).isBetween(0L, predictor.stats().timedOut());
      if (PROOF) {
        assertThat(flood.rejected() + flood.expired()).isPositive();
        assertThat(flood.perSecond()).isGreaterThan(0.9 * peak.perSecond());
      }
    }
  }

  /**
   * The same for certain: the only worker is held until the places are taken and the time is up.
   */
  @Test
  void overload_workerHeld_shedsAndNeverRunsTheExpired() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    CallOptions options = CallOptions.withDefaults().withDeadline(Duration.ofMillis(50));
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping"))
            .microBatching(ALWAYS.withMaxBatchSize(1).withWorkers(1).withQueueCapacity(64))
            .time(time)
            .build()) {
      CompletableFuture<Double> held = predictor.predictAsync(ENDLESS);
      GatedModel.awaitNativeRun();
      long runs = predictor.stats().batchedRows();
      List<CompletableFuture<Double>> late = ask(predictor, 200, options);
      assertThat(late).filteredOn(CompletableFuture::isDone).hasSize(200 - 64);
      time.advance(Duration.ofMillis(50));
      List<CompletableFuture<Double>> inTime = ask(predictor, 64, options);
      held.cancel(true);
      assertThat(inTime).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(WORK));
      assertThat(late.stream().map(TrapsTest::refusal))
          .containsOnly(Reason.QUEUE_FULL, Reason.EXPIRED)
          .filteredOn(Reason.EXPIRED::equals)
          .hasSize(64);
      assertThat(predictor.stats().batchedRows() - runs).isEqualTo(64);
    }
  }

  private static List<CompletableFuture<Double>> ask(
      Predictor<float[], Double> predictor, int requests, CallOptions options) {
    return IntStream.range(0, requests)
        .mapToObj(i -> predictor.predictAsync(new float[] {WORK}, options))
        .toList();
  }

  private static @Nullable Reason refusal(CompletableFuture<Double> future) {
    assertThat(future).isCompletedExceptionally();
    try {
      throw new AssertionError(future.join());
    } catch (CompletionException e) {
      return e.getCause() instanceof PredictionRejectedException refused ? refused.reason() : null;
    }
  }
}
