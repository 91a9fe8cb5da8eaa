package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is closed, and what is closed at the wrong moment or from the wrong place. Whoever waits
 * gets an answer or one clear error; no session and no thread is left.
 */
@Timeout(60)
class ClosedThingsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicReference<@Nullable Predictor<float[], Double>> self =
      new AtomicReference<>();

  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void nothingIsLeft() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
    GatedModel.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("closing")));
  }

  private static Model<float[], Double> session(Schema<float[]> rows) {
    return OnnxModel.regression(rows)
        .options(OnnxOptions.withDefaults().withNativeOnly())
        .load(Models.file("plus1.onnx"));
  }

  private Predictor<float[], Double> build(UnaryOperator<PredictorBuilder<float[], Double>> more) {
    Predictor<float[], Double> predictor =
        more.apply(Predictor.of(session(Models.ONE)).name("closing")).build();
    self.set(predictor);
    return predictor;
  }

  private Predictor<float[], Double> self() {
    return Objects.requireNonNull(self.get());
  }

  private static void refuses(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(PredictorClosedException.class).hasMessage(message);
  }

  private static <T> T soon(CompletableFuture<T> future) {
    return future.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void predictor_closed_everyCallSaysSoOrLooksBack() {
    Predictor<float[], Double> predictor =
        build(b -> b.cache(Caching.withDefaults()).listener(p -> {}));
    Stream<Scored<float[], Double>> begun = predictor.scoreAll(Stream.of(Models.row(1)));
    assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
    predictor.close();
    predictor.close();
    assertThat(predictor.close(SOON)).isTrue();
    String closed =
        "Predictor 'closing' is closed. Build a new one, or stop callers before closing it.";
    refuses(closed, () -> predictor.predict(Models.row(1)));
    refuses(closed, () -> predictor.predict(Models.row(1), CallOptions.withDefaults()));
    refuses(closed, () -> predictor.predictAll(List.of(Models.row(1))));
    refuses(closed, () -> predictor.predictAll(List.of()));
    refuses(closed, () -> predictor.predictDetailed(Models.row(1)));
    refuses(closed, () -> predictor.scoreAll(Stream.of(Models.row(1))));
    refuses(closed, begun::toList);
    assertThatThrownBy(() -> soon(predictor.predictAsync(Models.row(1))))
        .cause()
        .isInstanceOf(PredictorClosedException.class)
        .hasMessage(closed);
    assertThat(predictor.version()).isEmpty();
    assertThat(predictor.status().closed()).isTrue();
    assertThat(predictor.stats().answered()).isEqualTo(1);
    assertThat(predictor.awaitListeners(SOON)).isTrue();
  }

  @Test
  void close_fromAListener_endsIt() {
    CountDownLatch told = new CountDownLatch(1);
    Predictor<float[], Double> predictor =
        build(
            b ->
                b.listener(
                    p -> {
                      self().close();
                      told.countDown();
                    }));
    assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
    GatedModel.await(told);
    assertThat(predictor.status().closed()).isTrue();
  }

  @Test
  void close_fromASwapListener_doesNotWaitForItself() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> session(Models.ONE)));
    AtomicReference<@Nullable Boolean> done = new AtomicReference<>();
    CountDownLatch told = new CountDownLatch(1);
    Predictor<float[], Double> predictor =
        Predictor.from(source)
            .name("closing")
            .swapListener(
                step -> {
                  if (step.version().number() == 2 && step.kind() == SwapStep.Kind.PREPARE) {
                    long begin = System.nanoTime();
                    done.compareAndSet(null, self().close(Duration.ofSeconds(20)));
                    assertThat(System.nanoTime() - begin).isLessThan(10_000_000_000L);
                    told.countDown();
                  }
                })
            .build();
    self.set(predictor);
    source.select(Models.release(2, () -> session(Models.ONE)));
    GatedModel.await(told);
    assertThat(done.get()).isFalse(); // a model of its own is open still
    assertThat(source.subscribers()).isZero();
  }

  /** The call that closes is inside: it is answered, and the model is closed behind it. */
  @Test
  void close_fromAnAccessor_doesNotTakeTheModelAway() {
    AtomicReference<@Nullable Boolean> done = new AtomicReference<>();
    Schema<float[]> rows =
        Schema.<float[]>builder("Row")
            .numeric(
                "x",
                row -> {
                  Predictor<float[], Double> open = self.get();
                  if (open != null && row[0] == 5) {
                    done.compareAndSet(null, open.close(Duration.ofMillis(20)));
                  }
                  return (double) row[0];
                })
            .build();
    Predictor<float[], Double> predictor = Predictor.of(session(rows)).name("closing").build();
    self.set(predictor);
    assertThat(predictor.predict(Models.row(5))).isEqualTo(6);
    assertThat(done.get()).isFalse();
    assertThatThrownBy(() -> predictor.predict(Models.row(5)))
        .isInstanceOf(PredictorClosedException.class);
  }

  @Test
  void close_fromAFallback_endsIt() {
    Predictor<float[], Double> predictor =
        build(
            b ->
                b.inputCheck(row -> row[0] < 5, "less than 5")
                    .fallback(
                        row -> {
                          self().close();
                          return -1.0;
                        }));
    assertThat(predictor.predict(Models.row(7))).isEqualTo(-1);
    assertThat(predictor.status().closed()).isTrue();
  }

  @Test
  void close_fromAContinuation_whileOthersWait_leavesNobodyWaiting() {
    GatedModel model = new GatedModel();
    Predictor<Integer, Integer> predictor = Predictor.of(model).name("closing").build();
    CompletableFuture<Boolean> closed =
        GatedModel.hold(predictor, model).thenApply(answer -> predictor.close(SOON));
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      waiting.add(predictor.predictAsync(i));
    }
    model.open.countDown();
    assertThat(soon(closed)).isTrue();
    for (int i = 1; i <= 20; i++) {
      try {
        assertThat(soon(waiting.get(i - 1))).isEqualTo(i * 10);
      } catch (CompletionException e) {
        assertThat(e.getCause())
            .isInstanceOf(PredictorClosedException.class)
            .hasMessageContaining("Predictor 'closing'");
      }
    }
  }

  @Test
  void close_whileABatchRunsAndCallersWait_answersAll() {
    GatedModel model = new GatedModel();
    Predictor<Integer, Integer> predictor =
        Predictor.of(model).name("closing").microBatching(MicroBatching.withDefaults()).build();
    CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      int row = i;
      waiting.add(predictor.predictAsync(row));
      CompletableFuture<Integer> caller = new CompletableFuture<>();
      GatedModel.start(
          () -> {
            try {
              caller.complete(predictor.predict(row, CallOptions.withDefaults()));
            } catch (RuntimeException e) {
              caller.completeExceptionally(e);
            }
          });
      waiting.add(caller);
    }
    GatedModel.until(() -> predictor.stats().queueDepth() >= 10);
    CompletableFuture<Boolean> closing = GatedModel.away(() -> predictor.close(SOON));
    GatedModel.until(() -> predictor.status().closed());
    assertThat(held).isNotDone();
    model.open.countDown();
    assertThat(soon(closing)).isTrue();
    assertThat(soon(held)).isZero();
    for (int i = 0; i < waiting.size(); i++) {
      try {
        assertThat(soon(waiting.get(i))).isEqualTo((i / 2 + 1) * 10);
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(PredictorClosedException.class);
      }
    }
  }

  @Test
  void close_givenUp_failsWhoWaitsAndClosesTheModelLater() {
    GatedModel model = new GatedModel();
    CountDownLatch modelClosed = new CountDownLatch(1);
    Predictor<Integer, Integer> predictor =
        Predictor.of(Models.closing(model, modelClosed)).name("closing").build();
    CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
    CompletableFuture<Integer> queued = predictor.predictAsync(1);
    assertThat(predictor.close(Duration.ofMillis(20))).isFalse();
    for (CompletableFuture<Integer> one : List.of(held, queued)) {
      assertThatThrownBy(() -> soon(one))
          .cause()
          .isInstanceOf(PredictorClosedException.class)
          .hasMessage(
              "Predictor 'closing' was closed, and this request had not finished after PT0.02S.");
    }
    assertThat(modelClosed.getCount()).isEqualTo(1);
    model.open.countDown();
    GatedModel.await(modelClosed);
  }

  @Test
  void close_whileASwapLoads_closesWhatComesOfIt() {
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> session(Models.ONE)));
    Predictor<float[], Double> predictor = Predictor.from(source).name("closing").build();
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    source.select(
        Models.release(
            2,
            () -> {
              loading.countDown();
              GatedModel.await(go);
              return session(Models.ONE);
            }));
    GatedModel.await(loading);
    CompletableFuture<Boolean> closing = GatedModel.away(() -> predictor.close(SOON));
    GatedModel.until(() -> predictor.version().isEmpty());
    go.countDown();
    assertThat(soon(closing)).isTrue();
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  @Test
  void scoreAll_ofRowsThatAreScoredThemselves_isAnswered() {
    try (Predictor<float[], Double> predictor = build(b -> b)) {
      Stream<float[]> once =
          predictor
              .scoreAll(Stream.of(Models.row(1), Models.row(2), Models.row(3)))
              .map(scored -> Models.row(scored.output()));
      CompletableFuture<List<Double>> twice =
          GatedModel.away(() -> predictor.scoreAll(once).map(Scored::output).toList());
      assertThat(soon(twice)).containsExactly(3.0, 4.0, 5.0);
    }
  }

  @Test
  void scoreAll_whoseRowsDoNotCome_holdsNobodyUp() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch come = new CountDownLatch(1);
    Predictor<float[], Double> predictor = build(b -> b);
    Stream<float[]> slow =
        Stream.of(1, 2, 3)
            .map(
                i -> {
                  if (i == 2) {
                    asked.countDown();
                    GatedModel.await(come);
                  }
                  return Models.row(i);
                });
    CompletableFuture<List<Double>> scores =
        GatedModel.away(() -> predictor.scoreAll(slow).map(Scored::output).toList());
    GatedModel.await(asked);
    CompletableFuture<List<Double>> others =
        GatedModel.away(
            () -> predictor.scoreAll(Stream.of(Models.row(7))).map(Scored::output).toList());
    assertThat(soon(others)).containsExactly(8.0);
    assertThat(predictor.close(SOON)).isTrue();
    come.countDown();
    assertThatThrownBy(() -> soon(scores))
        .cause()
        .isInstanceOf(PredictorClosedException.class)
        .hasMessageContaining("Predictor 'closing' is closed");
  }
}
