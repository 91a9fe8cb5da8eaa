package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Model;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class BatchingTest {
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  /** A model that lets a test hold its first call inside, and notes the batches. */
  private static final class Gate implements Model<Integer, Integer> {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    final ConcurrentLinkedQueue<List<Integer>> batches = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();

    @Override
    public List<Integer> predict(List<Integer> inputs) {
      batches.add(List.copyOf(inputs));
      threads.add(Thread.currentThread().getName());
      inside.countDown();
      await(open);
      return inputs.stream().map(x -> x * 10).toList();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitDepth(Predictor<?, ?> predictor, int depth) {
    while (predictor.stats().queueDepth() < depth) {
      Thread.onSpinWait();
    }
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void predict_oneCaller_neverQueues() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).microBatching(ALWAYS).build()) {
      for (int i = 0; i < 5_000; i++) {
        assertThat(predictor.predict(Models.row(i))).isEqualTo(i + 1);
      }
      PredictorStats stats = predictor.stats();
      assertThat(stats.answered()).isEqualTo(5_000);
      assertThat(stats.queued()).isZero();
      assertThat(stats.batches()).isZero();
    }
  }

  @Test
  void inFlight_oneInsideThreeWaiting_countsAllAndGoesBackToZero() throws Exception {
    Gate model = new Gate();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).microBatching(ALWAYS).meters(meters).build()) {
      io.micrometer.core.instrument.Gauge inFlight = meters.get("mlops.predict.inflight").gauge();
      assertThat(inFlight.value()).isZero();
      List<Thread> callers = new ArrayList<>(List.of(start(() -> predictor.predict(1))));
      await(model.inside);
      for (int i = 2; i <= 4; i++) {
        int input = i;
        callers.add(start(() -> predictor.predict(input)));
      }
      awaitDepth(predictor, 3);
      assertThat(inFlight.value()).isEqualTo(4);
      model.open.countDown();
      for (Thread caller : callers) {
        caller.join();
      }
      while (inFlight.value() != 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void predict_sixtyFourCallersOnARealSession_batchesAndMixesNothingUp() throws Exception {
    int callers = 64;
    int each = 500;
    LongAdder wrong = new LongAdder();
    CyclicBarrier together = new CyclicBarrier(callers);
    AtomicBoolean first = new AtomicBoolean(true);
    CountDownLatch othersWait = new CountDownLatch(1);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .microBatching(ALWAYS)
            .outputCheck(
                answer -> {
                  if (first.compareAndSet(true, false)) {
                    await(othersWait); // who is inside first stays until all others queue
                  }
                  return true;
                })
            .build()) {
      List<Thread> threads =
          IntStream.range(0, callers)
              .mapToObj(
                  t ->
                      start(
                          () -> {
                            try {
                              together.await();
                            } catch (Exception e) {
                              wrong.increment();
                            }
                            for (int i = 0; i < each; i++) {
                              int x = t * each + i;
                              if (predictor.predict(Models.row(x)) != x + 1) {
                                wrong.increment();
                              }
                            }
                          }))
              .toList();
      awaitDepth(predictor, callers - 1);
      othersWait.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong.sum()).isZero();
      PredictorStats stats = predictor.stats();
      assertThat(stats.answered()).isEqualTo((long) callers * each);
      assertThat(stats.batchedRows()).isEqualTo(stats.queued());
      assertThat(stats.largestBatch()).isBetween(2, 128);
      assertThat(stats.batchedRows()).isGreaterThan(stats.batches());

      // The load is over: one caller is on its own again, after two last rows through the worker.
      for (int i = 0; i < 5; i++) {
        predictor.predict(Models.row(i));
      }
      long queued = predictor.stats().queued();
      for (int i = 0; i < 100; i++) {
        predictor.predict(Models.row(i));
      }
      assertThat(predictor.stats().queued()).isEqualTo(queued);
    }
  }

  @Test
  void predict_whileTheModelIsBusy_queuesAndRunsOneBatchOnTheWorker() throws Exception {
    Gate gate = new Gate();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gate).name("g").microBatching(ALWAYS).build()) {
      ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
      List<Thread> threads = new ArrayList<>();
      threads.add(start(() -> answers.add(predictor.predict(1))));
      await(gate.inside);
      for (int i = 2; i <= 6; i++) {
        int x = i;
        threads.add(start(() -> answers.add(predictor.predict(x))));
        awaitDepth(predictor, i - 1);
      }
      gate.open.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(answers).containsExactlyInAnyOrder(10, 20, 30, 40, 50, 60);
      assertThat(gate.batches).containsExactly(List.of(1), List.of(2, 3, 4, 5, 6));
      assertThat(new ArrayList<>(gate.threads).get(1)).isEqualTo("mlops4j-g-worker-0");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void predictAsync_smallBatches_neverExceedsThem(int most) {
    Gate gate = new Gate();
    gate.open.countDown();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gate).microBatching(ALWAYS.withMaxBatchSize(most)).build()) {
      List<CompletableFuture<Integer>> futures =
          IntStream.range(0, 200).mapToObj(predictor::predictAsync).toList();
      for (int i = 0; i < futures.size(); i++) {
        assertThat(futures.get(i).join()).isEqualTo(i * 10);
      }
      assertThat(gate.batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, most));
      assertThat(gate.batches.stream().mapToInt(List::size).sum()).isEqualTo(200);
    }
  }

  @Test
  void predict_queueFull_rejectsWithoutRunningTheModel() throws Exception {
    Gate gate = new Gate();
    int producers = 64;
    int capacity = 10;
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gate).name("full").microBatching(ALWAYS.withQueueCapacity(capacity)).build()) {
      CompletableFuture<Integer> first = predictor.predictAsync(0);
      await(gate.inside);
      AtomicInteger deepest = new AtomicInteger();
      ConcurrentLinkedQueue<CompletableFuture<Integer>> futures = new ConcurrentLinkedQueue<>();
      CyclicBarrier together = new CyclicBarrier(producers);
      List<Thread> threads =
          IntStream.range(0, producers)
              .mapToObj(
                  t ->
                      start(
                          () -> {
                            try {
                              together.await();
                            } catch (Exception e) {
                              return;
                            }
                            for (int i = 0; i < 50; i++) {
                              futures.add(predictor.predictAsync(1));
                              deepest.accumulateAndGet(predictor.stats().queueDepth(), Math::max);
                            }
                          }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(deepest).hasValue(capacity);
      assertThatThrownBy(() -> predictor.predict(2))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessage(
              "Predictor 'full' rejected the request: queue full (queued=10, capacity=10). Raise"
                  + " queueCapacity, add workers, or shed load upstream.");
      gate.open.countDown();
      assertThat(first.join()).isZero();
      long accepted = futures.stream().filter(f -> settled(f)).count();
      assertThat(accepted).isEqualTo(capacity);
      assertThat(futures).hasSize(producers * 50);
      assertThat(predictor.stats().rejected()).isEqualTo(producers * 50 - capacity + 1);
      assertThat(gate.batches.stream().mapToInt(List::size).sum()).isEqualTo(capacity + 1);
    }
  }

  /** Waits for a future; returns whether it has an answer. */
  private static boolean settled(CompletableFuture<?> future) {
    try {
      future.get(30, TimeUnit.SECONDS);
      return true;
    } catch (Exception e) {
      assertThat(e).hasCauseInstanceOf(PredictionRejectedException.class);
      return false;
    }
  }

  @Test
  void predict_queueFullWithFallback_fallsBack() {
    Gate gate = new Gate();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gate).fallback(x -> -1).microBatching(ALWAYS.withQueueCapacity(1)).build()) {
      CompletableFuture<Integer> first = predictor.predictAsync(0);
      await(gate.inside);
      CompletableFuture<Integer> second = predictor.predictAsync(1);
      assertThat(predictor.predict(2)).isEqualTo(-1);
      assertThat(predictor.predictAsync(3).join()).isEqualTo(-1);
      gate.open.countDown();
      assertThat(first.join()).isZero();
      assertThat(second.join()).isEqualTo(10);
      assertThat(predictor.stats().rejected()).isZero();
    }
  }

  @Test
  void close_withQueuedRequests_answersThemAll() throws Exception {
    Gate gate = new Gate();
    Predictor<Integer, Integer> predictor = Predictor.of(gate).microBatching(ALWAYS).build();
    CompletableFuture<Integer> first = predictor.predictAsync(0);
    await(gate.inside);
    List<CompletableFuture<Integer>> queued =
        IntStream.range(1, 50).mapToObj(predictor::predictAsync).toList();
    CompletableFuture<Boolean> closing =
        CompletableFuture.supplyAsync(() -> predictor.close(Duration.ofSeconds(30)));
    gate.open.countDown();
    assertThat(closing.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(first).isCompletedWithValue(0);
    for (int i = 1; i < 50; i++) {
      assertThat(queued.get(i - 1)).isCompletedWithValue(i * 10);
    }
  }

  @Test
  void close_modelHangsPastTheLimit_failsWhatIsLeft() {
    Gate gate = new Gate();
    Predictor<Integer, Integer> predictor =
        Predictor.of(gate).name("stuck").microBatching(ALWAYS).build();
    CompletableFuture<Integer> running = predictor.predictAsync(0);
    await(gate.inside);
    CompletableFuture<Integer> queued = predictor.predictAsync(1);
    assertThat(predictor.close(Duration.ofMillis(30))).isFalse();
    for (CompletableFuture<Integer> future : List.of(running, queued)) {
      assertThat(future).isCompletedExceptionally();
      assertThatThrownBy(future::join)
          .hasCauseInstanceOf(PredictorClosedException.class)
          .hasMessageContaining("stuck")
          .hasMessageContaining("PT0.03S");
    }
    gate.open.countDown();
  }

  @Test
  void close_underFire_everyRequestEnds() throws Exception {
    for (int round = 0; round < 30; round++) {
      Predictor<Integer, Double> predictor =
          Predictor.<Integer, Double>of(xs -> xs.stream().map(x -> x + 0.5).toList())
              .microBatching(ALWAYS.withQueueCapacity(16))
              .build();
      LongAdder strange = new LongAdder();
      CountDownLatch warm = new CountDownLatch(4);
      List<Thread> threads =
          IntStream.range(0, 8)
              .mapToObj(
                  t ->
                      start(
                          () -> {
                            for (int i = 0; ; i++) {
                              try {
                                double answer =
                                    t % 2 == 0
                                        ? predictor.predict(i)
                                        : predictor.predictAsync(i).join();
                                if (answer != i + 0.5) {
                                  strange.increment();
                                }
                              } catch (PredictionRejectedException e) {
                                // Full: fine.
                              } catch (RuntimeException e) {
                                if (e instanceof PredictorClosedException
                                    || e.getCause() instanceof PredictorClosedException) {
                                  return;
                                }
                                if (!(e.getCause() instanceof PredictionRejectedException)) {
                                  strange.increment();
                                }
                              }
                              if (i == 20) {
                                warm.countDown();
                              }
                            }
                          }))
              .toList();
      await(warm);
      assertThat(predictor.close(Duration.ofSeconds(20))).isTrue();
      for (Thread thread : threads) {
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
      }
      assertThat(strange.sum()).isZero();
    }
  }

  @Test
  void predict_interruptedInTheQueue_abandonsAndKeepsTheFlag() throws Exception {
    Gate gate = new Gate();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(gate).fallback(x -> -1).microBatching(ALWAYS).build()) {
      CompletableFuture<Integer> first = predictor.predictAsync(0);
      await(gate.inside);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>();
      Thread caller =
          start(
              () -> {
                try {
                  predictor.predict(1);
                } catch (RuntimeException e) {
                  thrown.set(e);
                  flag.set(Thread.currentThread().isInterrupted());
                }
              });
      awaitDepth(predictor, 1);
      caller.interrupt();
      caller.join();
      assertThat(thrown.get())
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessageContaining("interrupted");
      assertThat(flag).hasValue(true);
      assertThat(predictor.stats().queueDepth()).isZero();
      gate.open.countDown();
      assertThat(first.join()).isZero();
      assertThat(predictor.predict(2)).isEqualTo(20);
      assertThat(gate.batches).doesNotContain(List.of(1));
    }
  }

  @Test
  void predictAsync_cancelledInTheQueue_isNotRun() {
    Gate gate = new Gate();
    try (Predictor<Integer, Integer> predictor = Predictor.of(gate).build()) {
      CompletableFuture<Integer> first = predictor.predictAsync(0);
      await(gate.inside);
      CompletableFuture<Integer> unwanted = predictor.predictAsync(1);
      CompletableFuture<Integer> last = predictor.predictAsync(2);
      unwanted.cancel(false);
      gate.open.countDown();
      assertThat(first.join()).isZero();
      assertThat(last.join()).isEqualTo(20);
      assertThat(gate.batches).containsExactly(List.of(0), List.of(2));
    }
  }

  @Test
  void predict_fromACompletionOnTheWorker_runsInlineInsteadOfWaitingForItself() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).microBatching(ALWAYS).build()) {
      CompletableFuture<Double> chained =
          predictor.predictAsync(Models.row(1)).thenApply(y -> predictor.predict(Models.row(y)));
      assertThat(chained.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(3);
    }
  }

  @Test
  void predict_randomSizesAndWays_everyCallerGetsItsOwnRows() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(12);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus2"))
            .microBatching(ALWAYS.withMaxBatchSize(5).withWorkers(2))
            .build()) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int c = 0; c < 12; c++) {
        int seed = c;
        all.add(CompletableFuture.runAsync(() -> oneCaller(predictor, new Random(seed)), callers));
      }
      for (CompletableFuture<Void> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  private static void oneCaller(Predictor<float[], Double> predictor, Random random) {
    for (int i = 0; i < 300; i++) {
      int n = random.nextInt(20);
      int base = random.nextInt(1 << 20);
      switch (random.nextInt(3)) {
        case 0 -> assertThat(predictor.predict(Models.row(base))).isEqualTo(base + 2);
        case 1 -> {
          List<Double> answers =
              predictor.predictAll(
                  IntStream.range(0, n).mapToObj(k -> Models.row(base + k)).toList());
          for (int k = 0; k < n; k++) {
            assertThat(answers.get(k)).isEqualTo(base + k + 2);
          }
        }
        default -> {
          List<CompletableFuture<Double>> futures =
              IntStream.range(0, n)
                  .mapToObj(k -> predictor.predictAsync(Models.row(base + k)))
                  .toList();
          for (int k = 0; k < n; k++) {
            assertThat(futures.get(k).join()).isEqualTo(base + k + 2);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void predict_tenThousandVirtualThreads_allAnswered(boolean batching) throws Exception {
    Assumptions.assumeTrue(Runtime.version().feature() >= 21, "JDK 21 or later");
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    int calls = 10_000;
    LongAdder right = new LongAdder();
    CountDownLatch ended = new CountDownLatch(calls);
    PredictorBuilder<float[], Double> builder = Predictor.of(Models.one("plus1"));
    if (batching) {
      builder.microBatching(ALWAYS.withQueueCapacity(calls));
    }
    try (Predictor<float[], Double> predictor = builder.build()) {
      for (int i = 0; i < calls; i++) {
        int x = i;
        Runnable call =
            () -> {
              try {
                if (predictor.predict(Models.row(x)) == x + 1) {
                  right.increment();
                }
              } finally {
                ended.countDown();
              }
            };
        start.invoke(null, call);
      }
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(right.sum()).isEqualTo(calls);
    }
  }

  @Test
  void microBatching_measuredAndTiny_callersThatBlockAreNotBatched() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).microBatching(MicroBatching.withDefaults()).build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(((ServingPredictor<float[], Double>) predictor).batcher().runner.bestBatch())
          .isBetween(1, 128);
    }
  }
}
