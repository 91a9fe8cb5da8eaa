package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Inputs on which other monitors are known to fail, and the small ones. */
class FamilyJudgeTest {
  private static final ModelVersion V1 = new ModelVersion("m", 1);
  private static final Schema<Double> NUMBER =
      Schema.<Double>builder("row").numeric("x", Double::doubleValue).build();
  private static final Schema<List<@Nullable String>> CATEGORY =
      Schema.<List<@Nullable String>>builder("row").categorical("c", row -> row.get(0)).build();

  private static FeatureDrift numbers(double[] reference, double[] live) {
    Baseline baseline = Baseline.fit(NUMBER, () -> Arrays.stream(reference).boxed());
    return judge(NUMBER, baseline, Arrays.stream(live).boxed());
  }

  private static FeatureDrift categories(List<String> reference, List<String> live) {
    Baseline baseline =
        Baseline.fit(CATEGORY, () -> reference.stream().map(Collections::singletonList));
    return judge(CATEGORY, baseline, live.stream().map(Collections::singletonList));
  }

  private static <T> FeatureDrift judge(Schema<T> schema, Baseline baseline, Stream<T> rows) {
    DriftCounter counter = new DriftCounter(V1, baseline);
    rows.forEach(row -> counter.observe(schema.encode(row)));
    return DriftReport.judge(
            baseline, counter.snapshot(), DriftRule.psi(), Duration.ofDays(7), Set.of())
        .get(0);
  }

  private static double[] normal(int n, long seed, double mean) {
    SplittableRandom random = new SplittableRandom(seed);
    return java.util.stream.DoubleStream.generate(random::nextGaussian)
        .limit(n)
        .map(v -> v + mean)
        .toArray();
  }

  private static DriftMeasures measures(FeatureDrift drift) {
    return drift.measures().orElseThrow();
  }

  @Test
  void judge_oneOutlier_doesNotHideAShift() {
    double[] live = normal(5_000, 2, 1);
    double psi = measures(numbers(normal(5_000, 1, 0), live)).psi();
    live[0] = 1e6;
    FeatureDrift drift = numbers(normal(5_000, 1, 0), live);
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(measures(drift).psi()).isGreaterThan(0.8).isCloseTo(psi, within(0.02));
  }

  @Test
  void judge_outlierInTheReference_doesNotBlind() {
    double[] reference = normal(20_000, 1, 0);
    reference[7] = 1e9;
    FeatureDrift drift = numbers(reference, normal(5_000, 2, 1));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    // The exact distance of N(0,1) and N(1,1) is .3829.
    assertThat(measures(drift).ks().orElseThrow().low()).isBetween(0.35, 0.42);
    assertThat(measures(drift).ksPValue().orElseThrow()).isLessThan(1e-50);
  }

