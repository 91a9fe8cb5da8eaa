package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Prediction.Source;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CacheTest {
  private static final Caching SMALL = Caching.withDefaults();

  record Trip(double distance, @Nullable String origin) {}

  private static final Schema<Trip> TRIPS = Schema.of(Trip.class);

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z"));
  private final AtomicInteger runs = new AtomicInteger();
  private final SwitchableSource<Trip, Double> source = new SwitchableSource<>();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private Model<Trip, Double> counting(double constant) {
    return trips -> {
      runs.addAndGet(trips.size());
      return trips.stream().map(trip -> trip.distance() + constant).toList();
    };
  }

  private PredictorBuilder<Trip, Double> cached(Model<Trip, Double> model) {
    return Predictor.of(model).schema(TRIPS).cache(SMALL).time(time);
  }

  @Test
  void predict_equalRowAgain_isNotAskedAgain() {
    ConcurrentLinkedQueue<Source> seen = new ConcurrentLinkedQueue<>();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Predictor<Trip, Double> predictor =
        cached(counting(1)).listener(p -> seen.add(p.source())).meters(registry).build()) {
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(6);
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(6);
      assertThat(predictor.predictAsync(new Trip(5, "ATL")).join()).isEqualTo(6);
      Prediction<Trip, Double> detailed = predictor.predictDetailed(new Trip(5, "ATL"));
      assertThat(detailed.source()).isEqualTo(Source.CACHE);
      assertThat(detailed.execution()).isNull();
      assertThat(detailed.version()).hasToString("model:0");
      assertThat(runs).hasValue(1);
      PredictorStats stats = predictor.stats();
      assertThat(stats.cacheHits()).isEqualTo(3);
      assertThat(stats.cacheMisses()).isEqualTo(1);
      assertThat(stats.cacheEntries()).isEqualTo(1);
      assertThat(stats.answered()).isEqualTo(4);
      assertThat(predictor.awaitListeners(Duration.ofSeconds(20))).isTrue();
      assertThat(seen).containsExactly(Source.MODEL, Source.CACHE, Source.CACHE, Source.CACHE);
      assertThat(
              registry.get("mlops.cache.requests").tag("result", "hit").functionCounter().count())
          .isEqualTo(3);
      assertThat(registry.get("mlops.cache.bytes").gauge().value()).isPositive();

      CallOptions fresh = CallOptions.withDefaults().withoutCache();
      assertThat(predictor.predict(new Trip(5, "ATL"), fresh)).isEqualTo(6);
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void predict_rowsThatDifferInOneValue_areDifferent() {
    List<Trip> rows =
        List.of(
            new Trip(0.0, "A"),
            new Trip(-0.0, "A"),
            new Trip(Double.NaN, "A"),
            new Trip(0.0, "B"),
            new Trip(0.0, null),
            new Trip(0.0, ""));
    try (Predictor<Trip, Double> predictor = cached(counting(1)).nanOutputsAllowed().build()) {
      for (int round = 0; round < 2; round++) {
        rows.forEach(predictor::predict);
      }
      assertThat(runs).hasValue(rows.size());
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Vector features.
  record Vectors(float[] a, float[] b) {}

  @Test
  void predict_sameFloatsInAnotherShape_areDifferent() {
    Model<Vectors, Integer> sizes =
        rows -> {
          runs.incrementAndGet();
          return rows.stream().map(row -> row.a().length).toList();
        };
    try (Predictor<Vectors, Integer> predictor =
        Predictor.of(sizes).schema(Schema.of(Vectors.class)).cache(SMALL).build()) {
      float[] one = {1};
      float[] two = {1, 1};
      assertThat(predictor.predict(new Vectors(one, two))).isEqualTo(1);
      assertThat(predictor.predict(new Vectors(two, one))).isEqualTo(2);
      assertThat(predictor.predict(new Vectors(new float[] {1}, new float[] {1, 1}))).isEqualTo(1);
      assertThat(runs).hasValue(2);
      // What a caller does to its array later changes no key.
      one[0] = 9;
      assertThat(predictor.predict(new Vectors(new float[] {1}, two))).isEqualTo(1);
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void predict_twoModelsOnePayload_answerForThemselves() {
    try (Predictor<Trip, Double> a = cached(counting(1)).build();
        Predictor<Trip, Double> b = cached(counting(2)).build()) {
      Trip row = new Trip(5, "ATL");
      for (int i = 0; i < 2; i++) {
        assertThat(a.predict(row)).isEqualTo(6);
        assertThat(b.predict(row)).isEqualTo(7);
      }
    }
  }

  @Test
  void swap_toAnotherVersionAndBackWithNewWeights_neverAnswersFromTheOld() {
    Trip row = new Trip(5, "ATL");
    source.select(Models.release(1, () -> counting(1)));
    try (Predictor<Trip, Double> predictor =
        Predictor.from(source).schema(TRIPS).cache(SMALL).build()) {
      ServingPredictor<Trip, Double> serving = (ServingPredictor<Trip, Double>) predictor;
      assertThat(predictor.predict(row)).isEqualTo(6);
      source.select(Models.release(2, () -> counting(2)));
      serving.awaitLoader();
      assertThat(predictor.stats().cacheEntries()).isZero();
      assertThat(predictor.predict(row)).isEqualTo(7);
      // The same number again, with other weights.
      source.select(Models.release(1, () -> counting(100)));
      serving.awaitLoader();
      assertThat(predictor.predict(row)).isEqualTo(105);
    }
  }

  /** Answers when it is let go on. */
  private static final class Slow implements Model<Trip, Double> {
    final AtomicInteger calls = new AtomicInteger();
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    final AtomicBoolean broken = new AtomicBoolean();

    @Override
    public List<Double> predict(List<Trip> trips) {
      calls.addAndGet(trips.size());
      inside.countDown();
      GatedModel.await(open);
      if (broken.get()) {
        throw new IllegalStateException("broken");
      }
      return trips.stream().map(Trip::distance).toList();
    }
  }

  @Test
  void predict_manyAtOnceForOneRow_askOnce() throws Exception {
    Slow slow = new Slow();
    Trip row = new Trip(5, "ATL");
    try (Predictor<Trip, Double> predictor = cached(slow).build()) {
      AtomicInteger right = new AtomicInteger();
      List<Thread> callers = new ArrayList<>();
      List<CompletableFuture<Double>> futures = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        callers.add(
            GatedModel.start(
                () -> {
                  if (predictor.predict(new Trip(5, "ATL")) == 5) {
                    right.incrementAndGet();
                  }
                }));
      }
      GatedModel.await(slow.inside);
      GatedModel.until(() -> predictor.stats().cacheCoalesced() == 63);
      for (int i = 0; i < 936; i++) {
        futures.add(predictor.predictAsync(row));
      }
      slow.open.countDown();
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(futures).allSatisfy(future -> assertThat(future.join()).isEqualTo(5));
      assertThat(right).hasValue(64);
      assertThat(slow.calls).hasValue(1);
      assertThat(predictor.stats().cacheCoalesced()).isEqualTo(999);
      assertThat(predictor.stats().cacheMisses()).isEqualTo(1);
      assertThat(predictor.stats().answered()).isEqualTo(1_000);
    }
  }

  @Test
  void predictAsync_firstCallerCancels_othersAreAnsweredByItsRun() {
    Slow slow = new Slow();
    try (Predictor<Trip, Double> predictor = cached(slow).build()) {
      CompletableFuture<Double> first = predictor.predictAsync(new Trip(5, "ATL"));
      GatedModel.await(slow.inside);
      CompletableFuture<Double> second = predictor.predictAsync(new Trip(5, "ATL"));
      first.cancel(true);
      assertThat(second).isNotDone();
      slow.open.countDown();
      assertThat(second.join()).isEqualTo(5);
      assertThat(slow.calls).hasValue(1);
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(5);
      assertThat(slow.calls).hasValue(1);
    }
  }

  @Test
  void predictAsync_firstCallerHasADeadline_itIsItsOwn() {
    Slow slow = new Slow();
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(5));
    try (Predictor<Trip, Double> predictor = cached(slow).build()) {
      CompletableFuture<Double> hasty = predictor.predictAsync(new Trip(5, "ATL"), soon);
      GatedModel.await(slow.inside);
      CompletableFuture<Double> patient = predictor.predictAsync(new Trip(5, "ATL"));
      CompletableFuture<Double> hastyToo = predictor.predictAsync(new Trip(5, "ATL"), soon);
      time.advance(Duration.ofMillis(5));
      assertThat(hasty).isCompletedExceptionally();
      assertThatThrownBy(hastyToo::join).hasCauseInstanceOf(PredictionRejectedException.class);
      assertThat(patient).isNotDone();
      slow.open.countDown();
      assertThat(patient.join()).isEqualTo(5);
      assertThat(predictor.stats().cacheEntries()).isEqualTo(1);
    }
  }

  @Test
  void predict_modelFails_isSharedAndNeverKept() {
    Slow slow = new Slow();
    slow.broken.set(true);
    try (Predictor<Trip, Double> predictor = cached(slow).build()) {
      CompletableFuture<Double> first = predictor.predictAsync(new Trip(5, "ATL"));
      GatedModel.await(slow.inside);
      CompletableFuture<Double> second = predictor.predictAsync(new Trip(5, "ATL"));
      slow.open.countDown();
      assertThatThrownBy(first::join).hasCauseInstanceOf(PredictionFailedException.class);
      assertThatThrownBy(second::join).hasCauseInstanceOf(PredictionFailedException.class);
      assertThat(slow.calls).hasValue(1);
      slow.broken.set(false);
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(5);
    }
  }

  @Test
  void predict_fallbackAnswers_isNeverKept() {
    AtomicBoolean broken = new AtomicBoolean(true);
    Model<Trip, Double> model =
        trips -> {
          if (broken.get()) {
            throw new IllegalStateException("broken");
          }
          return counting(0).predict(trips);
        };
    try (Predictor<Trip, Double> predictor = cached(model).fallback(x -> -1.0).build()) {
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(-1);
      assertThat(predictor.predictAsync(new Trip(5, "ATL")).join()).isEqualTo(-1);
      broken.set(false);
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(5);
      assertThat(predictor.predictDetailed(new Trip(5, "ATL")).source()).isEqualTo(Source.CACHE);
    }
  }

  @Test
  void swap_whileARowIsBeingAnswered_keepsNothingOfTheOther() {
    Slow slow = new Slow();
    source.select(Models.release(1, () -> slow));
    try (Predictor<Trip, Double> predictor =
        Predictor.from(source).schema(TRIPS).cache(SMALL).build()) {
      ServingPredictor<Trip, Double> serving = (ServingPredictor<Trip, Double>) predictor;
      CompletableFuture<Double> first = predictor.predictAsync(new Trip(5, "ATL"));
      GatedModel.await(slow.inside);
      source.select(Models.release(2, () -> counting(2)));
      serving.awaitLoader();
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(7);
      slow.open.countDown();
      assertThat(first.join()).isEqualTo(5);
      assertThat(predictor.predict(new Trip(5, "ATL"))).isEqualTo(7);
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void expiry_overAndRoomFull_answersGo() {
    Caching tiny = SMALL.withMaxBytes(2_000).withExpiry(Duration.ofMinutes(1));
    try (Predictor<Trip, Double> predictor =
        Predictor.of(counting(1)).schema(TRIPS).cache(tiny).time(time).build()) {
      predictor.predict(new Trip(5, "ATL"));
      time.advance(Duration.ofSeconds(59));
      predictor.predict(new Trip(5, "ATL"));
      assertThat(runs).hasValue(1);
      time.advance(Duration.ofSeconds(2));
      predictor.predict(new Trip(5, "ATL"));
      assertThat(runs).hasValue(2);
      for (int i = 0; i < 1_000; i++) {
        predictor.predict(new Trip(i, "ATL"));
      }
      assertThat(predictor.stats().cacheEntries()).isBetween(1L, 20L);
      assertThat(predictor.stats().cacheEvictions()).isGreaterThan(900);
    }
  }

  @Test
  void predict_realModel_isFoundByTheVersionsOwnFeatures() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).cache(SMALL).build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.predictDetailed(Models.row(1)).source()).isEqualTo(Source.CACHE);
      assertThat(predictor.predictAll(List.of(Models.row(1)))).containsExactly(2.0);
      assertThat(predictor.stats().cacheHits()).isEqualTo(1);
    }
  }

  @Test
  void predict_rowThatCannotBeRead_failsAsWithoutCache() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).cache(SMALL).build()) {
      assertThatThrownBy(() -> predictor.predict(new float[0]))
          .isInstanceOf(PredictionFailedException.class);
    }
  }

  @Test
  void build_rowsWithoutSchema_isRefused() {
    assertThatThrownBy(() -> Predictor.of(counting(1)).cache(SMALL).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("cannot be cached by their values")
        .hasMessageContaining("schema(…)");
    assertThatThrownBy(() -> SMALL.withMaxBytes(10)).hasMessageContaining("maxBytes: 10");
    assertThatThrownBy(() -> SMALL.withExpiry(Duration.ZERO)).hasMessageContaining("PT0S");
  }

  @Test
  void predict_randomCallersAndSwaps_neverGivesAnotherVersionsAnswerAsItsOwn() throws Exception {
    source.select(Models.release(1, () -> counting(1_000)));
    try (Predictor<Trip, Double> predictor =
        Predictor.from(source).schema(TRIPS).cache(SMALL.withMaxBytes(5_000)).build()) {
      ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
      List<Thread> callers =
          IntStream.range(0, 6)
              .mapToObj(
                  t ->
                      GatedModel.start(
                          () -> {
                            for (int i = 0; i < 3_000; i++) {
                              double x = (i * 7 + t) % 50;
                              Prediction<Trip, Double> p =
                                  predictor.predictDetailed(new Trip(x, "A"));
                              if (p.output() != x + 1_000 * p.version().number()) {
                                wrong.add(p.version() + " " + p.source());
                              }
                            }
                          }))
              .toList();
      for (int v = 2; v <= 30; v++) {
        int number = v;
        source.select(Models.release(v, () -> counting(1_000 * number)));
        ((ServingPredictor<Trip, Double>) predictor).awaitLoader();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(wrong).isEmpty();
      assertThat(Objects.requireNonNull(predictor.stats()).cacheHits()).isPositive();
    }
  }
}
