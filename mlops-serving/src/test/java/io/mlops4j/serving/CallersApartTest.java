package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.spi.MDCAdapter;

/**
 * Callers share a run of a real session, and nothing else: neither logging context nor observation
 * nor deadline.
 */
@Timeout(60)
class CallersApartTest {
  /** Two rows are a batch, and the first waits for the second. */
  private static final MicroBatching PAIRS =
      MicroBatching.withDefaults()
          .always()
          .withMaxBatchSize(2)
          .withWorkers(1)
          .withMaxDelay(Duration.ofSeconds(10));

  private final SpanRecorder spans = new SpanRecorder();
  private final ObservationRegistry registry = spans.registry();
  private final ConcurrentLinkedQueue<String> insideRuns = new ConcurrentLinkedQueue<>();
  private @Nullable MDCAdapter before;

  /** An adapter whose threads inherit, which is the worst there is. */
  @BeforeEach
  void logInheritably() throws ReflectiveOperationException {
    before = MDC.getMDCAdapter();
    adapter(new BasicMDCAdapter());
  }

  @AfterEach
  void logAsBefore() throws ReflectiveOperationException {
    adapter(before);
  }

  private static void adapter(@Nullable MDCAdapter adapter) throws ReflectiveOperationException {
    Field field = MDC.class.getDeclaredField("MDC_ADAPTER");
    field.setAccessible(true);
    field.set(null, adapter);
  }

  /** Notes what a run knows, on the thread of the run, once for each row. */
  private boolean look(double answer) {
    Observation current = registry.getCurrentObservation();
    insideRuns.add(
        MDC.get("caller") + " " + (current == null ? "none" : current.getContext().getName()));
    return !Double.isNaN(answer);
  }

  /** Calls on a thread of its own, with everything a caller may have about it. */
  private CompletableFuture<Double> caller(
      String name, Predictor<float[], Double> predictor, float value, CallOptions options) {
    CompletableFuture<Double> answer = new CompletableFuture<>();
    GatedModel.start(
        () -> {
          MDC.put("caller", name);
          Observation own = Observation.start(name, registry);
          try (Observation.Scope scope = own.openScope()) {
            double output = predictor.predict(new float[] {value}, options);
            assertThat(scope.getCurrentObservation()).isSameAs(own);
            assertThat(registry.getCurrentObservation()).isSameAs(own);
            assertThat(MDC.get("caller")).isEqualTo(name);
            answer.complete(output);
          } catch (RuntimeException | AssertionError e) {
            answer.completeExceptionally(e);
          } finally {
            own.stop();
          }
        });
    return answer;
  }

  @Test
  void batch_twoCallers_nothingOfOneIsInTheRunAndSpansAreLinked() {
    MDC.put("caller", "builder");
    Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .microBatching(PAIRS)
            .time(VirtualTime.startingAt(Instant.EPOCH)) // so the first waits as long as it takes
            .outputCheck(this::look)
            .observations(registry)
            .build();
    try (predictor) {
      CompletableFuture<Double> a = caller("a", predictor, 1, CallOptions.withDefaults());
      CompletableFuture<Double> b = caller("b", predictor, 2, CallOptions.withDefaults());
      assertThat(a.join()).isEqualTo(2);
      assertThat(b.join()).isEqualTo(3);
      assertThat(predictor.stats().largestBatch()).isEqualTo(2);
    } finally {
      MDC.clear();
    }
    assertThat(insideRuns).containsExactly("null mlops.predict.batch", "null mlops.predict.batch");
    BatchContext run = spans.only(BatchContext.class);
    List<PredictionContext> requests = spans.all(PredictionContext.class);
    assertThat(run.getParentObservation()).isNull();
    assertThat(run.rows()).isEqualTo(2);
    assertThat(run.release()).isEqualTo(Prediction.Release.FULL);
    assertThat(run.requests()).hasSize(2).containsExactlyInAnyOrderElementsOf(requests);
    assertThat(requests).allSatisfy(request -> assertThat(request.batch()).contains(run));
    assertThat(requests)
        .extracting(
            request ->
                Objects.requireNonNull(request.getParentObservation()).getContextView().getName())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(requests)
        .allSatisfy(
            request -> {
              assertThat(request.version()).contains(run.version());
              assertThat(request.source()).contains(Prediction.Source.MODEL);
              assertThat(
                      Objects.requireNonNull(request.getLowCardinalityKeyValue("source"))
                          .getValue())
                  .isEqualTo("model");
            });
    spans.assertEachStoppedOnce();
  }

