package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionTest {
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();
  private static final CallOptions HIGH = CallOptions.withDefaults().withPriority(Priority.HIGH);
  private static final CallOptions OFFLINE =
      CallOptions.withDefaults().withPriority(Priority.OFFLINE);

  @Test
  void priorities_differ_higherGoesFirstAndEachInOrderOfArrival() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        all.add(predictor.predictAsync(300 + i, OFFLINE));
        all.add(predictor.predictAsync(200 + i));
        all.add(predictor.predictAsync(100 + i, HIGH));
      }
      model.open.countDown();
      assertThat(held.join()).isZero();
      all.forEach(CompletableFuture::join);
      List<List<Integer>> batches = model.batches();
      assertThat(batches).startsWith(List.of(0), List.of(101, 102, 103, 201, 202, 203));
      assertThat(batches.subList(2, batches.size()).stream().flatMap(List::stream))
          .containsExactly(301, 302, 303);
    }
  }

  @Test
  void priority_oneForAll_isFirstInFirstOut() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(ALWAYS.withMaxBatchSize(7)).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      List<CompletableFuture<Integer>> all =
          IntStream.range(1, 500).mapToObj(i -> predictor.predictAsync(i, HIGH)).toList();
      model.open.countDown();
      assertThat(held.join()).isZero();
      all.forEach(CompletableFuture::join);
      assertThat(model.batches().stream().flatMap(List::stream))
          .containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
    }
  }

  @Test
  void capacity_ofOnePriority_doesNotTakePlacesOfAnother() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).name("p").microBatching(ALWAYS.withQueueCapacity(2)).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      List<CompletableFuture<Integer>> offline =
          IntStream.range(0, 2).mapToObj(i -> predictor.predictAsync(1, OFFLINE)).toList();
      assertThatThrownBy(() -> predictor.predictAsync(1, OFFLINE).join())
          .cause()
          .hasMessageContaining("queue full (queued=2, capacity=2)");
      CompletableFuture<Integer> live = predictor.predictAsync(2);
      CompletableFuture<Integer> high = predictor.predictAsync(3, HIGH);
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(live.join()).isEqualTo(20);
      assertThat(high.join()).isEqualTo(30);
      assertThat(offline).allSatisfy(future -> assertThat(future.join()).isEqualTo(10));
    }
  }

  @Test
  void cancel_inAFullQueue_freesThePlaceAtOnce() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(ALWAYS.withQueueCapacity(1)).build()) {
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      for (int i = 1; i < 1_000; i++) {
        CompletableFuture<Integer> unwanted = predictor.predictAsync(i);
        assertThat(unwanted).isNotDone();
        assertThat(unwanted.cancel(false)).isTrue();
      }
      CompletableFuture<Integer> wanted = predictor.predictAsync(5_000);
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(wanted.join()).isEqualTo(50_000);
      assertThat(model.batches()).containsExactly(List.of(0), List.of(5_000));
      assertThat(predictor.stats().cancelled()).isEqualTo(999);
    }
  }

  @Test
  void cancel_whileRunning_othersOfTheRunAreAnswered() {
    CountDownLatch secondInside = new CountDownLatch(1);
    CountDownLatch secondOpen = new CountDownLatch(1);
    CountDownLatch firstInside = new CountDownLatch(1);
    CountDownLatch firstOpen = new CountDownLatch(1);
    Model<Integer, Integer> twice =
        rows -> {
          boolean first = rows.contains(0);
          (first ? firstInside : secondInside).countDown();
          GatedModel.await(first ? firstOpen : secondOpen);
          return rows.stream().map(x -> x * 10).toList();
        };
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(twice).microBatching(ALWAYS).build()) {
      CompletableFuture<Integer> held = predictor.predictAsync(0);
      GatedModel.await(firstInside);
      CompletableFuture<Integer> running = predictor.predictAsync(1);
      CompletableFuture<Integer> with = predictor.predictAsync(2);
      CompletableFuture<Integer> derived = with.thenApply(x -> x + 1);
      firstOpen.countDown();
      GatedModel.await(secondInside);
      assertThat(running.cancel(true)).isTrue();
      assertThat(with).isNotDone();
      secondOpen.countDown();
      assertThat(held.join()).isZero();
      assertThat(with.join()).isEqualTo(20);
      assertThat(derived.join()).isEqualTo(21);
      assertThat(running).isCancelled();
      // The loop goes on.
      assertThat(predictor.predictAsync(3).join()).isEqualTo(30);
      assertThat(predictor.stats().cancelled()).isEqualTo(1);
    }
  }

  @Test
  void rejections_ofEveryKind_areStacklessAndNameThePredictorAndWhatToDo() {
    PredictorErrors errors = new PredictorErrors("p");
    List<PredictionRejectedException> all =
        List.of(
            errors.queueFull(3, 3),
            errors.expired(5_000_000, 7),
            errors.circuitOpen(Models.version(3), CircuitBreaking.withDefaults()),
            errors.invalid("a payment of at most 1,000"),
            errors.interrupted("waited"),
            errors.notReady(java.util.Optional.empty()));
    assertThat(all).extracting(PredictionRejectedException::reason).containsOnly(Reason.values());
    assertThat(all)
        .allSatisfy(
            e -> {
              assertThat(e.getStackTrace()).isEmpty();
              assertThat(e).hasMessageStartingWith("Predictor 'p'");
            });
    assertThat(errors.circuitOpen(Models.version(3), CircuitBreaking.withDefaults()))
        .hasMessage(
            "Predictor 'p' rejected the request: version m:3 failed on 50.0 % or more of its last"
                + " 100 calls and is left alone for PT5S. Roll it back, or give the predictor a"
                + " fallback.");
  }

  @Test
  void maxDelay_outOfRange_namesTheRange() {
    assertThatThrownBy(() -> ALWAYS.withMaxDelay(Duration.ofSeconds(11)))
        .hasMessage("maxDelay: PT11S (expected: PT0S..PT10S)");
  }
}
