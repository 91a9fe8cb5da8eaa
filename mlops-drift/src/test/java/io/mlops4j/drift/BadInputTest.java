package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.PublicMethods;
import io.mlops4j.drift.stream.ChangeDetector;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Numbers, durations, instants, texts, lists and arrays that nobody should give, one at a time in
 * place of each argument of each public method, record and constructor of this module.
 */
@Timeout(20)
class BadInputTest {
  private static final PublicMethods METHODS = DriftSamples.methods();

  static Stream<PublicMethods.Place> places() {
    return METHODS.places().filter(place -> !PublicMethods.badValues(place).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("places")
  void everyArgument_bad_worksOrSaysWhatIsAllowed(PublicMethods.Place place) throws Exception {
    assertThat(METHODS.faults(place)).isEmpty();
  }

  /** The control: it does ask what there is. */
  @Test
  void places_ofThisModule_areMany() {
    assertThat(places()).hasSizeGreaterThan(250);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADWIN", "PAGE_HINKLEY", "KSWIN"})
  void detector_hugeValues_areRefused_andItIsNotDeafAfterwards(ChangeDetector.Method method) {
    ChangeDetector detector = ChangeDetector.expecting(method, 10_000);
    for (double huge : new double[] {Double.MAX_VALUE, -Double.MAX_VALUE}) {
      assertThatThrownBy(() -> detector.add(huge))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("value: " + huge + " (expected: ");
    }
    int changes = 0;
    for (int i = 0; i < 2_000; i++) {
      changes += detector.add((i < 1_000 ? 0.2 : 0.9) + 0.01 * Math.sin(i)) ? 1 : 0;
    }
    assertThat(changes).isPositive();
  }

  @Test
  void labels_outOfTimeAndTwice_countOnce() {
    try (QualityMonitor<Fleet.Trip, Double> monitor = DriftSamples.quality()) {
      monitor.reportById("p", 1, Instant.MIN); // before there is such a prediction
      monitor.onPrediction(DriftSamples.prediction());
      monitor.onPrediction(DriftSamples.prediction());
      monitor.reportById("p", 1, Fleet.START.minusSeconds(60)); // a clock that was set back
      monitor.reportById("p", 1, Instant.MAX);
      monitor.reportById("p", 1, Fleet.START.plusSeconds(60));
      assertThat(monitor.joins().predictions()).isEqualTo(1);
      assertThat(monitor.joins().joined()).isLessThanOrEqualTo(1);
      assertThat(monitor.history(Fleet.version(1))).hasSize(1);
    }
  }

  /** Given up one after the other, without labels: the end of the horizon is no instant. */
  @Test
  void predictions_atTheEndsOfTime_areGivenUpAsAnyOther() {
    for (Instant at : List.of(Instant.MAX, Instant.MIN)) {
      Fleet fleet = new Fleet();
      fleet.serve(1, Optional::empty);
      try (var monitor = QualityMonitor.following(fleet).capacity(1_000).build()) {
        for (int i = 0; i < 1_010; i++) {
          monitor.onPrediction(Fleet.prediction("p" + i, null, 1, null, 0.5, at));
        }
        assertThat(monitor.joins().evicted()).isEqualTo(10);
      }
    }
  }
}
