package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SwapTest {
  private static final double FALLBACK = -7;
  private final SwitchableSource<float[], Double> source = new SwitchableSource<>();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  /** Waits until the predictor has looked at the source after every change made so far. */
  private static void settled(Predictor<?, ?> predictor) {
    ServingPredictor<?, ?> serving = (ServingPredictor<?, ?>) predictor;
    serving.awaitLoader();
  }

  private static GoldenRows golden(double x, double expected, double tolerance) {
    return new GoldenRows(tolerance, List.of(new GoldenRows.Row(Map.of("x", x), expected)));
  }

  @Test
  void predict_emptySource_saysWhyAndWhatToDo() {
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      assertThatThrownBy(() -> predictor.predict(Models.row(1)))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessageContaining("Predictor 'm@production'")
          .hasMessageContaining("Nothing was promoted yet.")
          .satisfies(
              e ->
                  assertThat(((PredictionRejectedException) e).reason())
                      .isEqualTo(PredictionRejectedException.Reason.NOT_READY));
      assertThatThrownBy(() -> predictor.predictAsync(Models.row(1)).join())
          .hasCauseInstanceOf(PredictionRejectedException.class);
      assertThatThrownBy(() -> predictor.predictAll(List.of(Models.row(1))))
          .isInstanceOf(PredictionRejectedException.class);
      assertThat(predictor.version()).isEmpty();
      assertThat(predictor.stats().rejected()).isEqualTo(3);
    }
  }

  @Test
  void predict_emptySourceWithFallback_isMarked() {
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).fallback(x -> FALLBACK).build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(FALLBACK);
      assertThat(predictor.predictAsync(Models.row(1)).join()).isEqualTo(FALLBACK);
      assertThat(predictor.predictAll(List.of(Models.row(1)))).containsExactly(FALLBACK);
      Prediction<float[], Double> detailed = predictor.predictDetailed(Models.row(1));
      assertThat(detailed.source()).isEqualTo(Prediction.Source.FALLBACK);
      assertThat(predictor.stats().fallbacks()).isEqualTo(4);

      source.select(Models.release(1, () -> Models.one("plus1")));
      settled(predictor);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.predictDetailed(Models.row(1)).source())
          .isEqualTo(Prediction.Source.MODEL);
    }
  }

  @Test
  void change_ofSelection_swapsAndClosesTheOld() {
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      source.select(Models.release(2, () -> Models.one("plus2")));
      settled(predictor);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(3);
      assertThat(predictor.version()).contains(Models.version(2));
      assertThat(predictor.stats().swaps()).isEqualTo(1);
      assertThat(predictor.stats().openVersions()).isEqualTo(1);
      assertThat(OnnxSession.OPEN).hasValue(1);
    }
    assertThat(source.subscribers()).isZero();
  }

  @Test
  void change_sameVersionAgain_loadsNothing() {
    AtomicInteger loads = new AtomicInteger();
    var release =
        Models.release(
            1,
            () -> {
              loads.incrementAndGet();
              return Models.one("plus1");
            });
    source.select(release);
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      source.select(release);
      source.select(release);
      settled(predictor);
      assertThat(loads).hasValue(1);
    }
  }

  @Test
  void change_toAVersionThatCannotLoad_keepsTheOldAndSaysSo() {
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      source.select(
          Models.release(
              2, () -> OnnxModel.regression(Models.ONE).load(Models.file("logreg.onnx"))));
      settled(predictor);
      Prediction<float[], Double> answer = predictor.predictDetailed(Models.row(1));
      assertThat(answer.output()).isEqualTo(2);
      assertThat(answer.version()).isEqualTo(Models.version(1));
      assertThat(answer.source()).isEqualTo(Prediction.Source.PREVIOUS_VERSION);
      assertThat(predictor.status().upToDate()).isFalse();
      assertThat(predictor.status().problem())
          .hasValueSatisfying(p -> assertThat(p).contains("takes 4 floats a row"));
      assertThat(predictor.stats().failedLoads()).isEqualTo(1);

      source.select(Models.release(3, () -> Models.one("plus2")));
      settled(predictor);
      assertThat(predictor.predictDetailed(Models.row(1)).source())
          .isEqualTo(Prediction.Source.MODEL);
      assertThat(predictor.status().problem()).isEmpty();
    }
  }

  @Test
  void change_toEmptyAfterServing_keepsTheLastMarked() {
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      source.empty("Version 1 was archived.");
      settled(predictor);
      assertThat(predictor.predictDetailed(Models.row(1)).source())
          .isEqualTo(Prediction.Source.PREVIOUS_VERSION);
      assertThat(predictor.status().problem()).contains("Version 1 was archived.");
    }
  }

  @Test
  void change_goldenRowsMissed_isNeverPublished() {
    source.select(Models.release(1, golden(1, 2, 1e-6), () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
      source.select(Models.release(2, golden(4, 5, 1e-6), () -> Models.one("plus2")));
      settled(predictor);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.status().problem())
          .hasValueSatisfying(
              p ->
                  assertThat(p)
                      .contains(
                          "m:2",
                          "golden row 0 of 1, is not reproduced",
                          "expected 5.0",
                          "answered 6.0")
                      .contains("tolerance 1.0E-6"));
      assertThat(OnnxSession.OPEN).hasValue(1);
    }
  }

  @Test
  void build_goldenRowsThatCannotBeReplayed_refuses() {
    Model<Double, Double> lambda = Models.adding(1);
    SwitchableSource<Double, Double> plain = new SwitchableSource<>();
    plain.select(Models.release(1, golden(1, 2, 1e-6), () -> lambda));
    assertThatThrownBy(() -> Predictor.from(plain).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("schema");
    SwitchableSource<float[], ClassProbabilities> classes = new SwitchableSource<>();
    classes.select(
        Models.release(
            1,
            new GoldenRows(
                1, List.of(new GoldenRows.Row(Map.of("a", 1, "b", 1, "c", 1, "d", 1), 1))),
            () -> OnnxModel.probabilities(Models.FOUR).load(Models.file("multiclass.onnx"))));
    assertThatThrownBy(() -> Predictor.from(classes).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("ClassProbabilities");
  }

  @Test
  void build_firstVersionBrokenStartWithoutVersion_rejectsUntilOneFits() {
    source.select(
        Models.release(
            1,
            () -> {
              throw new ModelLoadException("version 1 is broken");
            }));
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).startWithoutVersion().build()) {
      assertThat(predictor.status().problem()).hasValue("version 1 is broken");
      assertThatThrownBy(() -> predictor.predict(Models.row(1)))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessageContaining("version 1 is broken");
      source.select(Models.release(2, () -> Models.one("plus1")));
      settled(predictor);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
    }
  }

  @Test
  void build_firstVersionBroken_throwsWithoutFallbackAndServesItWithOne() {
    source.select(
        Models.release(1, () -> OnnxModel.regression(Models.ONE).load(Models.file("zipmap.onnx"))));
    assertThatThrownBy(() -> Predictor.from(source).build()).isInstanceOf(ModelLoadException.class);
    try (Predictor<float[], Double> predictor =
        Predictor.from(source).fallback(x -> FALLBACK).build()) {
      assertThat(predictor.predict(Models.row(1))).isEqualTo(FALLBACK);
      assertThat(predictor.status().problem()).isPresent();
    }
  }

  @Test
  void change_toAnotherSchema_isRefusedByName() {
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> predictor = Predictor.from(source).schema(Models.ONE).build()) {
      source.select(
          Models.release(
              2, () -> OnnxModel.regression(Schema.floats("y")).load(Models.file("plus2.onnx"))));
      settled(predictor);
      assertThat(predictor.predict(Models.row(1))).isEqualTo(2);
      assertThat(predictor.status().problem())
          .hasValueSatisfying(p -> assertThat(p).contains("y: numeric").contains("x: numeric"));
    }
  }

  @Test
  void change_whileACallHangs_servesTheNewAndClosesTheOldLast() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<String> closed = new ArrayList<>();
    CountDownLatch oldClosed = new CountDownLatch(1);
    SwitchableSource<Double, Double> plain = new SwitchableSource<>();
    Model<Double, Double> hanging =
        new Model<>() {
          @Override
          public List<Double> predict(List<Double> inputs) {
            inside.countDown();
            await(goOn);
            assertThat(closed).isEmpty();
            return inputs;
          }

          @Override
          public void close() {
            closed.add(Thread.currentThread().getName());
            oldClosed.countDown();
          }
        };
    plain.select(Models.release(1, () -> hanging));
    try (Predictor<Double, Double> predictor = Predictor.from(plain).build()) {
      CompletableFuture<Double> stuck =
          CompletableFuture.supplyAsync(
              () -> predictor.predict(1.0), task -> new Thread(task).start());
      await(inside);
      for (int v = 2; v < 6; v++) {
        double constant = v;
        plain.select(Models.release(v, () -> Models.adding(constant)));
        settled(predictor);
        assertThat(predictor.predict(1.0)).isEqualTo(1 + constant);
      }
      assertThat(closed).isEmpty();
      assertThat(predictor.stats().openVersions()).isEqualTo(2);
      goOn.countDown();
      assertThat(stuck.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      await(oldClosed);
      assertThat(closed).containsExactly("mlops4j-m@production-loader");
    }
  }

  @Test
  void changes_whileLoading_collapseToTheNewest() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ConcurrentLinkedQueue<Integer> loaded = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Double> served = new ConcurrentLinkedQueue<>();
    SwitchableSource<Double, Double> plain = new SwitchableSource<>();
    plain.select(Models.release(1, () -> Models.adding(1)));
    try (Predictor<Double, Double> predictor = Predictor.from(plain).build()) {
      plain.select(
          Models.release(
              2,
              () -> {
                loaded.add(2);
                loading.countDown();
                await(goOn);
                return Models.adding(2);
              }));
      await(loading);
      for (int v = 3; v <= 50; v++) {
        int number = v;
        plain.select(
            Models.release(
                v,
                () -> {
                  loaded.add(number);
                  return Models.adding(number);
                }));
        served.add(predictor.predict(0.0));
      }
      goOn.countDown();
      settled(predictor);
      assertThat(predictor.predict(0.0)).isEqualTo(50);
      assertThat(loaded).containsExactly(2, 50);
      assertThat(served).containsOnly(1.0);
      assertThat(predictor.stats().swaps()).isEqualTo(1);
      assertThat(predictor.stats().openVersions()).isEqualTo(1);
    }
  }

  @Test
  void close_whileALoadHangs_returnsAfterItsLimitAndLeaksNothing() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch lateClosed = new CountDownLatch(1);
    SwitchableSource<Double, Double> plain = new SwitchableSource<>();
    plain.select(Models.release(1, () -> Models.adding(1)));
    Predictor<Double, Double> predictor = Predictor.from(plain).build();
    plain.select(
        Models.release(
            2,
            () -> {
              loading.countDown();
              await(goOn);
              return new Model<>() {
                @Override
                public List<Double> predict(List<Double> inputs) {
                  return inputs;
                }

                @Override
                public void close() {
                  lateClosed.countDown();
                }
              };
            }));
    await(loading);
    assertThat(predictor.predict(1.0)).isEqualTo(2);
    assertThat(predictor.close(Duration.ofMillis(50))).isFalse();
    assertThatThrownBy(() -> predictor.predict(1.0)).isInstanceOf(PredictorClosedException.class);
    goOn.countDown();
    await(lateClosed);
  }

  @Test
  void close_whileACallHangs_keepsTheModelOpenUntilItReturns() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Model<Double, Double> hanging =
        new Model<>() {
          @Override
          public List<Double> predict(List<Double> inputs) {
            inside.countDown();
            await(goOn);
            assertThat(closed.getCount()).isEqualTo(1);
            return inputs;
          }

          @Override
          public void close() {
            closed.countDown();
          }
        };
    Predictor<Double, Double> predictor = Predictor.of(hanging).build();
    CompletableFuture<Double> stuck =
        CompletableFuture.supplyAsync(
            () -> predictor.predict(1.0), task -> new Thread(task).start());
    await(inside);
    assertThat(predictor.close(Duration.ofMillis(20))).isFalse();
    assertThat(closed.getCount()).isEqualTo(1);
    goOn.countDown();
    assertThat(stuck.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    await(closed);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
