package io.mlops4j.examples.unittesting;

import static io.mlops4j.evaluation.Metric.AUC;
import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.junit.MlopsTest;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.OnnxModel;
import org.junit.jupiter.api.Test;

/** What the tests next door would say about faults that are easily made. Not to be copied. */
@MlopsTest
class PlantedFaultsTest {

  private static Flight inKilometres(Departure departure) {
    Flight f = departure.toFlight();
    return new Flight(f.origin(), f.destination(), f.distance() * 1.609, f.hour(), f.dayOfWeek());
  }

  /** Python's Monday is 0. */
  private static Flight withPythonsMonday(Departure departure) {
    Flight f = departure.toFlight();
    return new Flight(f.origin(), f.destination(), f.distance(), f.hour(), f.dayOfWeek() - 1);
  }

  @Test
  void kilometres_goldenRowsAndTrainingRange_seeThem() {
    try (var model =
        OnnxModel.probability(March.FLIGHT)
            .load(new ModelVersion("flight-delay", 2), March.files("february"))) {
      assertThatThrownBy(
              () ->
                  assertThat(model)
                      .reproduces(March.rawGoldenRows(), row -> inKilometres(Departure.of(row))))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("golden rows are not reproduced within 1.0E-5");
    }
    var flights = March.DEPARTURES.map(March.FLIGHT, PlantedFaultsTest::inKilometres);
    assertThatThrownBy(() -> assertThat(flights).stayWithin(March.TRAINING))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("distance: numeric")
        .hasMessageContaining("above 4502");
  }

  @Test
  void pythonsMonday_vocabulary_seesIt() {
    var flights = March.DEPARTURES.map(March.FLIGHT, PlantedFaultsTest::withPythonsMonday);
    assertThatThrownBy(() -> assertThat(flights).coverVocabularyOf(March.encoding("february")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("occur in no row: 7.")
        .hasMessageContaining("rows hold 1 values that the encoding's vocabulary lacks: 0.");
  }

  @Test
  void olderModelAsCandidate_comparison_seesIt(ModelRegistry registry) {
    var delay = registry.model("flight-delay", OnnxModel.probability(March.FLIGHT));
    var february = March.evaluated(delay, "february");
    var january = March.evaluated(delay, "january");
    assertThatThrownBy(() -> assertThat(january).beats(february).on(AUC).by(0))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("flight-delay:2 does not beat flight-delay:1 on March: auc 0.62");
  }
}
