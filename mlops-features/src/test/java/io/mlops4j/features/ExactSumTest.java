package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ExactSumTest {

  /** BigDecimal adds exactly and rounds to nearest once. */
  @Property(tries = 1_000)
  void value_anyDoubles_isTheExactSumRoundedOnce(@ForAll long seed) {
    Random random = new Random(seed);
    ExactSum sum = new ExactSum();
    BigDecimal exact = BigDecimal.ZERO;
    int n = random.nextInt(40);
    for (int i = 0; i < n; i++) {
      double value = any(random);
      sum.add(value);
      exact = exact.add(new BigDecimal(value));
    }
    assertThat(sum.value()).isEqualTo(exact.doubleValue() + 0.0);
  }

  @Property(tries = 300)
  void remove_whatWasAdded_leavesTheRestExactly(@ForAll long seed) {
    Random random = new Random(seed);
    ExactSum sum = new ExactSum();
    ExactSum rest = new ExactSum();
    List<Double> gone = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      double value = any(random);
      sum.add(value);
      if (random.nextBoolean()) {
        gone.add(value);
      } else {
        rest.add(value);
      }
    }
    gone.forEach(sum::remove);
    assertThat(sum.value()).isEqualTo(rest.value());
  }

  @Test
  void value_infinities_followIeee() {
    ExactSum sum = new ExactSum();
    sum.add(1);
    sum.add(Double.POSITIVE_INFINITY);
    assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
    sum.add(Double.NEGATIVE_INFINITY);
    assertThat(sum.value()).isNaN();
    sum.remove(Double.POSITIVE_INFINITY);
    assertThat(sum.value()).isEqualTo(Double.NEGATIVE_INFINITY);
    sum.remove(Double.NEGATIVE_INFINITY);
    assertThat(sum.value()).isEqualTo(1);
    sum.clear();
    sum.add(Double.MAX_VALUE);
    sum.add(Double.MAX_VALUE);
    assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
    sum.add(-Double.MAX_VALUE);
    assertThat(sum.value()).isEqualTo(Double.MAX_VALUE);
  }

  private static double any(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(100) - 50;
      case 1 -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
      case 2 -> Double.MIN_VALUE * (random.nextInt(9) - 4);
      case 3 -> Math.scalb(random.nextBoolean() ? 1.0 : -1.0, random.nextInt(2000) - 1000);
      default -> {
        double bits = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(bits) ? bits / 64 : 1;
      }
    };
  }
}
