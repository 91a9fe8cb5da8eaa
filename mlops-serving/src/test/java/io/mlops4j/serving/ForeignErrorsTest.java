package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Functions of users that throw what is no exception: a failed {@code assert}, a class that cannot
 * be initialised, a stack that overflows. Nobody waits for ever, only the row that did it fails,
 * and the predictor answers the next one.
 */
@Timeout(60)
class ForeignErrorsTest {
  private static final double BAD = 13;

  @BeforeEach
  void count() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  @AfterEach
  void noSessionIsLeftOpen() {
    GatedModel.until(() -> OnnxSession.OPEN.get() == 0);
  }

  /** Asks three rows that wait together behind one that is held, the bad one in the middle. */
  private static List<CompletableFuture<Integer>> together(
      Predictor<Integer, Integer> predictor, GatedModel model) {
    CompletableFuture<Integer> held = GatedModel.hold(predictor, model);
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int row : new int[] {1, (int) BAD, 2}) {
      all.add(predictor.predictAsync(row));
    }
    model.open.countDown();
    assertThat(held.orTimeout(10, TimeUnit.SECONDS).join()).isZero();
    return all;
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      Object answer = future.orTimeout(10, TimeUnit.SECONDS).join();
      throw new IllegalStateException("answered " + answer);
    } catch (CompletionException e) {
      return Objects.requireNonNull(e.getCause());
    }
  }

  private static <T> T failing(Object row, T otherwise) {
    if (((Number) row).doubleValue() == BAD) {
      throw new AssertionError("thirteen");
    }
    return otherwise;
  }

  @Test
  void keyAndUnit_thatThrowErrors_leaveTheAnswers() {
    GatedModel model = new GatedModel();
    AtomicInteger seen = new AtomicInteger();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model)
            .keyBy(row -> failing(row, "key"))
            .unitBy(row -> failing(row, "unit"))
            .listener(prediction -> seen.incrementAndGet())
            .build()) {
      List<CompletableFuture<Integer>> all = together(predictor, model);
      assertThat(all.get(1).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(130);
      assertThat(all.get(0).join()).isEqualTo(10);
      assertThat(all.get(2).join()).isEqualTo(20);
      assertThat(predictor.predict(13)).isEqualTo(130);
      assertThat(predictor.predictAll(List.of(12, 13, 14))).containsExactly(120, 130, 140);
      assertThat(predictor.awaitListeners(Duration.ofSeconds(10))).isTrue();
      assertThat(seen).hasValue(8);
      assertThat(predictor.stats().listenerErrors()).isEqualTo(3);
    }
  }

  @Test
  void fallback_thatThrowsAnError_failsItsRowAndNobodyWaits() {
    GatedModel gate = new GatedModel();
    Model<Integer, Integer> model =
        rows -> {
          if (rows.contains(1) || rows.contains(13)) {
            throw new IllegalStateException("no");
          }
          return gate.predict(rows);
        };
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).fallback(row -> failing(row, -1)).build()) {
      List<CompletableFuture<Integer>> all = together(predictor, gate);
      assertThat(failure(all.get(1)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("Predictor 'model', version model:0")
          .hasRootCauseMessage("no");
      assertThat(failure(all.get(1)).getSuppressed()[0]).hasMessage("thirteen");
      assertThat(all.get(0).join()).isEqualTo(-1);
      assertThat(all.get(2).join()).isEqualTo(20);
      assertThatThrownBy(() -> predictor.predict(13))
          .isInstanceOf(PredictionFailedException.class)
          .hasRootCauseMessage("no");
      assertThatThrownBy(() -> predictor.predictAll(List.of(1, 13)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("row 1");
      assertThat(predictor.predict(3)).isEqualTo(30);
    }
  }

  /** One step of reading a row throws an error. */
  private void rowsReadBy(Function<Double, Double> accessor, boolean listened) {
    Schema<Double> schema = Schema.<Double>builder("Row").numeric("x", accessor::apply).build();
    PredictorBuilder<Double, Double> builder =
        Predictor.of(OnnxModel.regression(schema).load(Models.file("plus1.onnx")));
    if (listened) {
      builder.listener(prediction -> {});
    }
    try (Predictor<Double, Double> predictor = builder.build()) {
      List<CompletableFuture<Double>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        all.add(predictor.predictAsync((double) i));
      }
      for (int i = 0; i < 30; i++) {
        if (i == BAD) {
          assertThat(failure(all.get(i)))
              .isInstanceOf(PredictionFailedException.class)
              .hasRootCauseMessage("thirteen");
        } else {
          assertThat(all.get(i).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(i + 1.0);
        }
      }
      assertThatThrownBy(() -> predictor.predictAll(List.of(12.0, BAD, 14.0)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("row 1");
      assertThat(predictor.scoreAll(List.of(12.0, BAD, 14.0).stream()))
          .extracting(scored -> scored.failure() != null)
          .containsExactly(false, true, false);
      assertThat(predictor.predict(1.0)).isEqualTo(2);
    }
  }

  @Test
  void accessor_thatThrowsAnError_failsItsRowOnly() {
    rowsReadBy(x -> failing(x, x), false);
  }

  @Test
  void accessor_thatThrowsAnErrorBeforeListeners_failsItsRowOnly() {
    rowsReadBy(x -> failing(x, x), true);
  }

  @Test
  void model_thatThrowsAnError_failsTheRowThatDidIt() {
    Model<Integer, Integer> model =
        rows -> {
          rows.forEach(row -> failing(row, row));
          return rows.stream().map(row -> row * 10).toList();
        };
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).fallback(x -> -1).build()) {
      assertThat(predictor.predictAll(List.of(1, 13, 2))).containsExactly(10, -1, 20);
      assertThat(predictor.scoreAll(List.of(1, 13, 2).stream()))
          .extracting(scored -> scored.failure() != null)
          .containsExactly(false, true, false);
    }
  }

  @Test
  void circuit_openedAfterAnErrorInItsTrial_closesAgain() {
    AtomicReference<@Nullable Error> thrown = new AtomicReference<>();
    thrown.set(new AssertionError("down"));
    Model<Integer, Integer> model =
        rows -> {
          Error error = thrown.get();
          if (error != null) {
            throw error;
          }
          return rows;
        };
    VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z"));
    CircuitBreaking options = new CircuitBreaking(0.5, 2, 2, Duration.ofSeconds(1), 1);
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).circuitBreaker(options).time(time).build()) {
      for (int i = 0; i < 2; i++) {
        assertThat(failure(predictor.predictAsync(1)))
            .isInstanceOf(PredictionFailedException.class);
      }
      assertThat(predictor.status().circuitOpen()).isTrue();
      time.advance(Duration.ofSeconds(2));
      assertThat(failure(predictor.predictAsync(1))).isInstanceOf(PredictionFailedException.class);
      time.advance(Duration.ofSeconds(2));
      thrown.set(null);
      assertThat(predictor.predictAsync(1).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1);
    }
  }

  /** A shape whose comparison fails. */
  private record Shape(int length) {
    @Override
    public boolean equals(@Nullable Object other) {
      return failing(length, other instanceof Shape shape && shape.length == length);
    }

    @Override
    public int hashCode() {
      return failing(length, 0);
    }
  }

  @Test
  void shape_thatCannotBeCompared_failsItsRowAndTheWorkerLivesOn() {
    GatedModel model = new GatedModel();
    try (Predictor<Integer, Integer> predictor =
        Predictor.of(model).batchBy(row -> new Shape(row)).build()) {
      List<CompletableFuture<Integer>> all = together(predictor, model);
      assertThat(all.get(0).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(10);
      assertThat(all.get(1).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(130);
      assertThat(all.get(2).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(20);
      assertThat(predictor.predictAsync(3).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(30);
      assertThatThrownBy(() -> predictor.predictAll(List.of(12, 13)))
          .isInstanceOf(PredictionFailedException.class)
          .hasRootCauseMessage("thirteen");
    }
  }

  @Test
  void cache_leaderWhoseShapeThrowsAnError_leavesNobodyWaiting() {
    Schema<Double> schema = Schema.<Double>builder("Row").numeric("x", x -> x).build();
    AtomicInteger calls = new AtomicInteger();
    try (Predictor<Double, Double> predictor =
        Predictor.of(OnnxModel.regression(schema).load(Models.file("plus1.onnx")))
            .cache(Caching.withDefaults())
            .batchBy(
                row -> {
                  if (calls.getAndIncrement() == 0) {
                    throw new AssertionError("once");
                  }
                  return 1;
                })
            .build()) {
      assertThat(failure(predictor.predictAsync(1.0)))
          .isInstanceOf(PredictionFailedException.class)
          .hasRootCauseMessage("once");
      assertThat(predictor.predictAsync(1.0).orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(2);
      assertThat(predictor.predict(1.0)).isEqualTo(2);
    }
  }

  @Test
  void cache_ofRowsThatFail_logsNothing() {
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            logged.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger caffeine = Logger.getLogger("com.github.benmanes.caffeine");
    caffeine.addHandler(handler);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("table")).cache(Caching.withDefaults()).build()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> predictor.predict(Models.row(10)))
            .isInstanceOf(PredictionFailedException.class);
        assertThat(failure(predictor.predictAsync(Models.row(10))))
            .isInstanceOf(PredictionFailedException.class);
      }
    } finally {
      caffeine.removeHandler(handler);
    }
    assertThat(logged).isEmpty();
  }

  /** As Kotlin does, or Lombok's SneakyThrows. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void checkedException_thatNobodyDeclared_isAFailureLikeAnyOther() {
    Model<Integer, Integer> model =
        rows -> {
          if (rows.contains(13)) {
            throw ForeignErrorsTest.<RuntimeException>sneaky(new IOException("thirteen"));
          }
          return rows;
        };
    try (Predictor<Integer, Integer> predictor = Predictor.of(model).build()) {
      assertThatThrownBy(() -> predictor.predict(13))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessage("Predictor 'model', version model:0: java.io.IOException (see the cause).")
          .hasRootCauseMessage("thirteen");
      assertThat(failure(predictor.predictAsync(13)))
          .isInstanceOf(PredictionFailedException.class)
          .hasRootCauseMessage("thirteen");
      assertThat(predictor.predict(1)).isEqualTo(1);
    }
    ModelRelease<Integer, Integer> release =
        Models.release(
            1,
            () -> {
              throw ForeignErrorsTest.<RuntimeException>sneaky(new IOException("no disk"));
            });
    assertThatThrownBy(() -> Predictor.from(ModelSource.of(release)).build())
        .isInstanceOf(ModelLoadException.class)
        .hasRootCauseMessage("no disk");
  }
}
