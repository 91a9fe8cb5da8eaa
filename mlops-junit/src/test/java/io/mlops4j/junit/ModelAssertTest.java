package io.mlops4j.junit;

import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelAssertTest {
  private static final String CANARY = "secret-canary";

  record Trip(String passenger, double distance, int hour) {}

  private static final Schema<Trip> TRIP = Schema.of(Trip.class).withSensitive("passenger");

  private static ScriptedModel<Trip, Double> model() {
    return ScriptedModel.<Trip, Double>byRow(trip -> trip.distance() / 1000 + trip.hour() / 100.0)
        .withSchema(TRIP);
  }

  private static GoldenRows.Row row(double distance, int hour, double expected) {
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put("passenger", CANARY);
    input.put("distance", distance);
    input.put("hour", hour);
    return new GoldenRows.Row(input, expected);
  }

  private static String message(ThrowingCallable code) {
    var caught = new Throwable[1];
    assertThatThrownBy(code).isInstanceOf(AssertionError.class).satisfies(e -> caught[0] = e);
    String message = String.valueOf(caught[0].getMessage());
    assertThat(message).doesNotContain(CANARY);
    return message;
  }

  @Test
  void reproduces_sameAnswers_passes() {
    GoldenRows golden = new GoldenRows(1e-9, List.of(row(500, 7, 0.57), row(100, 12, 0.22)));
    assertThat(model()).reproduces(golden);
  }

  @Test
  void reproduces_oneDiffers_namesRowFeaturesAndNumbers() {
    GoldenRows golden = new GoldenRows(0.001, List.of(row(500, 7, 0.57), row(100, 12, 0.25)));
    assertThat(message(() -> assertThat(model()).reproduces(golden)))
        .startsWith("1 of 2 golden rows are not reproduced within 0.001:")
        .contains("row 1 [passenger=(not shown), distance=100.0, hour=12]: expected 0.25, answered")
        .contains("write the golden rows anew");
  }

  @Test
  void reproduces_manyDiffer_showsTen() {
    List<GoldenRows.Row> rows = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      rows.add(row(i, 1, 99));
    }
    String message = message(() -> assertThat(model()).reproduces(new GoldenRows(0, rows)));
    assertThat(message).startsWith("30 of 30").contains("row 9 ").doesNotContain("row 10 ");
  }

  /** The service reads kilometres where the training saw miles. */
  @Test
  void reproduces_wrongPreprocessing_isSeen() {
    GoldenRows golden = new GoldenRows(1e-6, List.of(row(500, 7, 0.57)));
    assertThat(model()).reproduces(golden, ModelAssertTest::preprocessed);
    assertThat(
            message(
                () ->
                    assertThat(model())
                        .reproduces(
                            golden,
                            raw -> {
                              Trip trip = preprocessed(raw);
                              return new Trip("", trip.distance() * 1.609, trip.hour());
                            })))
        .contains("1 of 1");
  }

  private static Trip preprocessed(Map<String, @Nullable Object> raw) {
    return new Trip(
        String.valueOf(raw.get("passenger")),
        raw.get("distance") instanceof Number n ? n.doubleValue() : Double.NaN,
        raw.get("hour") instanceof Number n ? n.intValue() : 0);
  }

  @Test
  void reproduces_modelOrPreprocessingFails_saysWhatWithoutForeignWords() {
    GoldenRows golden = new GoldenRows(1e-6, List.of(row(500, 7, 0.57)));
    var broken =
        ScriptedModel.<Trip, Double>answering(1.0)
            .thenThrow(() -> new IllegalStateException(CANARY))
            .withSchema(TRIP);
    broken.predict(List.of());
    assertThat(message(() -> assertThat(broken).reproduces(golden)))
        .contains("failed with java.lang.IllegalStateException");
    var own = ScriptedModel.<Trip, Double>answering(1.0).thenFail("no disk").withSchema(TRIP);
    own.predict(List.of());
    assertThat(message(() -> assertThat(own).reproduces(golden))).contains("failed with no disk");
  }

  @Test
  void reproduces_nanOrNoNumber_neverPasses() {
    GoldenRows golden = new GoldenRows(1e300, List.of(row(500, 7, 0.57)));
    var nan = ScriptedModel.<Trip, Double>answering(Double.NaN).withSchema(TRIP);
    assertThat(message(() -> assertThat(nan).reproduces(golden))).contains("answered NaN");
    var text = ScriptedModel.<Trip, String>answering("late").withSchema(TRIP);
    assertThat(message(() -> assertThat(text).reproduces(golden))).contains("not a number");
  }

  @Test
  void reproduces_noSchema_asksForPreprocessing() {
    GoldenRows golden = new GoldenRows(1e-6, List.of(row(500, 7, 0.57)));
    var blind = ScriptedModel.<Trip, Double>answering(0.1);
    assertThat(message(() -> assertThat(blind).reproduces(golden))).contains("preprocessing");
    assertThat(message(() -> assertThat(blind).reproduces(golden, ModelAssertTest::preprocessed)))
        .contains("distance=(not shown)");
  }

  @Test
  void reproduces_rowTheSchemaRefuses_isNamed() {
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put("passenger", CANARY);
    input.put("hour", "x" + CANARY);
    GoldenRows golden = new GoldenRows(1e-6, List.of(new GoldenRows.Row(input, 1)));
    assertThatThrownBy(() -> assertThat(model()).reproduces(golden))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Trip.hour: expected an int");
  }
}
