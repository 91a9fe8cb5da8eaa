package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.DriftRule.Correction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which effects are seen, and how the budget is shared. */
class DriftRuleTest {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int FEATURES = 20;
  private static final Schema<float[]> SCHEMA =
      Schema.floats(
          java.util.stream.IntStream.range(0, FEATURES)
              .mapToObj(i -> "f" + i)
              .toArray(String[]::new));
  private static final Baseline BASELINE =
      Baseline.fit(
          SCHEMA, rows(10_000, 1, 0, 0)::stream, Baseline.Options.withDefaults().withBins(10));

  /** Normals, of which the first few features are shifted. */
  private static List<float[]> rows(int n, long seed, int shifted, double by) {
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      float[] row = new float[FEATURES];
      for (int j = 0; j < FEATURES; j++) {
        row[j] = (float) (random.nextGaussian() + (j < shifted ? by : 0));
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<FeatureDrift> judge(DriftRule rule, List<float[]> live, boolean complete) {
    DriftCounter counter = new DriftCounter(new ModelVersion("m", 1), BASELINE);
    live.forEach(row -> counter.observe(SCHEMA.encode(row)));
    return new FamilyJudge(rule, List.of(), WEEK, complete)
        .judge(new DriftQuestions(BASELINE, counter.snapshot(), null).asked(Set.of()));
  }

  private static long drifted(List<FeatureDrift> features) {
    return features.stream().filter(f -> f.verdict() instanceof DriftVerdict.Drifted).count();
  }

  private static double needed(List<FeatureDrift> features, int feature) {
    return features.get(feature).measures().orElseThrow().logBayesFactorNeeded();
  }

  @Test
  void correction_manyFeaturesDrift_eBenjaminiHochbergNeedsLessOfEach() {
    List<float[]> live = rows(400, 2, 10, 0.5);
    DriftRule rule = DriftRule.psi().above(0.05);
    double alpha = 7.0 / 365;
    List<FeatureDrift> bonferroni = judge(rule, live, false);
    List<FeatureDrift> ebh =
        judge(rule.withCorrection(Correction.E_BENJAMINI_HOCHBERG), live, false);
    assertThat(needed(bonferroni, 0)).isCloseTo(Math.log(FEATURES / alpha), within(1e-9));
    // Wang and Ramdas (2022): the k-th largest e-value must be at least K / (k alpha).
    double[] evidence =
        ebh.stream()
            .mapToDouble(f -> -f.measures().orElseThrow().logBayesFactor())
            .sorted()
            .toArray();
    int k = 0;
    for (int i = 1; i <= FEATURES; i++) {
      k = -evidence[i - 1] >= Math.log(FEATURES / (i * alpha)) ? i : k;
    }
    assertThat(k).isGreaterThan(5);
    assertThat(needed(ebh, 0)).isCloseTo(Math.log(FEATURES / (k * alpha)), within(1e-9));
    assertThat(drifted(ebh)).isGreaterThanOrEqualTo(drifted(bonferroni)).isEqualTo(k);
    for (int i = 10; i < FEATURES; i++) {
      assertThat(ebh.get(i).verdict()).isNotInstanceOf(DriftVerdict.Drifted.class);
    }
  }

  @Test
  void correction_nothingDrifts_needsWhatBonferroniNeeds() {
    List<float[]> live = rows(400, 3, 0, 0);
    DriftRule ebh = DriftRule.psi().withCorrection(Correction.E_BENJAMINI_HOCHBERG);
    assertThat(needed(judge(ebh, live, false), 0))
        .isCloseTo(needed(judge(DriftRule.psi(), live, false), 0), within(1e-9));
    assertThat(drifted(judge(ebh, live, false))).isZero();
  }

  @Test
  void correction_pValues_judgeFinishedWindowsOnly() {
    List<float[]> live = rows(400, 2, 10, 0.5);
    DriftRule bh = DriftRule.psi().above(0.05).withCorrection(Correction.BENJAMINI_HOCHBERG);
    List<FeatureDrift> open = judge(bh, live, false);
    assertThat(drifted(open)).isZero();
    assertThat(open.get(0).verdict().sentence()).contains("the window is not over");
    List<FeatureDrift> over = judge(bh, live, true);
    assertThat(drifted(over)).isEqualTo(10);
    assertThat(over.get(0).verdict().sentence()).contains("chi-square p-value");
  }

  @Test
  void effects_eachOfThem_seesAShiftAndMissingValues() {
    Map<DriftEffect, Double> limits =
        Map.of(
            DriftEffect.PSI, .2,
            DriftEffect.KOLMOGOROV_SMIRNOV, .1,
            DriftEffect.JENSEN_SHANNON, .15,
            DriftEffect.HELLINGER, .15,
            DriftEffect.TOTAL_VARIATION, .2,
            DriftEffect.L_INFINITY, .05,
            DriftEffect.WASSERSTEIN, .4);
    assertThat(limits).containsOnlyKeys(DriftEffect.values());
    limits.forEach((effect, limit) -> seesWhatItShould(DriftRule.of(effect, limit)));
    DriftMeasures m =
        judge(DriftRule.psi(), rows(5_000, 5, 1, 1), false).get(0).measures().orElseThrow();
    // N(0, 1) against N(1, 1): KS 2 Phi(.5) - 1 = .383; Hellinger sqrt(1 - exp(-1/8)) = .343.
    assertThat(DriftEffect.KOLMOGOROV_SMIRNOV.of(m)).isBetween(.34, .42);
    assertThat(m.distances().hellinger()).isBetween(.30, .36);
  }

  private static void seesWhatItShould(DriftRule rule) {
    DriftEffect effect = rule.effect();
    List<float[]> same = rows(5_000, 4, 0, 0);
    List<float[]> shifted = rows(5_000, 5, 1, 1);
    List<float[]> missing = rows(5_000, 6, 0, 0);
    for (int i = 0; i < missing.size(); i++) {
      missing.get(i)[0] = i % 10 == 0 ? missing.get(i)[0] : Float.NaN;
    }
    assertThat(judge(rule, same, false).get(0).verdict())
        .as("%s, same", effect)
        .isInstanceOf(DriftVerdict.Stable.class);
    assertThat(judge(rule, shifted, false).get(0).verdict())
        .as("%s, shifted", effect)
        .isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(judge(rule, missing, false).get(0).verdict())
        .as("%s, missing", effect)
        .isInstanceOf(DriftVerdict.Drifted.class);
    DriftVerdict tiny = judge(rule, rows(3, 7, 0, 0), false).get(0).verdict();
    assertThat(tiny).as("%s, 3 rows", effect).isInstanceOf(DriftVerdict.InsufficientData.class);
  }

  // Not one look in 20 of a stable feature is above what chance is said to give.
  @Test
  void effects_chance_isExceededInAtMostOneLookOfTwenty() {
    int runs = 200;
    Map<DriftEffect, Integer> above = new EnumMap<>(DriftEffect.class);
    for (int run = 0; run < runs / FEATURES; run++) {
      for (FeatureDrift f : judge(DriftRule.psi(), rows(500, 100 + run, 0, 0), false)) {
        DriftMeasures m = f.measures().orElseThrow();
        for (DriftEffect effect : DriftEffect.values()) {
          double chance = effect.chance(m, 12, 0.05).at(10_000, 500);
          above.merge(effect, effect.of(m) > chance ? 1 : 0, Integer::sum);
        }
      }
    }
    // 10 of 200 expected at most, deviation 3.
    assertThat(above.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(21));
    assertThat(above.get(DriftEffect.HELLINGER)).isPositive();
  }

  @Test
  void rule_wrongValues_areNamed() {
    assertThatThrownBy(() -> DriftRule.of(DriftEffect.HELLINGER, 0))
        .hasMessageContaining("threshold: 0.0");
    assertThat(DriftRule.psi().above(0.3).withCorrection(Correction.BENJAMINI_HOCHBERG).threshold())
        .isEqualTo(0.3);
  }
}
