package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Prediction.Source;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResilienceTest {
  private static final Duration OPEN_FOR = Duration.ofSeconds(5);
  private static final CircuitBreaking QUICK =
      CircuitBreaking.withDefaults().withWindow(10, 4).withOpenFor(OPEN_FOR).withTrials(2);

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T12:00:00Z"));
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicInteger asked = new AtomicInteger();
  private final SwitchableSource<Double, Double> source = new SwitchableSource<>();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private Model<Double, Double> breakable(double constant) {
    return rows -> {
      asked.addAndGet(rows.size());
      if (broken.get()) {
        throw new IllegalStateException("broken");
      }
      return rows.stream().map(x -> x + constant).toList();
    };
  }

  private static void failing(Predictor<Double, Double> predictor, int times) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() -> predictor.predict(1.0))
          .isInstanceOf(PredictionFailedException.class);
    }
  }

  private static void assertOpen(Predictor<Double, Double> predictor) {
    assertThatThrownBy(() -> predictor.predict(1.0))
        .isInstanceOfSatisfying(
            PredictionRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.CIRCUIT_OPEN));
  }

  @Test
  void circuit_modelKeepsFailing_opensTriesAndCloses() {
    try (Predictor<Double, Double> predictor =
        Predictor.of(breakable(1)).circuitBreaker(QUICK).time(time).build()) {
      broken.set(true);
      failing(predictor, 4);
      int before = asked.get();
      assertOpen(predictor);
      assertThatThrownBy(() -> predictor.predictAsync(1.0).join())
          .hasCauseInstanceOf(PredictionRejectedException.class);
      assertThatThrownBy(() -> predictor.predictAll(List.of(1.0, 2.0)))
          .isInstanceOf(PredictionRejectedException.class);
      time.advance(OPEN_FOR.minusMillis(1));
      assertOpen(predictor);
      assertThat(asked).hasValue(before);

      // Trials that fail open it again.
      time.advance(Duration.ofMillis(2));
      failing(predictor, 2);
      assertOpen(predictor);

      // Trials that do not close it.
      broken.set(false);
      time.advance(OPEN_FOR.plusMillis(1));
      for (int i = 0; i < 20; i++) {
        assertThat(predictor.predict(1.0)).isEqualTo(2);
      }
      assertThat(predictor.stats().rejected()).isEqualTo(5);
    }
  }

  @Test
  void circuit_wallClockJumps_isNotMoved() {
    try (Predictor<Double, Double> predictor =
        Predictor.of(breakable(1)).circuitBreaker(QUICK).time(time).build()) {
      broken.set(true);
      failing(predictor, 4);
      time.setWallClock(Instant.parse("2036-01-01T00:00:00Z"));
      assertOpen(predictor);
    }
  }

  @Test
  void circuit_opensInTheMiddleOfABatch_restOfItIsNotAsked() {
    try (Predictor<Double, Double> predictor =
        Predictor.of(breakable(1)).circuitBreaker(QUICK).fallback(x -> -1.0).time(time).build()) {
      broken.set(true);
      assertThat(predictor.predictAll(List.of(1.0, 2.0, 3.0, 4.0))).containsOnly(-1.0);
      int before = asked.get();
      assertThat(predictor.predictAll(List.of(1.0, 2.0, 3.0, 4.0))).containsOnly(-1.0);
      assertThat(asked).hasValue(before);
      assertThat(predictor.stats().fallbacks()).isEqualTo(8);
    }
  }

  @Test
  void circuit_newVersion_beginsClosed() {
    source.select(Models.release(1, () -> breakable(1)));
    try (Predictor<Double, Double> predictor =
        Predictor.from(source).circuitBreaker(QUICK).time(time).build()) {
      broken.set(true);
      failing(predictor, 4);
      assertOpen(predictor);
      broken.set(false);
      source.select(Models.release(2, () -> breakable(2)));
      ((ServingPredictor<Double, Double>) predictor).awaitLoader();
      assertThat(predictor.predict(1.0)).isEqualTo(3);
    }
  }

  @Test
  void circuit_rowsTheModelHasNotSeen_countNeitherWay() {
    record Trip(String origin) {}
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Ordinal("origin", List.of("ATL"), EncodedColumn.Unseen.REJECT)));
    Model<Trip, Double> model =
        OnnxModel.regression(Schema.of(Trip.class)).load(Models.file("plus1.onnx"), encoding);
    try (Predictor<Trip, Double> predictor =
        Predictor.of(model).circuitBreaker(QUICK).fallback(x -> -1.0).build()) {
      for (int i = 0; i < 50; i++) {
        assertThat(predictor.predict(new Trip("XXX"))).isEqualTo(-1);
        assertThat(predictor.predictAsync(new Trip("XXX")).join()).isEqualTo(-1);
      }
      assertThat(predictor.predict(new Trip("ATL"))).isEqualTo(1);
      assertThat(predictor.predictAsync(new Trip("ATL")).join()).isEqualTo(1);
      CallOptions timely = CallOptions.withDefaults().withDeadline(Duration.ofMinutes(1));
      assertThat(predictor.predict(new Trip("ATL"), timely)).isEqualTo(1);
    }
  }

  @Test
  void circuit_runsPastTheirDeadline_openIt() {
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(20));
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("looping")).circuitBreaker(QUICK).time(time).build()) {
      GatedModel.until(() -> time.pending() == 0); // the loader's own timers are over
      for (int i = 0; i < 4; i++) {
        CompletableFuture<Double> late =
            CompletableFuture.supplyAsync(
                () -> predictor.predict(new float[] {1e9f}, soon), task -> GatedModel.start(task));
        GatedModel.awaitNativeRun();
        GatedModel.until(() -> time.pending() == 1);
        time.advance(Duration.ofMillis(20));
        assertThatThrownBy(late::join).hasCauseInstanceOf(PredictionFailedException.class);
      }
      assertThatThrownBy(() -> predictor.predict(new float[] {1}))
          .hasMessageContaining("is left alone for PT5S");
    }
  }

  @Test
  void fallbackChain_modelFails_previousVersionThenFunctionMarkedAndMetered() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    AtomicBoolean previousBroken = new AtomicBoolean();
    Model<Double, Double> first =
        rows -> {
          if (previousBroken.get()) {
            throw new IllegalStateException("too");
          }
          return rows.stream().map(x -> x + 1).toList();
        };
    source.select(Models.release(1, () -> first));
    try (Predictor<Double, Double> predictor =
        Predictor.from(source)
            .previousVersionFallback()
            .fallback(x -> -1.0)
            .meters(registry)
            .build()) {
      source.select(Models.release(2, () -> breakable(2)));
      ((ServingPredictor<Double, Double>) predictor).awaitLoader();
      assertThat(predictor.predictDetailed(1.0).source()).isEqualTo(Source.MODEL);
      assertThat(predictor.stats().openVersions()).isEqualTo(2);

      broken.set(true);
      Prediction<Double, Double> previous = predictor.predictDetailed(1.0);
      assertThat(previous.output()).isEqualTo(2);
      assertThat(previous.source()).isEqualTo(Source.PREVIOUS_VERSION);
      assertThat(previous.version()).isEqualTo(Models.version(1));
      assertThat(predictor.predictAsync(1.0).join()).isEqualTo(2);
      assertThat(predictor.predictAll(List.of(1.0, 2.0))).containsExactly(2.0, 3.0);

      previousBroken.set(true);
      Prediction<Double, Double> function = predictor.predictDetailed(1.0);
      assertThat(function.output()).isEqualTo(-1);
      assertThat(function.source()).isEqualTo(Source.FALLBACK);
      assertThat(predictor.stats().previousVersions()).isEqualTo(4);
      assertThat(predictor.stats().fallbacks()).isEqualTo(1);
      assertThat(predictor.stats().failed()).isZero();
      assertThat(answers(registry, "previous_version")).isEqualTo(4);
      assertThat(answers(registry, "fallback")).isEqualTo(1);
      assertThat(answers(registry, "model")).isEqualTo(1);
    }
  }

  private static double answers(SimpleMeterRegistry registry, String source) {
    return registry.get("mlops.predict.answers").tag("source", source).functionCounter().count();
  }

  @Test
  void previousVersion_afterARollback_isNotTheOneRolledBack() {
    for (int v = 1; v <= 2; v++) {
      int constant = v;
      source.select(Models.release(v, () -> breakable(constant)));
    }
    source.select(Models.release(1, () -> Models.adding(1)));
    try (Predictor<Double, Double> predictor =
        Predictor.from(source).previousVersionFallback().build()) {
      ServingPredictor<Double, Double> serving = (ServingPredictor<Double, Double>) predictor;
      source.select(Models.release(2, () -> Models.adding(2)));
      serving.awaitLoader();
      source.select(Models.release(3, () -> Models.adding(3)));
      serving.awaitLoader();
      assertThat(predictor.stats().openVersions()).isEqualTo(2);
      // Back to 2, which fails now: 3 was taken back for a reason, and 2 itself is no other.
      source.select(Models.release(2, () -> breakable(2)));
      serving.awaitLoader();
      broken.set(true);
      failing(predictor, 1);
      assertThat(predictor.stats().openVersions()).isEqualTo(1);
    }
  }

  @Test
  void circuitBreaking_outOfRange_namesTheRange() {
    CircuitBreaking defaults = CircuitBreaking.withDefaults();
    assertThatThrownBy(() -> defaults.withFailureShare(0))
        .hasMessage("failureShare: 0.0 (expected: 1.0E-4..1)");
    assertThatThrownBy(() -> defaults.withWindow(10, 11))
        .hasMessage("minimumCalls: 11 (expected: 1..10)");
    assertThatThrownBy(() -> defaults.withOpenFor(Duration.ZERO))
        .hasMessage("openFor: PT0S (expected: PT0.001S..PT8760H)");
    assertThatThrownBy(() -> defaults.withTrials(0)).hasMessage("trials: 0 (expected: 1..1000)");
  }
}
