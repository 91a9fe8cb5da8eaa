package io.mlops4j.stats;

import static io.mlops4j.stats.StatsOracle.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CorrectionTest {
  @Test
  void adjust_oracleCases_matchStatsmodels() {
    for (JsonNode row : StatsOracle.section("corrections")) {
      for (Correction correction : Correction.values()) {
        if (correction != Correction.NONE) {
          assertThat(correction.adjust(doubles(row.get("raw"))))
              .as(correction.label())
              .containsExactly(doubles(row.get(correction.name())), within(1e-12));
        }
      }
    }
  }

  // R package multtest, mt.rawp2adjp, ten p-values, as statsmodels' test_multi.py quotes its
  // output. Only
  // these five and the last are quoted; .5 to .8 stand in for the others and change none of the
  // results.
  @Test
  void adjust_multtestVector_matchesR() {
    double[] raw = {
      5.2366e-5, 2.8141e-4, 0.0149877, 0.0202733, 0.177097, 0.5, 0.6, 0.7, 0.8, 0.967834
    };

    assertThat(Arrays.copyOf(Correction.HOLM.adjust(raw), 4))
        .containsExactly(new double[] {5.2366e-4, 0.00253265, 0.1199018, 0.1419129}, within(4e-7));
    assertThat(Arrays.copyOf(Correction.BENJAMINI_HOCHBERG.adjust(raw), 5))
        .containsExactly(
            new double[] {0.000523657, 0.00140703, 0.0499591, 0.0506832, 0.354194}, within(4e-6));
    assertThat(Correction.BENJAMINI_YEKUTIELI.adjust(raw)[0]).isEqualTo(0.00153377, within(4e-8));
    assertThat(Correction.HOCHBERG.adjust(raw)[9]).isEqualTo(0.967834, within(1e-12));
  }

  // Benjamini and Hochberg (1995), section 3.1: 15 p-values; their procedure rejects 4, Bonferroni
  // 3.
  @Test
  void adjust_benjaminiHochbergPaper_rejectsFour() {
    double[] raw = {
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
      0.5719, 0.6528, 0.7590, 1
    };

    double[] adjusted = Correction.BENJAMINI_HOCHBERG.adjust(raw);
    assertThat(Arrays.stream(adjusted).filter(p -> p <= 0.05)).hasSize(4);
    assertThat(Arrays.copyOf(adjusted, 5))
        .containsExactly(new double[] {0.0015, 0.003, 0.0095, 0.035625, 0.0603}, within(1e-12));
    assertThat(Arrays.stream(Correction.BONFERRONI.adjust(raw)).filter(p -> p <= 0.05)).hasSize(3);
  }

  @Property(tries = 500)
  void alphas_anyPValues_agreeWithTheCorrectedPValues(
      @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = 0, max = 1) Double> uniform,
      @ForAll @DoubleRange(min = 0.01, max = 0.3) double alpha) {
    // Cubes: some of them are small enough to be rejected.
    double[] raw = uniform.stream().mapToDouble(u -> u * u * u).toArray();
    for (Correction correction : Correction.values()) {
      double[] adjusted = correction.adjust(raw);
      double[] alphas = correction.alphas(alpha, raw);
      for (int i = 0; i < raw.length; i++) {
        // The interval at 1 - alphas[i] excludes "no effect" exactly when raw[i] <= alphas[i].
        if (Math.abs(raw[i] - alphas[i]) > 1e-12) {
          assertThat(raw[i] <= alphas[i])
              .as("%s of %s at %s", correction, Arrays.toString(raw), alpha)
              .isEqualTo(adjusted[i] <= alpha);
        }
        assertThat(adjusted[i]).isBetween(raw[i], 1.0);
        assertThat(alphas[i]).isGreaterThan(0).isLessThanOrEqualTo(alpha + 1e-15);
      }
    }
  }

  @Property(tries = 200)
  void adjust_reversedOrder_isTheSame(
      @ForAll @Size(min = 1, max = 12) List<@DoubleRange(min = 0, max = 1) Double> values) {
    double[] raw = values.stream().mapToDouble(p -> p).toArray();
    double[] reversed = reversed(raw);
    for (Correction correction : Correction.values()) {
      assertThat(reversed(correction.adjust(reversed))).containsExactly(correction.adjust(raw));
    }
  }

  @Test
  void adjust_strength_isOrdered() {
    double[] raw = {0.001, 0.01, 0.02, 0.2};
    double[] hochberg = Correction.HOCHBERG.adjust(raw);
    double[] holm = Correction.HOLM.adjust(raw);
    double[] bonferroni = Correction.BONFERRONI.adjust(raw);
    for (int i = 0; i < raw.length; i++) {
      assertThat(hochberg[i]).isLessThanOrEqualTo(holm[i]);
      assertThat(holm[i]).isLessThanOrEqualTo(bonferroni[i]);
    }
  }

  @Test
  void adjust_badPValue_namesItsPosition() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Correction.HOLM.adjust(0.1, Double.NaN))
        .withMessage("p-value at 1: NaN (expected: 0..1)");
    assertThatIllegalArgumentException().isThrownBy(() -> Correction.HOLM.alphas(0, 0.1));
    assertThat(Correction.HOLM.adjust()).isEmpty();
  }

  private static double[] reversed(double[] values) {
    double[] reversed = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }
}
