package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.NullArgumentsContract;
import io.mlops4j.core.PublicMethods;
import org.junit.jupiter.api.Test;

class NullArgumentsTest extends NullArgumentsContract {
  NullArgumentsTest() {
    super(DriftSamples.methods());
  }

  /** The control: it does ask what there is. */
  @Test
  void places_ofThisModule_areMany() {
    assertThat(places().map(PublicMethods.Place::toString))
        .hasSizeGreaterThan(150)
        .contains("DriftMonitor.report: version", "PredictionLog.forget: unit");
  }
}