  /** The negative control: an ordinary thread, and a run observed the ordinary way, are noticed. */
  @Test
  void probe_threadAndRunOfTheOrdinaryKind_areNoticed() throws InterruptedException {
    MDC.put("caller", "builder");
    Observation own = Observation.start("a", registry);
    try (Observation.Scope scope = own.openScope()) {
      Thread ordinary = new Thread(() -> assertThat(look(1.0)).isTrue());
      ordinary.start();
      ordinary.join();
      assertThat(insideRuns).containsExactly("builder none");
      assertThat(Observation.start("run", registry).getContext().getParentObservation())
          .isSameAs(scope.getCurrentObservation());
    } finally {
      MDC.clear();
    }
  }

  @Test
  void threads_builtUnderACallersContext_knowNothingOfIt() {
    Map<String, String> seen = new ConcurrentHashMap<>();
    MDC.put("caller", "builder");
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(
        Models.release(
            1,
            () -> {
              seen.put("loader", String.valueOf(MDC.get("caller")));
              return Models.one("plus1");
            }));
    try (Predictor<float[], Double> predictor =
        Predictor.from(source)
            .outputCheck(
                answer -> {
                  seen.put("worker", String.valueOf(MDC.get("caller")));
                  return true;
                })
            .listener(prediction -> seen.put("listener", String.valueOf(MDC.get("caller"))))
            .build()) {
      assertThat(predictor.predictAsync(Models.row(1)).join()).isEqualTo(2);
      assertThat(predictor.awaitListeners(Duration.ofSeconds(20))).isTrue();
      assertThat(MDC.get("caller")).isEqualTo("builder");
    } finally {
      MDC.clear();
    }
    assertThat(seen).isEqualTo(Map.of("loader", "null", "worker", "null", "listener", "null"));
  }