  @Test
  void judge_sameDistribution_isStable() {
    FeatureDrift drift = numbers(normal(100_000, 1, 0), normal(100_000, 2, 0));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Stable.class);
    assertThat(measures(drift).psi()).isLessThan(0.001);
    assertThat(measures(drift).ksPValue().orElseThrow()).isGreaterThan(0.01);
    assertThat(measures(drift).logBayesFactor()).isNegative();
  }

  @Test
  void judge_clearButSmallShift_isMeasuredAndStable() {
    // A shift of 0.2 sigma at large n: sure, and not worth an alert at PSI 0.2.
    FeatureDrift drift = numbers(normal(100_000, 1, 0), normal(100_000, 2, 0.2));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Stable.class);
    assertThat(measures(drift).logBayesFactor()).isGreaterThan(100);
    // The exact distance is 2 Phi(0.1) - 1 = .0797.
    KsInterval ks = measures(drift).ks().orElseThrow();
    assertThat(ks.low()).isBetween(0.07, 0.09);
    assertThat(measures(drift).ksPValue().orElseThrow()).isLessThan(1e-100);
  }

  @Test
  void judge_mostValuesGoMissing_drifts() {
    double[] live = normal(2_000, 2, 0);
    for (int i = 0; i < live.length; i++) {
      live[i] = i % 10 == 0 ? live[i] : Double.NaN;
    }
    FeatureDrift drift = numbers(normal(5_000, 1, 0), live);
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(measures(drift).missingReference()).isZero();
    assertThat(measures(drift).missingLive()).isCloseTo(0.9, within(1e-12));
    assertThat(drift.verdict().sentence()).contains("missing went from 0.0 % to 90.0 %");
  }

  @Test
  void judge_allMissing_driftsWithoutKs() {
    double[] live = new double[500];
    Arrays.fill(live, Double.NaN);
    FeatureDrift drift = numbers(normal(5_000, 1, 0), live);
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(measures(drift).ks()).isEmpty();
    assertThat(measures(drift).ksPValue()).isEmpty();
  }

  @Test
  void judge_infinities_haveACellOfTheirOwn() {
    double[] live = normal(1_000, 2, 0);
    Arrays.fill(live, 0, 400, Double.POSITIVE_INFINITY);
    FeatureDrift drift = numbers(normal(5_000, 1, 0), live);
    assertThat(drift.verdict().sentence()).contains("not finite went from 0.0 % to 40.0 %");
    assertThat(measures(drift).unseenLive()).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void judge_newCategory_driftsOnlyWhenThereIsMuchOfIt() {
    List<String> reference = repeat(List.of("a", "b", "c"), 10_000);
    List<String> live = new ArrayList<>(repeat(List.of("a", "b", "c"), 333_333));
    live.add("new");
    FeatureDrift rare = categories(reference, live);
    assertThat(rare.verdict()).isInstanceOf(DriftVerdict.Stable.class);
    assertThat(measures(rare).unseenLive()).isCloseTo(1e-6, within(1e-11));
    FeatureDrift much = categories(reference, repeat(List.of("a", "b", "c", "new"), 250));
    assertThat(much.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(much.verdict().sentence()).contains("unseen in training went from 0.0 % to 25.0 %");
    assertThat(measures(much).ks()).isEmpty();
  }

  private static List<String> repeat(List<String> values, int times) {
    return Collections.nCopies(times, values).stream().flatMap(List::stream).toList();
  }

  @Test
  void judge_categoryThatVanishes_drifts() {
    FeatureDrift drift = categories(repeat(List.of("a", "b"), 1_000), repeat(List.of("a"), 300));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(drift.verdict().sentence()).contains("b went from 50.0 % to 0.0 %");
  }

  @Test
  void judge_constantFeature_isStableUntilItChanges() {
    double[] sevens = new double[1_000];
    Arrays.fill(sevens, 7);
    assertThat(numbers(sevens, sevens).verdict()).isInstanceOf(DriftVerdict.Stable.class);
    double[] eights = new double[100];
    Arrays.fill(eights, 8);
    FeatureDrift drift = numbers(sevens, eights);
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.Drifted.class);
    assertThat(measures(drift).ks().orElseThrow().low()).isEqualTo(1);
  }

  @Test
  void judge_negativeZeroAndDenormals_areOrdinaryNumbers() {
    double[] zeros = new double[1_000];
    double[] negative = new double[1_000];
    Arrays.fill(negative, -0.0);
    assertThat(measures(numbers(zeros, negative)).psi()).isZero();
    double[] denormals = new double[1_000];
    Arrays.fill(denormals, Double.MIN_VALUE);
    assertThat(numbers(zeros, denormals).verdict()).isInstanceOf(DriftVerdict.Drifted.class);
  }

  @Test
  void judge_tinyWindows_areInsufficient() {
    for (int n : new int[] {1, 5, 50}) {
      FeatureDrift drift = numbers(normal(10_000, 1, 0), normal(n, 2, 0));
      assertThat(drift.verdict()).as("%s", n).isInstanceOf(DriftVerdict.InsufficientData.class);
    }
    FeatureDrift drift = numbers(normal(10_000, 1, 0), normal(50, 2, 0));
    // chi2.isf(.05, 19) = 30.14, and 30.14 / (0.2 - 30.14 / 10000) = 153.02.
    assertThat(drift.verdict().sentence()).contains("about 154 predictions are needed");
  }

  @Test
  void judge_nothing_isInsufficientWithoutNumbers() {
    FeatureDrift drift = numbers(normal(100, 1, 0), new double[0]);
    assertThat(drift.verdict().sentence()).isEqualTo("x: no value has arrived.");
    assertThat(drift.measures()).isEmpty();
    assertThat(numbers(new double[0], normal(100, 1, 0)).verdict().sentence())
        .isEqualTo("x: its baseline is empty.");
  }

  @Test
  void judge_smallBaseline_isNamedAsTheReason() {
    FeatureDrift drift = numbers(normal(60, 1, 0), normal(100_000, 2, 0));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.InsufficientData.class);
    assertThat(drift.verdict().sentence()).contains("the baseline has only 60 rows");
  }

  @Test
  void judge_effectWithoutEvidence_isInsufficient() {
    // 6 of 8 against 50 %: a large PSI and nothing behind it.
    FeatureDrift drift =
        categories(
            repeat(List.of("a", "b"), 5_000), List.of("a", "a", "a", "a", "a", "a", "b", "b"));
    assertThat(drift.verdict()).isInstanceOf(DriftVerdict.InsufficientData.class);
  }

  @Test
  void judge_countsOverAnotherBaseline_isRefused() {
    Baseline one = Baseline.fit(NUMBER, () -> Stream.of(1.0, 2.0));
    Baseline two = Baseline.fit(NUMBER, () -> Stream.of(1.0, 3.0));
    DriftCounts counts = new DriftCounter(V1, one).snapshot();
    assertThatThrownBy(
            () -> DriftReport.judge(two, counts, DriftRule.psi(), Duration.ofDays(1), Set.of()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining(one.fingerprint())
        .hasMessageContaining(two.fingerprint());
  }

  @Test
  void rule_outOfRange_isNamed() {
    assertThatThrownBy(() -> DriftRule.psi().above(0)).hasMessageContaining("threshold: 0.0");
    assertThatThrownBy(() -> DriftRule.psi().above(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> FalseAlarmBudget.atMostOncePer(Duration.ZERO))
        .hasMessageContaining("period");
    // A year holds 52.14 weeks; six features share the budget.
    assertThat(
            FalseAlarmBudget.atMostOncePer(FalseAlarmBudget.days(365))
                .perLook(Duration.ofDays(7), 6))
        .isCloseTo(7.0 / 365 / 6, within(1e-12));
    assertThat(FalseAlarmBudget.atMostOncePer(Duration.ofDays(1)).perLook(Duration.ofDays(7), 1))
        .isEqualTo(0.05);
  }
}
