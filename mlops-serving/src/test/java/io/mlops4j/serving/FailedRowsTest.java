package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Model;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request that failed says of its row. */
@Timeout(60)
class FailedRowsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  record Trip(String origin, double distance) {}

  private static final Schema<Trip> TRIPS = Schema.of(Trip.class);

  private static final Model<Trip, Double> FAILING =
      rows -> {
        throw new IllegalStateException("no answer");
      };

  /** Keeps failures. */
  private static final class Failures implements PredictionListener<Object, Object> {
    final List<FailedPrediction> seen = new CopyOnWriteArrayList<>();

    @Override
    public void onPrediction(Prediction<Object, Object> prediction) {
      throw new AssertionError("there is no answer");
    }

    @Override
    public void onFailure(FailedPrediction failure) {
      seen.add(failure);
    }
  }

  @SuppressWarnings("unchecked") // It takes any.
  private static <I, O> PredictionListener<I, O> listener(Failures failures) {
    return (PredictionListener<I, O>) (PredictionListener<?, ?>) failures;
  }

  private final Failures failures = new Failures();

  private Predictor<Trip, Double> predictor(
      Schema<Trip> schema, UnaryOperator<PredictorBuilder<Trip, Double>> more) {
    return more.apply(
            Predictor.of(FAILING)
                .schema(schema)
                .listener(FailedRowsTest.<Trip, Double>listener(failures))
                .unitBy(Trip::origin))
        .build();
  }

  @Test
  void failure_everyWayOfAsking_hasTheRowAndTheUnit() {
    try (var predictor = predictor(TRIPS, b -> b)) {
      assertThatThrownBy(() -> predictor.predict(new Trip("JFK", 1)))
          .isInstanceOf(PredictionFailedException.class);
      assertThat(predictor.predictAsync(new Trip("LGA", 2)))
          .failsWithin(PATIENCE)
          .withThrowableOfType(ExecutionException.class);
      assertThatThrownBy(() -> predictor.predictAll(List.of(new Trip("ATL", 3))))
          .isInstanceOf(PredictionFailedException.class);
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
    }
    assertThat(failures.seen)
        .extracting(FailedPrediction::unit)
        .containsExactly("JFK", "LGA", "ATL");
    assertThat(failures.seen)
        .extracting(failure -> Objects.requireNonNull(failure.row()).text(0))
        .containsExactly("JFK", "LGA", "ATL");
    assertThat(failures.seen)
        .extracting(failure -> Objects.requireNonNull(failure.row()).number(1))
        .containsExactly(1.0, 2.0, 3.0);
  }

  @Test
  void failure_onARealSession_hasTheRowThatFailed() {
    try (Predictor<float[], Double> predictor =
        Predictor.of(Models.one("table"))
            .listener(FailedRowsTest.<float[], Double>listener(failures))
            .build()) {
      assertThatThrownBy(() -> predictor.predict(Models.row(10)))
          .isInstanceOf(PredictionFailedException.class)
          .hasMessageContaining("ONNX Runtime");
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
    }
    EncodedRow<?> row = Objects.requireNonNull(failures.seen.get(0).row());
    assertThat(row.number(0)).isEqualTo(10);
    assertThat(failures.seen.get(0).unit()).isNull();
  }

  @Test
  void rowThatCannotBeRead_isLeftOut_andTheCallerGetsWhatFailedFirst() {
    Schema<Trip> broken =
        Schema.<Trip>builder("Trip")
            .categorical("origin", Trip::origin)
            .numeric(
                "distance",
                trip -> {
                  throw new StackOverflowError("an accessor");
                })
            .build();
    try (var predictor =
        predictor(
            broken,
            b ->
                b.inputCheck(
                    trip ->
                        trip.distance() < 0
                            ? java.util.Optional.of("negative")
                            : java.util.Optional.empty()))) {
      assertThatThrownBy(() -> predictor.predict(new Trip("JFK", 1)))
          .isInstanceOf(PredictionFailedException.class)
          .hasRootCauseMessage("no answer");
      assertThatThrownBy(() -> predictor.predict(new Trip("JFK", -1)))
          .isInstanceOf(PredictionRejectedException.class);
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
      assertThat(predictor.stats().listenerErrors()).isEqualTo(1); // invalid rows are not read
    }
    assertThat(failures.seen).extracting(FailedPrediction::row).containsExactly(null, null);
    assertThat(failures.seen).extracting(FailedPrediction::unit).containsExactly("JFK", null);
  }

  @Test
  void unitThatThrows_leavesTheRow() {
    try (Predictor<Trip, Double> predictor =
        Predictor.of(FAILING)
            .schema(TRIPS)
            .unitBy(
                trip -> {
                  throw new IllegalStateException("no unit");
                })
            .listener(FailedRowsTest.<Trip, Double>listener(failures))
            .build()) {
      assertThatThrownBy(() -> predictor.predict(new Trip("JFK", 1)))
          .hasRootCauseMessage("no answer");
      assertThat(predictor.awaitListeners(PATIENCE)).isTrue();
    }
    assertThat(Objects.requireNonNull(failures.seen.get(0).row()).text(0)).isEqualTo("JFK");
    assertThat(failures.seen.get(0).unit()).isNull();
  }

  @Test
  void failure_saysNothingOfTheRowInItsText() {
    var failure =
        new FailedPrediction(
            io.mlops4j.core.ModelVersion.unregistered("m"),
            FailedPrediction.Reason.MODEL,
            java.time.Instant.EPOCH,
            Duration.ZERO,
            "canary-unit",
            TRIPS.encode(new Trip("canary-origin", 1)));
    assertThat(failure.toString()).doesNotContain("canary").contains("MODEL");
  }
}
