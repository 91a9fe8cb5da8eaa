package io.mlops4j.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JointMomentsTest {
  // numpy: x = [[1, 2], [4, 1], [2, 7], [9, 0.5]]; x.mean(0); np.cov(x.T, ddof=1)
  @Test
  void add_fourRows_matchesNumpy() {
    JointMoments moments = JointMoments.of(2);
    moments.add(1, 2);
    moments.add(4, 1);
    moments.add(2, 7);
    moments.add(9, 0.5);

    assertThat(moments.count()).isEqualTo(4);
    assertThat(moments.mean(0)).isEqualTo(4, within(1e-15));
    assertThat(moments.mean(1)).isEqualTo(2.625, within(1e-15));
    assertThat(moments.variance(0)).isEqualTo(12.666666666666666, within(1e-13));
    assertThat(moments.variance(1)).isEqualTo(8.895833333333334, within(1e-13));
    assertThat(moments.covariance(0, 1)).isEqualTo(-5.833333333333333, within(1e-13));
    assertThat(moments.covariance(1, 0)).isEqualTo(moments.covariance(0, 1), within(1e-13));
  }

  @Test
  void add_hugeMean_keepsTheVariance() {
    JointMoments moments = JointMoments.of(1);
    for (int i = 0; i < 1_000; i++) {
      moments.add(1e9 + i % 2);
    }

    // A sum of squares would lose it: 1e18 has no digits left for 0.25.
    assertThat(moments.variance(0)).isEqualTo(0.25 * 1000 / 999, within(1e-6));
  }

  @Property(tries = 200)
  void merge_anySplit_isTheBatch(
      @ForAll @Size(min = 2, max = 40) List<@DoubleRange(min = -1e3, max = 1e3) Double> values,
      @ForAll @IntRange(min = 0, max = 40) int cut) {
    JointMoments whole = JointMoments.of(2);
    JointMoments left = JointMoments.of(2);
    JointMoments right = JointMoments.of(2);
    for (int i = 0; i < values.size(); i++) {
      double other = values.get(values.size() - 1 - i);
      whole.add(values.get(i), other);
      (i < cut ? left : right).add(values.get(i), other);
    }
    JointMoments merged = right.copy();
    merged.merge(left);

    assertThat(merged.count()).isEqualTo(whole.count());
    for (int i = 0; i < 2; i++) {
      assertThat(merged.mean(i)).isEqualTo(whole.mean(i), within(1e-9));
      assertThat(merged.covariance(i, 1)).isEqualTo(whole.covariance(i, 1), within(1e-6));
    }
  }

  @Test
  void fromSums_impossibleSums_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JointMoments.fromSums(2, 4, 3))
        .withMessageContaining("less than sum²/count = 8.0");
    assertThatIllegalArgumentException().isThrownBy(() -> JointMoments.fromSums(0, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> JointMoments.fromSums(1, Double.NaN, 0));
  }

  @Test
  void add_badRow_addsNothing() {
    JointMoments moments = JointMoments.of(2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> moments.add(1, Double.NaN))
        .withMessage("row: NaN at 1 (expected: a finite number)");
    assertThatIllegalArgumentException().isThrownBy(() -> moments.add(1));
    assertThatIllegalArgumentException().isThrownBy(() -> moments.merge(JointMoments.of(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> JointMoments.of(0));
    assertThat(moments.count()).isZero();
    assertThat(moments.variance(0)).isZero();
  }
}
