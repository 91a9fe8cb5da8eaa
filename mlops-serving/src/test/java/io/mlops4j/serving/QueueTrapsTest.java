package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The traps of waiting, on real sessions: a native run of a loop that would take most of an hour
 * holds the only worker until a test stops it, and everything else has to queue.
 */
@Timeout(60)
class QueueTrapsTest {
  /** As in {@link DeadlinesTest}: turns of the loop in "looping". */
  private static final float[] ENDLESS = {1e9f};

  private static final MicroBatching ONE_BY_ONE =
      MicroBatching.withDefaults().always().withMaxBatchSize(1).withWorkers(1);
  private static final CallOptions HIGH = CallOptions.withDefaults().withPriority(Priority.HIGH);

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  private static Predictor<float[], Double> looping(int queueCapacity) {
    return Predictor.of(Models.one("looping"))
        .microBatching(ONE_BY_ONE.withQueueCapacity(queueCapacity))
        .build();
  }

  /** Cancelling what it returns stops the native run. */
  private static CompletableFuture<Double> hold(Predictor<float[], Double> predictor) {
    CompletableFuture<Double> held = predictor.predictAsync(ENDLESS);
    ServingPredictor<float[], Double> serving = (ServingPredictor<float[], Double>) predictor;
    GatedModel.until(() -> !serving.batcher().running().isEmpty());
    assertThat(held).isNotDone();
    return held;
  }

