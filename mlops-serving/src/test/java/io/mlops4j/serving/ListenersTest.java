package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ListenersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @SuppressWarnings("ArrayRecordComponent") // A vector feature.
  record Trip(String origin, double distance, float[] embedding) {}

  private static final Schema<Trip> TRIPS = Schema.of(Trip.class).withLength("embedding", 2);

  @Test
  void listener_everyWayOfAsking_seesEveryPredictionOnce() {
    ConcurrentLinkedQueue<Prediction<float[], Double>> seen = new ConcurrentLinkedQueue<>();
    Instant now = Instant.parse("2026-11-23T12:00:00Z");
    VirtualTime time = VirtualTime.startingAt(now);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .listener(
                prediction -> {
                  seen.add(prediction);
                  inside.countDown();
                  GatedModel.await(goOn);
                })
            .keyBy(row -> "k" + (int) row[0])
            .unitBy(row -> "u" + (int) row[0] % 2)
            .time(time)
            .build()) {
      predictor.predict(Models.row(0));
      GatedModel.await(inside); // it has read both clocks, and not while time moves
      time.advance(Duration.ofSeconds(1));
      predictor.predictAsync(Models.row(1)).join();
      predictor.predictAll(List.of(Models.row(2), Models.row(3)));
      String id = predictor.predictDetailed(Models.row(4)).id();
      time.advance(Duration.ofSeconds(1));
      goOn.countDown();
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      List<Prediction<float[], Double>> list = new ArrayList<>(seen);
      assertThat(list).extracting(Prediction::output).containsExactly(1.0, 2.0, 3.0, 4.0, 5.0);
      assertThat(list).extracting(Prediction::key).containsExactly("k0", "k1", "k2", "k3", "k4");
      assertThat(list).extracting(Prediction::unit).containsExactly("u0", "u1", "u0", "u1", "u0");
      assertThat(list)
          .extracting(p -> Objects.requireNonNull(p.row()).number(0))
          .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
      assertThat(list).extracting(Prediction::id).doesNotHaveDuplicates();
      assertThat(list.get(4).id()).isEqualTo(id);
      assertThat(list.get(4).at()).isEqualTo(now.plusSeconds(1));
      assertThat(list).extracting(Prediction::source).containsOnly(Prediction.Source.MODEL);
    }
  }

  @Test
  void listener_lambdaModelWithSchema_seesCopiesOfFeatures() {
    AtomicReference<Prediction<Trip, Double>> seen = new AtomicReference<>();
    float[] embedding = {1, 2};
    try (Predictor<Trip, Double> predictor =
        Predictor.<Trip, Double>of(trips -> trips.stream().map(Trip::distance).toList())
            .schema(TRIPS)
            .listener(seen::set)
            .build()) {
      predictor.predict(new Trip("ATL", 5, embedding));
      embedding[0] = 99;
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      Prediction<Trip, Double> prediction = Objects.requireNonNull(seen.get());
      EncodedRow<Trip> row = Objects.requireNonNull(prediction.row());
      assertThat(row.text(0)).isEqualTo("ATL");
      assertThat(row.number(1)).isEqualTo(5);
      assertThat(row.vector(2)).containsExactly(1, 2);
      assertThat(prediction.key()).isNull();
      assertThat(prediction.unit()).isNull();
    }
  }

  @Test
  void listener_fallbackAnswers_areMarked() {
    ConcurrentLinkedQueue<Prediction.Source> seen = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity"))
            .fallback(row -> 0.0)
            .listener(p -> seen.add(p.source()))
            .build()) {
      predictor.predict(Models.row(1));
      predictor.predict(Models.row(Double.NaN));
      predictor.predictAll(List.of(Models.row(Double.NaN), Models.row(1)));
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      assertThat(seen)
          .containsExactly(
              Prediction.Source.MODEL,
              Prediction.Source.FALLBACK,
              Prediction.Source.FALLBACK,
              Prediction.Source.MODEL);
    }
  }

  /** Keeps what it sees of both kinds. */
  private record Recorder(List<Object> seen) implements PredictionListener<float[], Double> {
    @Override
    public void onPrediction(Prediction<float[], Double> prediction) {
      seen.add(prediction.source());
    }

    @Override
    public void onFailure(FailedPrediction failure) {
      seen.add(failure);
    }
  }

  @Test
  void listener_requestsWithoutAnAnswer_areSeenWithTheirReason() {
    Recorder recorder = new Recorder(new CopyOnWriteArrayList<>());
    VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-23T12:00:00Z"));
    Model<float[], Double> failing =
        rows -> {
          throw new IllegalStateException("no answer");
        };
    try (Predictor<float[], Double> predictor =
            Predictor.of(failing).listener(recorder).time(time).build();
        Predictor<float[], Double> saved =
            Predictor.of(failing).fallback(row -> 0.5).listener(recorder).build()) {
      assertThatThrownBy(() -> predictor.predict(Models.row(1)))
          .isInstanceOf(PredictionFailedException.class);
      assertThat(predictor.predictAsync(Models.row(1)))
          .failsWithin(PATIENCE)
          .withThrowableOfType(ExecutionException.class);
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      FailedPrediction failed =
          new FailedPrediction(
              ModelVersion.unregistered("model"),
              FailedPrediction.Reason.MODEL,
              time.now(),
              Duration.ZERO); // a lambda without a schema has no rows
      assertThat(recorder.seen()).containsExactly(failed, failed);
      assertThat(predictor.stats().failed()).isEqualTo(2);
      recorder.seen().clear();
      saved.predict(Models.row(1));
      assertThat(saved.awaitListeners(PATIENCE)).isTrue();
      assertThat(recorder.seen()).containsExactly(Prediction.Source.FALLBACK);
    }
  }

  @Test
  void listener_thatThrows_isCountedAndOthersGoOn() {
    ConcurrentLinkedQueue<Double> seen = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .listener(
                p -> {
                  throw new StackOverflowError();
                })
            .listener(p -> seen.add(p.output()))
            .build()) {
      for (int i = 0; i < 10; i++) {
        predictor.predict(Models.row(i));
      }
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      assertThat(seen).hasSize(10);
      assertThat(predictor.stats().listenerErrors()).isEqualTo(10);
    }
  }

  @Test
  void keyBy_thatThrows_neverFailsTheRequest() {
    ConcurrentLinkedQueue<Double> seen = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .keyBy(
                row -> {
                  throw new IllegalStateException("no key");
                })
            .listener(p -> seen.add(p.output()))
            .build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      assertThat(seen).containsExactly(2.0);
      assertThat(predictor.stats().listenerErrors()).isEqualTo(1);
    }
  }

  @Test
  void listener_thatBlocks_neverBlocksRequestsAndDropsAreCounted() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ConcurrentLinkedQueue<Double> seen = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity"))
            .listener(
                p -> {
                  inside.countDown();
                  try {
                    goOn.await(30, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  seen.add(p.output());
                })
            .build()) {
      predictor.predict(Models.row(0));
      assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
      int calls = PredictionRing.CAPACITY + 500;
      for (int i = 1; i < calls; i++) {
        assertThat(predictor.predict(Models.row(i))).isEqualTo(i);
      }
      assertThat(predictor.awaitListeners(Duration.ofMillis(1))).isFalse();
      goOn.countDown();
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      PredictorStats stats = predictor.stats();
      assertThat(stats.listenersDropped()).isEqualTo(500);
      assertThat(seen).hasSize(PredictionRing.CAPACITY);
      List<Double> expected =
          IntStream.range(0, PredictionRing.CAPACITY).mapToObj(i -> (double) i).toList();
      assertThat(new ArrayList<>(seen)).isEqualTo(expected);
    }
  }

  @Test
  void listener_thatPredicts_isServed() {
    AtomicReference<Predictor<float[], Double>> self = new AtomicReference<>();
    ConcurrentLinkedQueue<Double> seen = new ConcurrentLinkedQueue<>();
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .microBatching(MicroBatching.withDefaults().always())
            .listener(
                p -> {
                  seen.add(p.output());
                  if (p.output() < 5) {
                    Objects.requireNonNull(self.get()).predict(Models.row(p.output()));
                    Objects.requireNonNull(self.get()).predictAsync(Models.row(100)).join();
                  }
                })
            .build()) {
      self.set(predictor);
      predictor.predict(Models.row(1));
      while (!seen.contains(5.0)) {
        assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      }
      assertThat(seen).contains(2.0, 3.0, 4.0, 5.0, 101.0);
      assertThat(predictor.stats().listenerErrors()).isZero();
    }
  }

  @Test
  void close_deliversWhatIsLeft() {
    ConcurrentLinkedQueue<Double> seen = new ConcurrentLinkedQueue<>();
    Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).listener(p -> seen.add(p.output())).build();
    for (int i = 0; i < 1000; i++) {
      predictor.predict(Models.row(i));
    }
    predictor.close();
    assertThat(seen).hasSize(1000);
    assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
  }

  @Test
  void ring_manyThreads_losesAndDoublesNothing() throws Exception {
    ConcurrentLinkedQueue<Long> seen = new ConcurrentLinkedQueue<>();
    int callers = 8;
    int each = 2_000;
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity"))
            .listener(p -> seen.add(p.output().longValue()))
            .build()) {
      List<Thread> threads =
          IntStream.range(0, callers)
              .mapToObj(
                  t ->
                      new Thread(
                          () -> {
                            for (int i = 0; i < each; i++) {
                              predictor.predict(Models.row(t * each + i));
                            }
                          }))
              .toList();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      long dropped = predictor.stats().listenersDropped();
      assertThat(seen.size() + dropped).isEqualTo((long) callers * each);
      assertThat(seen).doesNotHaveDuplicates();
      // One thread's calls arrive in their order.
      long[] last = new long[callers];
      for (long x : seen) {
        int caller = (int) (x / each);
        assertThat(x + 1).isGreaterThan(last[caller]);
        last[caller] = x + 1;
      }
    }
  }

  @Test
  void ring_oddCapacity_isRefused() {
    assertThatThrownBy(() -> new PredictionRing<Integer, Integer>(3))
        .hasMessage("capacity: 3 (expected: a power of two)");
  }
}
