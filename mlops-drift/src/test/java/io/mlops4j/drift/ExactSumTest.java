package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  private static double exact(List<Double> values) {
    BigDecimal sum = BigDecimal.ZERO;
    for (double value : values) {
      sum = sum.add(new BigDecimal(value));
    }
    return sum.doubleValue();
  }

  private static ExactSum sum(List<Double> values) {
    ExactSum sum = new ExactSum();
    values.forEach(sum::add);
    return sum;
  }

  @Property(tries = 300)
  void value_anyValuesInAnyOrder_isTheExactSumRoundedOnce(
      @ForAll @Size(max = 40) List<Double> values, @ForAll long seed) {
    List<Double> shuffled = new ArrayList<>(values);
    Collections.shuffle(shuffled, new Random(seed));
    int half = values.size() / 2;
    ExactSum parts = sum(shuffled.subList(0, half));
    parts.add(sum(shuffled.subList(half, shuffled.size())));
    assertThat(sum(values).value()).isEqualTo(exact(values) + 0.0);
    assertThat(parts).isEqualTo(sum(values)).hasSameHashCodeAs(sum(values));
  }

  @Test
  void value_whereDoublesLoseDigits_isExact() {
    ExactSum sum = sum(List.of(1e300, 1.0, Double.MIN_VALUE, -1e300, 1e-9));
    double plain = 1e300 + 1.0 + Double.MIN_VALUE - 1e300 + 1e-9;
    assertThat(plain).isEqualTo(1e-9); // the control: ordinary addition forgets the 1
    assertThat(sum.value()).isEqualTo(1.000000001);
    sum.add(1.0, -1);
    sum.add(1e-9, -1);
    assertThat(sum.value()).isEqualTo(Double.MIN_VALUE);
    assertThat(sum(List.of(Double.MAX_VALUE, Double.MAX_VALUE)).value()).isInfinite();
    assertThat(sum).isNotEqualTo(sum(List.of(1.0))).isNotEqualTo("sum");
  }

  @Test
  void add_notANumber_isRefused() {
    assertThatThrownBy(() -> new ExactSum().add(Double.NaN))
        .hasMessage("value: NaN (expected: finite)");
  }
}