  /** The last ones, of a higher priority, go first: the order is one that can be seen. */
  @Test
  void priority_oneForAll_isFirstInFirstOut() {
    try (Predictor<float[], Double> predictor = looping(128)) {
      CompletableFuture<Double> held = hold(predictor);
      List<Double> order = new CopyOnWriteArrayList<>();
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 1; i <= 60; i++) {
        all.add(predictor.predictAsync(Models.row(i)).thenAccept(order::add));
      }
      all.add(predictor.predictAsync(Models.row(61), HIGH).thenAccept(order::add));
      all.add(predictor.predictAsync(Models.row(62), HIGH).thenAccept(order::add));
      held.cancel(true);
      all.forEach(CompletableFuture::join);
      List<Double> expected = new ArrayList<>(List.of(61.0, 62.0));
      IntStream.rangeClosed(1, 60).forEach(i -> expected.add((double) i));
      assertThat(order).isEqualTo(expected);
    }
  }

  @Test
  void queueFull_sixtyFourProducers_neverOverfillItNorAnotherPriority() throws Exception {
    try (Predictor<float[], Double> predictor = looping(16)) {
      CompletableFuture<Double> held = hold(predictor);
      List<CompletableFuture<Double>> all = new CopyOnWriteArrayList<>();
      CountDownLatch begin = new CountDownLatch(1);
      List<Thread> producers =
          IntStream.range(0, 64)
              .mapToObj(
                  i ->
                      GatedModel.start(
                          () -> {
                            GatedModel.await(begin);
                            all.add(predictor.predictAsync(Models.row(7)));
                          }))
              .toList();
      begin.countDown();
      for (Thread producer : producers) {
        producer.join();
      }
      assertThat(all.stream().filter(future -> !future.isDone())).hasSize(16);
      assertThat(predictor.stats().queueDepth()).isEqualTo(16);
      CompletableFuture<Double> high = predictor.predictAsync(Models.row(9), HIGH);
      assertThat(high).isNotDone();
      held.cancel(true);
      int answered = 0;
      for (CompletableFuture<Double> future : all) {
        try {
          assertThat(future.join()).isEqualTo(7.0);
          answered++;
        } catch (CompletionException e) {
          assertThat(e.getCause())
              .isInstanceOfSatisfying(
                  PredictionRejectedException.class,
                  full -> assertThat(full.reason()).isEqualTo(Reason.QUEUE_FULL));
        }
      }
      assertThat(answered).isEqualTo(16);
      assertThat(high.join()).isEqualTo(9.0);
    }
  }

  @Test
  void cancel_inAFullQueue_freesThePlaceAtOnce() {
    try (Predictor<float[], Double> predictor = looping(1)) {
      CompletableFuture<Double> held = hold(predictor);
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Double> unwanted = predictor.predictAsync(Models.row(i));
        assertThat(unwanted).isNotDone();
        assertThat(unwanted.cancel(false)).isTrue();
      }
      CompletableFuture<Double> wanted = predictor.predictAsync(Models.row(5));
      held.cancel(true);
      assertThat(wanted.join()).isEqualTo(5.0);
      assertThat(predictor.stats().cancelled()).isEqualTo(201);
      assertThat(predictor.stats().answered()).isEqualTo(1);
    }
  }

  @Test
  void close_withQueuedRequests_answersThemAll() throws Exception {
    Predictor<float[], Double> predictor = looping(64);
    CompletableFuture<Double> held = hold(predictor);
    List<CompletableFuture<Double>> queued =
        IntStream.range(1, 40).mapToObj(i -> predictor.predictAsync(Models.row(i))).toList();
    CompletableFuture<Boolean> closing =
        CompletableFuture.supplyAsync(() -> predictor.close(Duration.ofSeconds(30)));
    GatedModel.until(() -> predictor.status().closed());
    held.cancel(true);
    assertThat(closing.get(40, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i < 40; i++) {
      assertThat(queued.get(i - 1)).isCompletedWithValue((double) i);
    }
  }

  @Test
  void close_nativeRunPastTheLimit_failsWhatIsQueued() {
    Predictor<float[], Double> predictor = looping(64);
    CompletableFuture<Double> held = hold(predictor);
    CompletableFuture<Double> queued = predictor.predictAsync(Models.row(1));
    predictor.close(Duration.ofMillis(30));
    for (CompletableFuture<Double> future : List.of(held, queued)) {
      assertThatThrownBy(future::join).hasCauseInstanceOf(PredictorClosedException.class);
    }
  }

  @Test
  void change_whileANativeRunHangs_newVersionServesAndTheOldOneClosesLater() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("looping")));
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).microBatching(ONE_BY_ONE).build()) {
      CompletableFuture<Double> held = hold(predictor);
      source.select(Models.release(2, () -> Models.one("plus1")));
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      assertThat(predictor.predictAsync(Models.row(3)).join()).isEqualTo(4.0);
      assertThat(held).isNotDone();
      assertThat(predictor.stats().openVersions()).isEqualTo(2);
      held.cancel(true);
      GatedModel.until(() -> predictor.stats().openVersions() == 1);
    }
  }

  /** The session that was made too late is made, and closed again. */
  @Test
  void changes_whileLoading_newestWinsAndNoSessionIsLeft() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("identity")));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      source.select(
          Models.release(
              2,
              () -> {
                Model<float[], Double> late = Models.one("plus1");
                inside.countDown();
                GatedModel.await(open);
                return late;
              }));
      GatedModel.await(inside);
      source.select(
          Models.release(
              3,
              () -> {
                throw new AssertionError("overtaken before it began");
              }));
      source.select(Models.release(4, () -> Models.one("plus2")));
      open.countDown();
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      assertThat(predictor.predict(Models.row(3))).isEqualTo(5.0);
      assertThat(predictor.stats().swaps()).isEqualTo(1);
      assertThat(predictor.stats().failedLoads()).isZero();
      assertThat(OnnxSession.OPEN).hasValue(1);
    }
  }

  @Test
  void cache_twoModelsAndNewWeights_neverAnswerFromOneAnother() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> other =
            Predictor.of(Models.one("identity")).cache(Caching.withDefaults()).build();
        Predictor<float[], Double> predictor =
            Predictor.from(source).cache(Caching.withDefaults()).build()) {
      assertThat(other.predict(Models.row(3))).isEqualTo(3.0);
      assertThat(predictor.predict(Models.row(3))).isEqualTo(4.0);
      assertThat(predictor.predict(Models.row(3))).isEqualTo(4.0);
      assertThat(predictor.stats().cacheHits()).isEqualTo(1);
      source.select(Models.release(2, () -> Models.one("plus2")));
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      assertThat(predictor.predict(Models.row(3))).isEqualTo(5.0);
      source.select(Models.release(1, () -> Models.one("identity")));
      ((ServingPredictor<?, ?>) predictor).awaitLoader();
      assertThat(predictor.predict(Models.row(3))).isEqualTo(3.0);
    }
  }

  /**
   * A row says how many numbers the graph is to make. So many have no address, so that no system
   * can promise the memory and take it back later.
   */
  @Test
  void predict_moreNativeMemoryThanThereIs_isAFailureOfItsRow() {
    byte[] graph =
        Graphs.of(1)
            .longs("flat", -1)
            .node("Cast", "X", "whole", Graphs.integer("to", 7))
            .node("Reshape", "whole flat", "shape")
            .node("ConstantOfShape", "shape", "zeros")
            .node("Size", "zeros", "count")
            .node("Cast", "count", "counted", Graphs.integer("to", 1))
            .node("Add", "X counted", "y")
            .output("y", 1);
    OnnxLoader<float[], Double> loader = OnnxModel.regression(Models.ONE);
    ModelFiles files = ModelFiles.of("onnx", Map.of("m.onnx", graph));
    try (Predictor<float[], Double> predictor =
        Predictor.of(loader.load(Models.version(1), files)).build()) {
      assertThat(predictor.predict(Models.row(3))).isEqualTo(6.0);
      assertThatThrownBy(() -> predictor.predict(Models.row(1e15)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("allocate");
      assertThat(predictor.predict(Models.row(3))).isEqualTo(6.0);
    }
  }
}
