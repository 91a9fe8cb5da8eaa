package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever hangs in an old version holds up nobody who waits for a new one. */
@Timeout(60)
class CrewTest {
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final SwitchableSource<Double, Double> source = new SwitchableSource<>();

  private final Model<Double, Double> hanging =
      rows -> {
        inside.countDown();
        GatedModel.await(open);
        return rows;
      };

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void swap_whileABatchOrAnInlineCallHangs_queuedRequestsAreServedByTheNewVersion(boolean inline)
      throws Exception {
    source.select(Models.release(1, () -> hanging));
    try (Predictor<Double, Double> predictor =
        Predictor.from(source).microBatching(ALWAYS).build()) {
      CompletableFuture<Double> stuck =
          inline
              ? CompletableFuture.supplyAsync(
                  () -> predictor.predict(0.0), task -> GatedModel.start(task))
              : predictor.predictAsync(0.0);
      GatedModel.await(inside);
      List<CompletableFuture<Double>> waiting =
          IntStream.range(1, 20).mapToObj(i -> predictor.predictAsync((double) i)).toList();
      CompletableFuture<Double> blocking =
          CompletableFuture.supplyAsync(
              () -> predictor.predict(20.0), task -> GatedModel.start(task));
      GatedModel.awaitDepth(predictor, 20);
      source.select(Models.release(2, () -> Models.adding(100)));
      for (int i = 1; i < 20; i++) {
        assertThat(waiting.get(i - 1).get(20, TimeUnit.SECONDS)).isEqualTo(100 + i);
      }
      assertThat(blocking.get(20, TimeUnit.SECONDS)).isEqualTo(120);
      assertThat(predictor.predict(1.0)).isEqualTo(101);
      assertThat(stuck).isNotDone();
      open.countDown();
      assertThat(stuck.get(20, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void close_whileAnOldVersionHangs_saysSoAfterItsLimit() throws Exception {
    source.select(Models.release(1, () -> hanging));
    Predictor<Double, Double> predictor = Predictor.from(source).microBatching(ALWAYS).build();
    CompletableFuture<Double> stuck = predictor.predictAsync(0.0);
    GatedModel.await(inside);
    source.select(Models.release(2, () -> Models.adding(100)));
    ((ServingPredictor<Double, Double>) predictor).awaitLoader();
    assertThat(predictor.predictAsync(1.0).get(20, TimeUnit.SECONDS)).isEqualTo(101);
    assertThat(predictor.close(Duration.ofMillis(20))).isFalse();
    assertThat(stuck).isCompletedExceptionally();
    open.countDown();
  }

  @Test
  void swaps_manyUnderAsyncLoad_loseNothing() throws Exception {
    source.select(Models.release(1, () -> Models.adding(1)));
    try (Predictor<Double, Double> predictor =
        Predictor.from(source).microBatching(ALWAYS.withQueueCapacity(100_000)).build()) {
      ConcurrentLinkedQueue<CompletableFuture<Double>> all = new ConcurrentLinkedQueue<>();
      List<Thread> callers =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      GatedModel.start(
                          () -> {
                            for (int i = 0; i < 5_000; i++) {
                              all.add(predictor.predictAsync(0.0));
                            }
                          }))
              .toList();
      for (int v = 2; v < 100; v++) {
        int constant = v;
        source.select(Models.release(v, () -> Models.adding(constant)));
        ((ServingPredictor<Double, Double>) predictor).awaitLoader();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      for (CompletableFuture<Double> one : all) {
        assertThat(one.get(20, TimeUnit.SECONDS)).isBetween(1.0, 99.0);
      }
      assertThat(predictor.stats().openVersions()).isEqualTo(1);
    }
  }

  @Test
  void predict_virtualThreadsOnABusyModel_areBatched() throws Exception {
    Assumptions.assumeTrue(Runtime.version().feature() >= 21, "JDK 21 or later");
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(ALWAYS).build()) {
      ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
      CountDownLatch ended = new CountDownLatch(100);
      CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
      for (int i = 1; i <= 100; i++) {
        int x = i;
        Runnable call =
            () -> {
              if (!Threads.isVirtual()) {
                return;
              }
              answers.add(predictor.predict(x));
              ended.countDown();
            };
        start.invoke(null, call);
      }
      GatedModel.awaitDepth(predictor, 100);
      model.open.countDown();
      assertThat(held.join()).isZero();
      assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(answers)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.rangeClosed(1, 100).mapToObj(x -> 10 * x).toList());
      assertThat(predictor.stats().largestBatch()).isEqualTo(100);
    }
    assertThat(Threads.isVirtual()).isFalse();
  }
}
