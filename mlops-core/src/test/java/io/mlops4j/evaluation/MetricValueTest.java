package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricValueTest {

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void defined_notFinite_isRefused(double value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Defined(value, 1))
        .withMessageContaining("value: " + value);
  }

  @Test
  void defined_noRows_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Defined(0.5, 0))
        .withMessage("n: 0 (expected: at least 1)");
  }

  @Test
  void defined_negativeZero_equalsZero() {
    assertThat(new Defined(-0.0, 1)).isEqualTo(new Defined(0.0, 1));
    assertThat(new Defined(-0.0, 1).number()).hasValue(0.0);
  }

  @Test
  void undefined_value_hasAReasonAndNoNumber() {
    assertThat(new Undefined("why").number()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new Undefined(" "));
  }
}
