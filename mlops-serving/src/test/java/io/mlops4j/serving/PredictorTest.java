package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PredictorTest {
  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static Model<Integer, Double> picky() {
    return inputs -> {
      List<Double> answers = new ArrayList<>();
      for (int x : inputs) {
        if (x == 13) {
          throw new IllegalArgumentException("secret 13");
        }
        answers.add(x == 14 ? Double.NaN : x * 2.0);
      }
      return answers;
    };
  }

  @Test
  void predict_onnxModel_answersAndCountsAndClosesIt() {
    try (Predictor<float[], Double> predictor = Predictor.of(Models.one("plus1")).build()) {
      assertThat(predictor.predict(Models.row(4))).isEqualTo(5);
      assertThat(predictor.predictAsync(Models.row(5)).join()).isEqualTo(6);
      assertThat(predictor.predictAll(List.of(Models.row(1), Models.row(2))))
          .containsExactly(2.0, 3.0);
      assertThat(predictor.version()).hasValueSatisfying(v -> assertThat(v).hasToString("plus1:0"));
      assertThat(predictor.status().upToDate()).isTrue();
      PredictorStats stats = predictor.stats();
      assertThat(stats.answered()).isEqualTo(4);
      assertThat(stats.queued()).isEqualTo(1);
      assertThat(stats.failed()).isZero();
      assertThat(stats.openVersions()).isEqualTo(1);
      assertThat(stats.p99()).isGreaterThanOrEqualTo(stats.p50()).isPositive();
      assertThat(OnnxSession.OPEN).hasValue(1);
    }
  }

  @Test
  void predictAll_longerThanABatch_keepsOrder() {
    List<float[]> rows = IntStream.range(0, 1000).mapToObj(Models::row).toList();
    try (Predictor<float[], Double> predictor = Predictor.of(Models.one("plus2")).build()) {
      List<Double> answers = predictor.predictAll(rows);
      assertThat(answers).hasSize(1000);
      for (int i = 0; i < 1000; i++) {
        assertThat(answers.get(i)).isEqualTo(i + 2.0);
      }
      assertThat(predictor.predictAll(List.of())).isEmpty();
    }
  }

  @Test
  void predict_modelThrows_namesPredictorAndVersionAndNotTheRow() {
    try (Predictor<Integer, Double> predictor = Predictor.of(picky()).name("risk").build()) {
      assertThatThrownBy(() -> predictor.predict(13))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("Predictor 'risk', version model:0")
          .hasMessageContaining("IllegalArgumentException")
          .hasMessageNotContaining("secret")
          .hasRootCauseMessage("secret 13");
      assertThatThrownBy(() -> predictor.predict(14))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("NaN");
      assertThat(predictor.predict(3)).isEqualTo(6);
      assertThat(predictor.stats().failed()).isEqualTo(2);
    }
  }

  @Test
  void predictAll_oneBadRow_namesItsPosition() {
    try (Predictor<Integer, Double> predictor = Predictor.of(picky()).build()) {
      assertThatThrownBy(() -> predictor.predictAll(List.of(1, 2, 13, 4)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("row 2:");
    }
  }

  @Test
  void predictAll_badRowsWithFallback_fallBackAlone() {
    try (Predictor<Integer, Double> predictor = Predictor.of(picky()).fallback(x -> -1.0).build()) {
      assertThat(predictor.predictAll(List.of(1, 13, 14, 4))).containsExactly(2.0, -1.0, -1.0, 8.0);
      assertThat(predictor.stats().fallbacks()).isEqualTo(2);
      assertThat(predictor.stats().failed()).isZero();
    }
  }

  @Test
  void predict_wrongNumberOfAnswers_namesBothNumbers() {
    try (Predictor<Integer, Double> predictor =
        Predictor.<Integer, Double>of(inputs -> List.of(1.0, 2.0, 3.0)).build()) {
      assertThatThrownBy(() -> predictor.predict(1))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("answered 3 rows, asked 1");
      assertThatThrownBy(() -> predictor.predictAll(List.of(1, 2)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("row 0: Model 'model:0' answered 3 rows, asked 1");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // What a caller without a checker may do.
  void predict_modelAnswersNull_isAnError() {
    Model<Integer, Double> nulls = inputs -> null;
    try (Predictor<Integer, Double> predictor = Predictor.of(nulls).build()) {
      assertThatThrownBy(() -> predictor.predict(1)).isInstanceOf(PredictionFailedException.class);
      assertThatThrownBy(() -> predictor.predictAsync(1).join())
          .hasCauseInstanceOf(PredictionFailedException.class);
    }
  }

  @Test
  void predict_modelThrowsAnError_ownThreadSeesItWorkerSurvivesIt() {
    Model<Integer, Double> deep =
        inputs -> {
          throw new StackOverflowError("deep");
        };
    try (Predictor<Integer, Double> predictor = Predictor.of(deep).build()) {
      assertThatThrownBy(() -> predictor.predict(1)).isInstanceOf(StackOverflowError.class);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> predictor.predictAsync(1).join())
            .hasCauseInstanceOf(PredictionFailedException.class)
            .hasRootCauseInstanceOf(StackOverflowError.class);
      }
    }
  }

  @Test
  void predictAsync_badRowAmongGood_failsAlone() {
    try (Predictor<Integer, Double> predictor = Predictor.of(picky()).build()) {
      List<CompletableFuture<Double>> futures =
          IntStream.range(0, 30).mapToObj(predictor::predictAsync).toList();
      for (int i = 0; i < futures.size(); i++) {
        CompletableFuture<Double> future = futures.get(i);
        if (i == 13 || i == 14) {
          assertThatThrownBy(future::join).isInstanceOf(CompletionException.class);
        } else {
          assertThat(future.join()).isEqualTo(i * 2.0);
        }
      }
    }
  }

  @Test
  void predict_unseenCategory_failsThatRowWithoutItsValue() {
    record Trip(String origin) {}
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new EncodedColumn.Ordinal(
                    "origin", List.of("ATL", "LAX"), EncodedColumn.Unseen.REJECT)));
    Model<Trip, Double> model =
        OnnxModel.regression(Schema.of(Trip.class)).load(Models.file("plus1.onnx"), encoding);
    try (Predictor<Trip, Double> predictor = Predictor.of(model).build()) {
      assertThat(predictor.predict(new Trip("LAX"))).isEqualTo(2);
      assertThatThrownBy(() -> predictor.predict(new Trip("CANARY")))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("origin")
          .hasMessageNotContaining("CANARY");
      assertThatThrownBy(() -> predictor.predictAll(List.of(new Trip("ATL"), new Trip("CANARY"))))
          .hasMessageContaining("row 1:")
          .hasMessageNotContaining("CANARY");
      assertThat(predictor.predictAsync(new Trip("ATL")).join()).isEqualTo(1);
    }
  }

  @Test
  void predictDetailed_withKeyAndUnit_carriesWhatLabelsNeed() {
    Instant start = Instant.parse("2026-11-23T12:00:00Z");
    VirtualTime time = VirtualTime.startingAt(start);
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("plus1"))
            .keyBy(row -> "k" + row[0])
            .unitBy(row -> "u")
            .time(time)
            .seed(42)
            .build()) {
      Prediction<float[], Double> first = predictor.predictDetailed(Models.row(1));
      Prediction<float[], Double> second = predictor.predictDetailed(Models.row(2));
      assertThat(first.id()).matches("[0-9a-f]{16}-0");
      assertThat(second.id()).matches("[0-9a-f]{16}-1").isNotEqualTo(first.id());
      assertThat(first.key()).isEqualTo("k1.0");
      assertThat(first.unit()).isEqualTo("u");
      assertThat(first.version()).hasToString("plus1:0");
      assertThat(first.source()).isEqualTo(Prediction.Source.MODEL);
      assertThat(first.output()).isEqualTo(2);
      assertThat(Objects.requireNonNull(first.row()).number(0)).isEqualTo(1);
      assertThat(first.at()).isEqualTo(start);
      assertThat(first.latency()).isEqualTo(Duration.ZERO);
    }
  }

  @Test
  void seed_same_givesTheSameIds() {
    List<String> ids = new ArrayList<>();
    for (long seed : new long[] {1, 1, 2}) {
      try (Predictor<Integer, Double> predictor = Predictor.of(picky()).seed(seed).build()) {
        ids.add(predictor.predictDetailed(1).id());
      }
    }
    assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
  }

  @Test
  void build_valueSetTwice_namesTheOldOne() {
    assertThatThrownBy(() -> Predictor.of(picky()).name("a").name("b"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("name is set already: a");
    MicroBatching small = MicroBatching.withDefaults().withMaxBatchSize(7);
    assertThatThrownBy(() -> Predictor.of(picky()).microBatching(small).microBatching(small))
        .hasMessageContaining("maxBatchSize=7");
  }

  @Test
  void microBatching_outOfRange_namesTheRange() {
    MicroBatching defaults = MicroBatching.withDefaults();
    assertThatThrownBy(() -> defaults.withMaxBatchSize(0))
        .hasMessage("maxBatchSize: 0 (expected: 1..4096)");
    assertThatThrownBy(() -> defaults.withQueueCapacity(0))
        .hasMessage("queueCapacity: 0 (expected: 1..1048576)");
    assertThatThrownBy(() -> defaults.withWorkers(65)).hasMessage("workers: 65 (expected: 0..64)");
  }

  @Test
  void close_thenEverything_isRefusedWithAName() {
    Predictor<Integer, Double> predictor =
        Predictor.of(picky()).name("risk").fallback(x -> 0.0).build();
    predictor.close();
    predictor.close();
    assertThat(predictor.close(Duration.ofSeconds(1))).isTrue();
    assertThatThrownBy(() -> predictor.predict(1))
        .isInstanceOf(PredictorClosedException.class)
        .hasMessageContaining("risk");
    assertThatThrownBy(() -> predictor.predictAll(List.of(1)))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> predictor.predictDetailed(1))
        .isInstanceOf(PredictorClosedException.class);
    assertThatThrownBy(() -> predictor.predictAsync(1).join())
        .hasCauseInstanceOf(PredictorClosedException.class);
    assertThat(predictor.version()).isEmpty();
    assertThat(predictor.stats().openVersions()).isZero();
  }

  @Test
  void predict_fallbackThrows_theModelsFailureIsThrown() {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(picky())
            .fallback(
                x -> {
                  throw new IllegalStateException("no idea either");
                })
            .build()) {
      assertThatThrownBy(() -> predictor.predict(13))
          .isInstanceOf(PredictionFailedException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // What a caller without a checker may do.
  void predict_nullRow_isAProgrammingMistake() {
    try (Predictor<Integer, Double> predictor = Predictor.of(picky()).build()) {
      assertThatThrownBy(() -> predictor.predict(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> predictor.predictAsync(null))
          .isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void exceptions_areMlopsExceptions() {
    assertThat(new PredictorErrors("p").closed()).isInstanceOf(MlopsException.class);
    assertThat(new PredictorErrors("p").queueFull(3, 3)).isInstanceOf(MlopsException.class);
    assertThat(new PredictorErrors("p").queueFull(3, 3).getStackTrace()).isEmpty();
  }
}