  @Test
  void continuation_leavesItsContextOnTheWorker_nextCallersRunHasNone() {
    CountDownLatch attached = new CountDownLatch(1);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .outputCheck(
                answer -> {
                  GatedModel.await(attached);
                  return look(answer);
                })
            .observations(registry)
            .build()) {
      CompletableFuture<String> first =
          predictor
              .predictAsync(Models.row(1))
              .thenApply(
                  answer -> {
                    MDC.put("caller", "a");
                    Observation.start("a", registry).openScope();
                    return Thread.currentThread().getName();
                  });
      attached.countDown();
      assertThat(first.join()).contains("worker");
      assertThat(predictor.predictAsync(Models.row(2)).join()).isEqualTo(3);
    }
    assertThat(insideRuns).containsExactly("null mlops.predict.batch", "null mlops.predict.batch");
    assertThat(spans.all(BatchContext.class))
        .hasSize(2)
        .allSatisfy(run -> assertThat(run.getParentObservation()).isNull());
  }

  @Test
  void deadline_ofOneCaller_isNotTheOthers() {
    VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .microBatching(PAIRS)
            .time(time)
            .outputCheck(
                answer -> {
                  inside.countDown();
                  GatedModel.await(goOn);
                  return true;
                })
            .build()) {
      CompletableFuture<Double> hurried =
          predictor.predictAsync(
              Models.row(1), CallOptions.withDefaults().withDeadline(Duration.ofMillis(20)));
      CompletableFuture<Double> patient = predictor.predictAsync(Models.row(2));
      GatedModel.await(inside);
      time.advance(Duration.ofMillis(20));
      assertThatThrownBy(hurried::join).hasCauseInstanceOf(PredictionFailedException.class);
      assertThat(patient).isNotDone();
      goOn.countDown();
      assertThat(patient.join()).isEqualTo(3);
      assertThat(predictor.stats().timedOut()).isEqualTo(1);
      assertThat(predictor.stats().largestBatch()).isEqualTo(2);
    }
  }

  @Test
  void predict_inline_isObservedUnderItsCallersObservation() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1")).outputCheck(this::look).observations(registry).build()) {
      CompletableFuture<Double> a = caller("a", predictor, 1, CallOptions.withDefaults());
      assertThat(a.join()).isEqualTo(2);
      assertThat(insideRuns).containsExactly("a mlops.predict.request");
      assertThat(predictor.predictAll(List.of(Models.row(1), Models.row(2))))
          .containsExactly(2.0, 3.0);
    }
    assertThat(spans.all(BatchContext.class)).isEmpty();
    assertThat(spans.all(PredictionContext.class))
        .extracting(PredictionContext::rows)
        .containsExactly(1, 2);
    spans.assertEachStoppedOnce();
  }

  @Test
  void observations_everyWayOfAsking_beginAndEndOnce() {
    CountDownLatch gate = new CountDownLatch(1);
    Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .observations(registry)
            .cache(Caching.withDefaults())
            .inputCheck(row -> row[0] >= 0, "a number of at least 0")
            .outputCheck(
                answer -> {
                  if (answer == 5) {
                    GatedModel.await(gate);
                  }
                  return answer < 50;
                })
            .build();
    predictor.predict(Models.row(1));
    predictor.predict(Models.row(1));
    predictor.predictAsync(Models.row(2)).join();
    predictor.predictAsync(Models.row(2)).join();
    predictor.predictDetailed(Models.row(3));
    predictor.predictAll(List.of(Models.row(1), Models.row(2)));
    assertThatThrownBy(() -> predictor.predict(Models.row(-1)))
        .isInstanceOf(PredictionRejectedException.class);
    assertThatThrownBy(() -> predictor.predict(Models.row(60)))
        .isInstanceOf(PredictionFailedException.class);
    assertThatThrownBy(() -> predictor.predictAsync(Models.row(-1)).join())
        .hasCauseInstanceOf(PredictionRejectedException.class);
    CompletableFuture<Double> running = predictor.predictAsync(Models.row(4));
    CompletableFuture<Double> cancelled =
        predictor.predictAsync(Models.row(5), CallOptions.withDefaults().withoutCache());
    cancelled.cancel(true);
    gate.countDown();
    assertThat(running.join()).isEqualTo(5);
    predictor.close();
    assertThatThrownBy(() -> predictor.predict(Models.row(1)))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> predictor.predictAsync(Models.row(1)).join())
        .hasCauseInstanceOf(PredictorClosedException.class);
    spans.assertEachStoppedOnce();
    assertThat(spans.all(PredictionContext.class)).hasSize(13);
    assertThat(spans.all(PredictionContext.class))
        .filteredOn(request -> request.getError() != null)
        .hasSize(6);
    assertThat(spans.all(PredictionContext.class))
        .filteredOn(request -> request.source().equals(Optional.of(Prediction.Source.CACHE)))
        .hasSize(2);
  }

  @Test
  void observation_ofAFailure_holdsNothingOfTheRow() {
    Predictor<float[], Double> predictor =
        Predictor.<float[], Double>of(
                rows -> {
                  throw new IllegalArgumentException("secret " + rows.get(0)[0]);
                })
            .observations(registry)
            .build();
    assertThatThrownBy(() -> predictor.predict(Models.row(4711)))
        .hasCauseInstanceOf(IllegalArgumentException.class);
    predictor.close();
    Throwable told = Objects.requireNonNull(spans.only(PredictionContext.class).getError());
    assertThat(told).isInstanceOf(PredictionFailedException.class).hasNoCause();
    assertThat(told.getMessage()).doesNotContain("4711");
    assertThat(spans.only(PredictionContext.class).getAllKeyValues().toString())
        .doesNotContain("4711");
  }

  /** The least of as many rounds as it takes until both meet code that is compiled. */
  @Test
  void observations_off_allocateNothingAndOnDo() {
    try (Predictor<float[], Double> without = Predictor.of(Models.one("identity")).build();
        Predictor<float[], Double> off =
            Predictor.of(Models.one("identity")).observations(ObservationRegistry.NOOP).build();
        Predictor<float[], Double> on =
            Predictor.of(Models.one("identity")).observations(registry).build()) {
      AtomicLong plain = new AtomicLong(Long.MAX_VALUE);
      AtomicLong quiet = new AtomicLong(Long.MAX_VALUE);
      GatedModel.until(
          () -> {
            plain.accumulateAndGet(bytesOfACall(without), Math::min);
            quiet.accumulateAndGet(bytesOfACall(off), Math::min);
            return Math.abs(plain.get() - quiet.get()) <= 8;
          });
      assertThat(bytesOfACall(on)).isGreaterThan(plain.get() + 200);
    }
  }

  private static long bytesOfACall(Predictor<float[], Double> predictor) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    float[] row = Models.row(1);
    int calls = 4_000;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 6; round++) {
      long begin = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        predictor.predict(row);
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - begin) / calls);
    }
    return least;
  }
}
