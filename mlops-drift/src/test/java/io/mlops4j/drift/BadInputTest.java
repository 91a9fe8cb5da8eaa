package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.PublicMethods;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
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
}
