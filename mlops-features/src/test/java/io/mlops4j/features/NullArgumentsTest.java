package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.PublicMethods;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null in place of each argument of each public method, record and constructor of this module: one
 * NullPointerException that names the parameter. What is new is asked, too, without being listed.
 */
class NullArgumentsTest {
  private static final PublicMethods METHODS = FeatureSamples.methods();

  static Stream<PublicMethods.Place> places() {
    return METHODS.references();
  }

  @ParameterizedTest
  @MethodSource("places")
  void everyArgument_null_isRefusedByItsName(PublicMethods.Place place) throws Exception {
    assertThat(METHODS.ask(place, null).thrown())
        .isInstanceOf(NullPointerException.class)
        .hasMessageMatching("(?s).*\\b" + place.name() + "\\b.*");
  }

  /** The control: it does ask what there is. */
  @Test
  void places_ofThisModule_areMany() {
    assertThat(places().map(PublicMethods.Place::toString))
        .hasSizeGreaterThan(70)
        .contains("FeatureView.keyOf: event", "OnlineStore.clear: table");
  }
}
