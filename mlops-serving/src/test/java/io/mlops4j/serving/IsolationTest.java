package io.mlops4j.serving;

import static io.mlops4j.data.expect.Expectation.feature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.RowGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class IsolationTest {
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private Model<Integer, Double> failingOn(Integer... poison) {
    List<Integer> bad = List.of(poison);
    return rows -> {
      runs.incrementAndGet();
      if (rows.stream().anyMatch(bad::contains)) {
        throw new IllegalArgumentException("poisoned");
      }
      return rows.stream().map(x -> x * 2.0).toList();
    };
  }

  private static List<Integer> rows(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 63, 64, 127})
  void predictAll_onePoisonedRow_isFoundByHalving(int poison) {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(failingOn(poison)).fallback(x -> -1.0).build()) {
      List<Double> answers = predictor.predictAll(rows(128));
      for (int i = 0; i < 128; i++) {
        assertThat(answers.get(i)).isEqualTo(i == poison ? -1.0 : i * 2.0);
      }
      // 1 + 2 log2(128); one by one it would be 129.
      assertThat(runs.get()).isEqualTo(15);
      assertThat(predictor.stats().fallbacks()).isEqualTo(1);
    }
  }

  @Test
  void predictAll_manyPoisonedRows_onlyTheyFail() {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(failingOn(3, 4, 50, 99, 127)).fallback(x -> -1.0).build()) {
      List<Double> answers = predictor.predictAll(rows(128));
      assertThat(IntStream.range(0, 128).filter(i -> answers.get(i) == -1.0))
          .containsExactly(3, 4, 50, 99, 127);
    }
  }

  @Test
  void predictAll_modelFailsOnEverything_isRunAtMostTwiceARow() {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(failingOn(rows(64).toArray(Integer[]::new))).fallback(x -> -1.0).build()) {
      assertThat(predictor.predictAll(rows(64))).containsOnly(-1.0);
      assertThat(runs.get()).isEqualTo(127);
    }
  }

  @Test
  void predictAsync_nativeRunFailsOnOneRow_onlyThatRowFails() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("table")).name("t").build()) {
      List<CompletableFuture<Double>> all =
          IntStream.range(0, 300)
              .mapToObj(i -> predictor.predictAsync(Models.row(i % 100 == 77 ? 10 : i % 10)))
              .toList();
      for (int i = 0; i < all.size(); i++) {
        CompletableFuture<Double> answer = all.get(i);
        if (i % 100 == 77) {
          assertThatThrownBy(answer::join)
              .hasCauseInstanceOf(PredictionFailedException.class)
              .hasMessageContaining("ONNX Runtime");
        } else {
          assertThat(answer.join()).isEqualTo(i % 10 * 10.0);
        }
      }
    }
  }

  @Test
  void predictAsync_modelSwallowsARow_onlyThatRowFails() {
    Model<Integer, Double> swallowing =
        rows -> rows.stream().filter(x -> x != 13).map(x -> x * 2.0).toList();
    try (Predictor<Integer, Double> predictor =
        Predictor.of(swallowing).fallback(x -> -1.0).build()) {
      List<Double> answers = predictor.predictAll(rows(30));
      for (int i = 0; i < 30; i++) {
        assertThat(answers.get(i)).isEqualTo(i == 13 ? -1.0 : i * 2.0);
      }
    }
  }

  @Test
  void predictAll_rowOverflowsTheStack_failsAlone() {
    Model<Integer, Double> deep =
        rows -> {
          if (rows.contains(5)) {
            throw new StackOverflowError();
          }
          return rows.stream().map(x -> x * 2.0).toList();
        };
    try (Predictor<Integer, Double> predictor = Predictor.of(deep).fallback(x -> -1.0).build()) {
      assertThat(predictor.predictAll(List.of(4, 5, 6))).containsExactly(8.0, -1.0, 12.0);
    }
  }

  record Flight(String origin, double distance) {}

  @Test
  void inputCheck_expectationsOfTheData_refuseWithTheirSentence() {
    RowGuard<Flight> guard =
        Expectations.of(
                Schema.of(Flight.class).withSensitive("origin"),
                feature("origin").matches("[A-Z]{3}"),
                feature("distance").isBetween(0, 6000))
            .guard();
    Model<Flight, Double> model =
        rows -> {
          runs.incrementAndGet();
          return rows.stream().map(Flight::distance).toList();
        };
    try (Predictor<Flight, Double> predictor =
        Predictor.of(model).name("p").inputCheck(guard::violation).build()) {
      assertThat(predictor.predict(new Flight("ORD", 733))).isEqualTo(733);
      int before = runs.get();
      assertThatThrownBy(() -> predictor.predict(new Flight("ORD", 12000)))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessage(
              "Predictor 'p' rejected the row: distance is between 0 and 6000, but distance ="
                  + " 12000. The model was not asked.");
      assertThatThrownBy(() -> predictor.predictAll(List.of(new Flight("canary", 733))))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessageContaining("origin matches [A-Z]{3}, but origin = (withheld).")
          .hasMessageNotContaining("canary");
      assertThat(runs.get()).isEqualTo(before);
    }
  }

  @Test
  void inputCheck_refused_neverReachesTheModel() {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(failingOn())
            .name("p")
            .inputCheck(x -> 100 / x > 0, "a divisor of 100")
            .build()) {
      assertThat(predictor.predict(5)).isEqualTo(10);
      int before = runs.get();
      assertThatThrownBy(() -> predictor.predict(101))
          .isInstanceOf(PredictionRejectedException.class)
          .hasMessage(
              "Predictor 'p' rejected the row: it is not a divisor of 100. The model was not"
                  + " asked.");
      assertThatThrownBy(() -> predictor.predictAsync(101).join())
          .hasCauseInstanceOf(PredictionRejectedException.class);
      // The check itself throws: that row's failure, too.
      assertThatThrownBy(() -> predictor.predict(0))
          .isInstanceOf(PredictionFailedException.class)
          .hasCauseInstanceOf(ArithmeticException.class);
      assertThat(runs.get()).isEqualTo(before);
      assertThatThrownBy(() -> predictor.predictAll(List.of(5, 101)))
          .isInstanceOf(PredictionRejectedException.class);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // A vector feature.
  record Trip(double distance, float[] embedding) {}

  @Test
  void predictAsync_rowThatDoesNotFitItsSchema_isFoundBeforeItIsBatched() {
    Schema<Trip> schema = Schema.of(Trip.class).withLength("embedding", 2);
    Model<Trip, Double> model =
        trips -> {
          runs.incrementAndGet();
          return trips.stream().map(Trip::distance).toList();
        };
    try (Predictor<Trip, Double> predictor = Predictor.of(model).schema(schema).build()) {
      assertThatThrownBy(() -> predictor.predictAsync(new Trip(1, new float[] {1, 2, 3})).join())
          .hasCauseInstanceOf(PredictionFailedException.class)
          .hasStackTraceContaining("has 3 floats");
      assertThat(runs.get()).isZero();
      assertThat(predictor.predictAsync(new Trip(1, new float[] {1, 2})).join()).isEqualTo(1);
    }
  }

  @Test
  void outputCheck_refused_failsItsRow() {
    try (Predictor<Integer, Double> predictor =
        Predictor.of(failingOn()).outputCheck(y -> y < 10).fallback(x -> -1.0).build()) {
      assertThat(predictor.predict(4)).isEqualTo(8);
      assertThat(predictor.predict(5)).isEqualTo(-1);
      assertThat(predictor.predictAll(List.of(4, 5))).containsExactly(8.0, -1.0);
    }
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity")).outputCheck(y -> y < 10).build()) {
      assertThat(predictor.predict(Models.row(9))).isEqualTo(9);
      assertThatThrownBy(() -> predictor.predict(Models.row(11)))
          .hasMessageContaining("outputCheck refuses");
    }
  }

  @Test
  void answers_ofVaryingLength_failTheirRows() {
    Model<Integer, double[]> ragged = rows -> rows.stream().map(x -> new double[x]).toList();
    try (Predictor<Integer, double[]> predictor = Predictor.of(ragged).build()) {
      assertThat(predictor.predict(3)).hasSize(3);
      assertThatThrownBy(() -> predictor.predict(4))
          .hasMessageContaining("answered 4 numbers for a row, and 3 for an earlier one");
      assertThat(predictor.predict(3)).hasSize(3);
    }
  }

  @Test
  void nanOutputs_byDefault_failTheirRows() {
    Model<Integer, Object> strange =
        rows -> {
          List<Object> answers = new ArrayList<>();
          for (int x : rows) {
            answers.add(
                switch (x) {
                  case 0 -> Float.NaN;
                  case 1 -> new double[] {1, Double.NaN};
                  case 2 -> new float[] {Float.NaN};
                  default -> 1.0;
                });
          }
          return answers;
        };
    try (Predictor<Integer, Object> predictor = Predictor.of(strange).build()) {
      for (int x = 0; x < 3; x++) {
        int row = x;
        assertThatThrownBy(() -> predictor.predict(row)).hasMessageContaining("answered NaN");
      }
      assertThat(predictor.predict(3)).isEqualTo(1.0);
    }
  }

  @Test
  void nanOutputs_allowed_areGivenToCallers() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("identity")).nanOutputsAllowed().build()) {
      assertThat(predictor.predict(Models.row(Double.NaN))).isNaN();
      assertThat(predictor.predictAll(List.of(Models.row(1), Models.row(Double.NaN))))
          .containsExactly(1.0, Double.NaN);
    }
    try (Predictor<Integer, Double> predictor =
        Predictor.<Integer, Double>of(rows -> rows.stream().map(x -> Double.NaN).toList())
            .nanOutputsAllowed()
            .build()) {
      assertThat(predictor.predict(1)).isNaN();
    }
  }
}
