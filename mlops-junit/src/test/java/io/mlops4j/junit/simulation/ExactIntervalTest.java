package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class ExactIntervalTest {
  @Test
  void ofShare_oracleCases_areScipys() {
    JsonNode cases = Oracle.read("shares");
    assertThat(cases).hasSize(10);
    for (JsonNode row : cases) {
      ExactInterval interval =
          ExactInterval.ofShare(
              row.get("successes").asLong(), row.get("runs").asLong(), row.get("level").asDouble());
      assertThat(interval.low()).isEqualTo(row.get("low").asDouble(), within(1e-9));
      assertThat(interval.high()).isEqualTo(row.get("high").asDouble(), within(1e-9));
    }
  }

  @Test
  void ofRate_oracleCases_areScipys() {
    JsonNode cases = Oracle.read("rates");
    assertThat(cases).hasSize(6);
    for (JsonNode row : cases) {
      ExactInterval interval =
          ExactInterval.ofRate(
              row.get("events").asLong(),
              row.get("exposure").asDouble(),
              row.get("level").asDouble());
      double high = row.get("high").asDouble();
      assertThat(interval.low()).isEqualTo(row.get("low").asDouble(), within(1e-8 * high));
      assertThat(interval.high()).isEqualTo(high, within(1e-8 * high));
    }
  }

  @Test
  void intervals_impossibleCounts_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExactInterval.ofShare(3, 2, 0.95))
        .withMessageContaining("3 of 2");
    assertThatIllegalArgumentException().isThrownBy(() -> ExactInterval.ofShare(0, 0, 0.95));
    assertThatIllegalArgumentException().isThrownBy(() -> ExactInterval.ofShare(1, 2, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExactInterval.ofRate(1, 0, 0.95))
        .withMessageContaining("above 0");
    assertThatIllegalArgumentException().isThrownBy(() -> ExactInterval.ofRate(-1, 1, 0.95));
  }
}
