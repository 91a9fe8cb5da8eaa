package io.mlops4j.experiments.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Check;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.experiments.WeightVector;
import io.mlops4j.experiments.analysis.Recommendation.Action;
import io.mlops4j.stats.Correction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnalysisTest {
  private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");
  private static final Metric BOUGHT = Metric.binary("bought");
  private static final Metric LATENCY = Metric.continuous("latency").lowerBetter();

  @Test
  void recommendation_clearGainEverywhere_ships() {
    ExperimentSums sums = shop(20_000).build().sums();
    fill(sums, 20_000, 0.10, 0.13, 0.13, 100, 100);
    ExperimentAnalysis analysis = sums.analyse(NOW);

    assertThat(analysis.recommendation().action()).isEqualTo(Action.SHIP);
    assertThat(analysis.recommendation().treatment()).contains("treatment");
    Check.Outcome outcome = analysis.check().evaluate();
    assertThat(outcome).isInstanceOf(Check.Pass.class);
    assertThat(outcome.sentence()).startsWith("Ship treatment. treatment: bought is better: +");
    assertThat(analysis.check().name()).isEqualTo("experiment checkout");
    assertThat(analysis.guardrails())
        .hasSize(3)
        .allMatch(one -> one.verdict() == GuardrailResult.Verdict.SAFE);
    assertThat(analysis.of("bought", "treatment").isBetter()).isTrue();
    assertThat(analysis.of("bought", "treatment").isWorse()).isFalse();
  }

  /** One unit in ten lives in DE and loses; everybody together gains. */
  @Test
  void recommendation_aggregateWinThatHurtsAMinority_isFlaggedAndStopped() {
    ExperimentSums sums = shop(40_000).build().sums();
    fill(sums, 40_000, 0.20, 0.23, 0.12, 100, 100);
    ExperimentAnalysis analysis = sums.analyse(NOW);

    assertThat(analysis.of("bought", "treatment").isBetter()).isTrue();
    assertThat(analysis.recommendation().action()).isEqualTo(Action.STOP);
    assertThat(analysis.recommendation().reasons())
        .anyMatch(r -> r.contains("bought is worse where country = DE, whatever it is over all"));
    assertThat(analysis.differing())
        .singleElement()
        .satisfies(one -> assertThat(one.pValue().orElseThrow()).isLessThan(0.001))
        .satisfies(one -> assertThat(one.inconsistency()).isGreaterThan(0.9));
    assertThat(analysis.check().evaluate()).isInstanceOf(Check.Fail.class);
  }

  @Test
  void recommendation_guardrailHarmedInOneSegment_stops() {
    ExperimentSums sums = shop(20_000).build().sums();
    fill(sums, 20_000, 0.10, 0.13, 0.13, 100, 125);
    ExperimentAnalysis analysis = sums.analyse(NOW);

    assertThat(analysis.recommendation().action()).isEqualTo(Action.STOP);
    GuardrailResult harmed =
        analysis.guardrails().stream()
            .filter(one -> one.segment().equals(new Segment("country", "DE")))
            .findFirst()
            .orElseThrow();
    assertThat(harmed.verdict()).isEqualTo(GuardrailResult.Verdict.HARMED);
    assertThat(harmed.sentence()).startsWith("worse by 2").contains("(margin 5 %, p of no harm");
    assertThat(verdict(analysis, new Segment("country", "US")))
        .isEqualTo(GuardrailResult.Verdict.SAFE);
  }

  @Test
  void recommendation_guardrailOfASmallSegment_isUncertainAndContinues() {
    Analysis plan = shop(100_000).build();
    ExperimentSums sums = plan.sums();
    fill(sums, 20_000, 0.10, 0.13, 0.13, 100, 100);
    sums.add(UnitRow.of("control").in("country", "LI").value("latency", 100));
    ExperimentAnalysis analysis = sums.analyse(NOW);

    assertThat(verdict(analysis, new Segment("country", "LI")))
        .isEqualTo(GuardrailResult.Verdict.UNCERTAIN);
    assertThat(analysis.recommendation().action()).isEqualTo(Action.CONTINUE);
    assertThat(analysis.recommendation().reasons())
        .anyMatch(
            r -> r.contains("country = LI, is uncertain: not enough data: 1 units in control"));
    assertThat(analysis.check().evaluate()).isInstanceOf(Check.NoData.class);
  }

  @Test
  void recommendation_sampleRatioMismatch_stopsWhateverTheNumbersSay() {
    ExperimentSums sums = shop(10_000).build().sums();
    for (int i = 0; i < 10_000; i++) {
      boolean treated = i % 100 < 54;
      sums.add(
          UnitRow.of(treated ? "treatment" : "control")
              .value("bought", treated || i % 2 == 0 ? 1 : 0)
              .value("latency", 90 + i % 20));
    }
    ExperimentAnalysis analysis = sums.analyse(NOW);

    assertThat(analysis.traffic().mismatch()).isTrue();
    assertThat(analysis.traffic().pValue()).isLessThan(1e-10);
    assertThat(analysis.recommendation().action()).isEqualTo(Action.STOP);
    assertThat(analysis.recommendation().reasons())
        .singleElement()
        .asString()
        .startsWith("Traffic does not match its shares ([4600, 5400] units, expected [5000, 5000]");
  }

  @Test
  void recommendation_oneLookTooEarly_continuesWhateverTheNumbersSay() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES).metric(BOUGHT).oneLook(30_000).build().sums();
    fillBought(sums, 20_000, 0.1, 0.2);
    ExperimentAnalysis early = sums.analyse(NOW);
    assertThat(early.of("bought", "treatment").isBetter()).isTrue();
    assertThat(early.recommendation().action()).isEqualTo(Action.CONTINUE);
    assertThat(early.recommendation().reasons())
        .containsExactly(
            "20,000 of 30,000 planned units are in; this analysis looks once, when all are.");

    fillBought(sums, 10_000, 0.1, 0.2);
    assertThat(sums.analyse(NOW).recommendation().action()).isEqualTo(Action.SHIP);
  }

  @Test
  void recommendation_noEffectAtTheEnd_stopsAsUndecided() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES).metric(BOUGHT).alwaysValid(10_000).build().sums();
    fillBought(sums, 5_000, 0.1, 0.1);
    assertThat(sums.analyse(NOW).recommendation().action()).isEqualTo(Action.CONTINUE);
    fillBought(sums, 5_000, 0.1, 0.1);
    Recommendation end = sums.analyse(NOW).recommendation();

    assertThat(end.action()).isEqualTo(Action.STOP);
    assertThat(end.reasons())
        .anyMatch(r -> r.startsWith("All 10,000 planned units are in and no treatment can be"));
  }

  @Test
  void recommendation_twoTreatments_shipsTheBetterOne() {
    WeightVector thirds = WeightVector.of(0, List.of("control", "b", "c"), 0.34, 0.33, 0.33);
    ExperimentSums sums =
        Analysis.named("e", thirds).metric(BOUGHT).alwaysValid(30_000).build().sums();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 30_000; i++) {
      int arm = thirds.draw(random.nextDouble());
      double rate = new double[] {0.1, 0.125, 0.15}[arm];
      sums.add(
          UnitRow.of(thirds.arms().get(arm)).value("bought", random.nextDouble() < rate ? 1 : 0));
    }

    assertThat(sums.analyse(NOW).recommendation().treatment()).contains("c");
  }

  @Test
  void analyse_nothing_saysNotEnoughData() {
    ExperimentAnalysis analysis = shop(10_000).build().sums().analyse(NOW);

    assertThat(analysis.recommendation().action()).isEqualTo(Action.CONTINUE);
    assertThat(analysis.of("bought", "treatment").absolute())
        .isEqualTo(
            new Effect.NotEnoughData(
                "0 units in control and 0 in the treatment (needed: 50 in each)"));
    assertThat(analysis.traffic().pValue()).isEqualTo(1);
    assertThat(analysis.of("bought", "treatment").posterior()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> analysis.of("bough", "treatment"))
        .withMessageContaining("bought in treatment");
  }

  @Test
  void analyse_constantMetric_saysThatItDoesNotVary() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES)
            .metric(Metric.continuous("m"))
            .metric(Metric.ratio("r"))
            .oneLook(200)
            .build()
            .sums();
    for (int i = 0; i < 200; i++) {
      sums.add(UnitRow.of(Simulated.ARMS.get(i % 2)).value("m", 0.1));
    }

    ExperimentAnalysis analysis = sums.analyse(NOW);
    assertThat(((Effect.NotEnoughData) analysis.of("m", "treatment").absolute()).reason())
        .isEqualTo("the metric does not vary between units");
    assertThat(((Effect.NotEnoughData) analysis.of("r", "treatment").absolute()).reason())
        .isEqualTo("the denominators sum to 0 in an arm");
  }

  @Test
  void analyse_overflowingValues_isNotEnoughDataNotInfinity() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES)
            .metric(Metric.continuous("m"))
            .oneLook(200)
            .build()
            .sums();
    for (int i = 0; i < 200; i++) {
      sums.add(UnitRow.of(Simulated.ARMS.get(i % 2)).value("m", i % 3 == 0 ? 1e300 : -1e300));
    }

    assertThat(sums.analyse(NOW).of("m", "treatment").absolute())
        .isInstanceOf(Effect.NotEnoughData.class);
  }

  /**
   * The share of the treatment grows while the metric rises by itself: pooled, the treatment looks
   * better; within epochs, it is not.
   */
  @Test
  void analyse_rampWhileTheMetricMoves_comparesWithinEpochs() {
    WeightVector early = WeightVector.of(0, Simulated.ARMS, 0.9, 0.1);
    WeightVector late = WeightVector.of(1, Simulated.ARMS, 0.5, 0.5);
    ExperimentSums sums =
        Analysis.named("ramp", early).metric(BOUGHT).oneLook(20_000).build().sums();
    ExperimentSums pooled =
        Analysis.named("pooled", early).metric(BOUGHT).oneLook(20_000).build().sums();
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 20_000; i++) {
      WeightVector shares = i < 10_000 ? early : late;
      String arm = Simulated.ARMS.get(shares.draw(random.nextDouble()));
      double bought = random.nextDouble() < (i < 10_000 ? 0.1 : 0.3) ? 1 : 0;
      sums.add(UnitRow.of(arm).shares(shares).value("bought", bought));
      pooled.add(UnitRow.of(arm).value("bought", bought));
    }

    assertThat(pooled.analyse(NOW).of("bought", "treatment").isBetter()).isTrue();
    ExperimentAnalysis analysis = sums.analyse(NOW);
    assertThat(analysis.of("bought", "treatment").isBetter()).isFalse();
    assertThat(((Effect.Measured) analysis.of("bought", "treatment").absolute()).value())
        .isEqualTo(0, within(0.02));
    // The ramp is no sample-ratio mismatch, either: every epoch has its own shares.
    assertThat(analysis.traffic().mismatch()).isFalse();
    assertThat(pooled.analyse(NOW).traffic().mismatch()).isTrue();
  }

  @Test
  void merge_shardsInAnyOrder_isTheBatch() {
    Analysis plan =
        shop(20_000)
            .metric(Metric.quantile("p90", 0.9))
            .metric(Metric.ratio("r").withCuped())
            .build();
    ExperimentSums whole = plan.sums();
    List<ExperimentSums> shards = new ArrayList<>();
    for (int s = 0; s < 5; s++) {
      shards.add(plan.sums());
    }
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 3_000; i++) {
      UnitRow row =
          UnitRow.of(Simulated.arm(random))
              .in("country", random.nextInt(3) == 0 ? "DE" : "US")
              .value("bought", random.nextInt(2))
              .value("latency", random.nextDouble())
              .ratio("r", random.nextDouble(), 1 + random.nextInt(3))
              .before("r", random.nextDouble(), 1 + random.nextInt(3))
              .values("p90", random.nextDouble(), random.nextDouble());
      whole.add(row);
      shards.get(i % 5).add(row);
    }
    Collections.shuffle(shards, new Random(1));
    ExperimentSums merged = plan.sums();
    shards.forEach(merged::merge);

    ExperimentAnalysis expected = whole.analyse(NOW);
    ExperimentAnalysis actual = merged.analyse(NOW);
    assertThat(actual.traffic()).isEqualTo(expected.traffic());
    assertThat(actual.recommendation().action()).isEqualTo(expected.recommendation().action());
    for (int i = 0; i < expected.segments().size(); i++) {
      Effect.Measured one = (Effect.Measured) expected.segments().get(i).absolute();
      Effect.Measured other = (Effect.Measured) actual.segments().get(i).absolute();
      assertThat(other.value()).isEqualTo(one.value(), within(1e-12));
      assertThat(other.standardError()).isEqualTo(one.standardError(), within(1e-12));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> merged.merge(shop(5).build().sums()))
        .withMessageContaining("different analyses");
  }

  @Test
  void analyse_swappedArmsAndOtherUnits_changesSignAndScaleOnly() {
    WeightVector swapped = WeightVector.of(0, List.of("treatment", "control"), 0.5, 0.5);
    ExperimentSums sums = means(Simulated.HALVES);
    ExperimentSums mirrored = means(swapped);
    ExperimentSums cents = means(Simulated.HALVES);
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 500; i++) {
      String arm = Simulated.arm(random);
      double value = 10 + random.nextGaussian();
      sums.add(UnitRow.of(arm).value("m", value));
      mirrored.add(UnitRow.of(arm).value("m", value));
      cents.add(UnitRow.of(arm).value("m", 100 * value));
    }
    Comparison plain = sums.analyse(NOW).of("m", "treatment");
    Effect.Measured one = (Effect.Measured) plain.absolute();
    Effect.Measured mirror = (Effect.Measured) mirrored.analyse(NOW).of("m", "control").absolute();
    Comparison inCents = cents.analyse(NOW).of("m", "treatment");

    assertThat(mirror.value()).isEqualTo(-one.value(), within(1e-12));
    assertThat(mirror.pValue()).isEqualTo(one.pValue(), within(1e-12));
    assertThat(((Effect.Measured) inCents.absolute()).value())
        .isEqualTo(100 * one.value(), within(1e-9));
    assertThat(((Effect.Measured) inCents.relative()).interval().high())
        .isEqualTo(((Effect.Measured) plain.relative()).interval().high(), within(1e-10));
  }

  @Test
  void by_hostileDimension_keepsThirtyTwoSegments() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES)
            .metric(BOUGHT)
            .by("agent")
            .oneLook(1_000)
            .build()
            .sums();
    for (int i = 0; i < 1_000; i++) {
      sums.add(UnitRow.of(Simulated.ARMS.get(i % 2)).in("agent", "a" + i));
    }

    assertThat(sums.analyse(NOW).segments()).hasSize(ExperimentSums.MAX_VALUES + 1);
  }

  @Test
  void correction_moreQuestions_widensIntervals() {
    double one = width(Correction.HOLM, 1);
    assertThat(width(Correction.HOLM, 5)).isGreaterThan(one * 1.2);
    assertThat(width(Correction.NONE, 5)).isEqualTo(one, within(1e-12));
  }

  @Test
  void of_experiment_takesItsArmsAndShares() {
    Experiment<String> experiment =
        Experiment.named("checkout").control("old", "a").treatment("new", 0.25, "b").build();
    ExperimentSums sums = Analysis.of(experiment).metric(BOUGHT).alwaysValid(100).build().sums();
    sums.add(UnitRow.of("new"));

    assertThat(sums.analyse(NOW).traffic().expected()).containsExactly(0.75, 0.25);
  }

  @Test
  void build_mistakes_areNamed() {
    AnalysisBuilder builder = Analysis.named("e", Simulated.HALVES).metric(BOUGHT);

    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("oneLook(units) or alwaysValid(units)");
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.metric(Metric.continuous("bought")))
        .withMessage("metric 'bought' is defined already");
    builder.oneLook(100);
    assertThatIllegalStateException().isThrownBy(() -> builder.alwaysValid(100));
    builder.guardrail(BOUGHT, Margin.absolute(0.01));
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.guardrail(BOUGHT, Margin.absolute(0.02)));
    assertThatIllegalStateException()
        .isThrownBy(() -> Analysis.named("e", Simulated.HALVES).oneLook(10).build())
        .withMessageContaining("has no metric");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.by(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.level(95));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.minUnits(2));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.prior(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.attribution(java.time.Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Margin.relative(2));
    assertThatIllegalArgumentException().isThrownBy(() -> Margin.absolute(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Metric.quantile("q", 1));
    assertThatIllegalArgumentException().isThrownBy(() -> Metric.quantile("q", 0.5).withCuped());
    assertThatIllegalArgumentException().isThrownBy(() -> Metric.binary(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> Analysis.named(" ", Simulated.HALVES));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Analysis.named("e", WeightVector.of(0, List.of("only"), 1)));
  }

  @Test
  void add_badUnit_addsNothing() {
    ExperimentSums sums =
        Analysis.named("e", Simulated.HALVES)
            .metric(BOUGHT)
            .metric(Metric.ratio("r"))
            .by("country")
            .oneLook(100)
            .build()
            .sums();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("treatmnt")))
        .withMessage("arm 'treatmnt' is not in 'e' (known: [control, treatment])");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").value("bought", 2)))
        .withMessage("metric 'bought': 2.0 (expected: 0 or 1, it is binary)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").value("buoght", 1)))
        .withMessageContaining("only metrics of the analysis, [bought, r]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").value("r", 1)))
        .withMessage("metric 'r': 1 numbers (expected: 2, it is RATIO)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").ratio("r", 1, -1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").before("bought", 1)))
        .withMessageContaining("has no CUPED");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").in("planet", "Mars")))
        .withMessageContaining("known: [country]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UnitRow.of("control").value("bought", Double.NaN));
    assertThatIllegalStateException()
        .isThrownBy(() -> UnitRow.of("control").value("bought", 1).value("bought", 0));
    assertThatIllegalStateException()
        .isThrownBy(() -> UnitRow.of("control").in("country", "DE").in("country", "US"));
    WeightVector other = WeightVector.of(0, Simulated.ARMS, 0.4, 0.6);
    sums.add(UnitRow.of("control"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sums.add(UnitRow.of("control").shares(other)))
        .withMessageContaining("expected: one vector per epoch");
    assertThat(sums.analyse(NOW).traffic().total()).isEqualTo(1);
  }

  private static ExperimentSums means(WeightVector shares) {
    return Analysis.named("e", shares).metric(Metric.continuous("m")).oneLook(100).build().sums();
  }

  private static double width(Correction correction, int metrics) {
    AnalysisBuilder builder =
        Analysis.named("e", Simulated.HALVES).correcting(correction).oneLook(1_000);
    for (int m = 0; m < metrics; m++) {
      builder.metric(Metric.continuous("m" + m));
    }
    ExperimentSums sums = builder.build().sums();
    for (int i = 0; i < 1_000; i++) {
      UnitRow row = UnitRow.of(Simulated.ARMS.get(i % 2));
      for (int m = 0; m < metrics; m++) {
        row.value("m" + m, i / 2 % 7);
      }
      sums.add(row);
    }
    return ((Effect.Measured) sums.analyse(NOW).of("m0", "treatment").absolute())
        .interval()
        .width();
  }

  private static GuardrailResult.Verdict verdict(ExperimentAnalysis analysis, Segment segment) {
    return analysis.guardrails().stream()
        .filter(one -> one.segment().equals(segment))
        .findFirst()
        .orElseThrow()
        .verdict();
  }

  private static AnalysisBuilder shop(long units) {
    return Analysis.named("checkout", Simulated.HALVES)
        .metric(BOUGHT)
        .guardrail(LATENCY, Margin.relative(0.05))
        .by("country")
        .alwaysValid(units);
  }

  /** One unit in ten is from DE, where the treatment has its own rate and latency. */
  private static void fill(
      ExperimentSums sums,
      int units,
      double control,
      double treatment,
      double treatmentInDe,
      double latency,
      double latencyInDe) {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < units; i++) {
      String arm = Simulated.arm(random);
      boolean treated = arm.equals("treatment");
      boolean germany = random.nextInt(10) == 0;
      double rate = treated ? germany ? treatmentInDe : treatment : control;
      double base = treated && germany ? latencyInDe : latency;
      sums.add(
          UnitRow.of(arm)
              .in("country", germany ? "DE" : "US")
              .value("bought", random.nextDouble() < rate ? 1 : 0)
              .value("latency", base + 15 * random.nextGaussian()));
    }
  }

  private static void fillBought(ExperimentSums sums, int units, double control, double treated) {
    SplittableRandom random = new SplittableRandom(units);
    for (int i = 0; i < units; i++) {
      String arm = Simulated.arm(random);
      double rate = arm.equals("treatment") ? treated : control;
      sums.add(UnitRow.of(arm).value("bought", random.nextDouble() < rate ? 1 : 0));
    }
  }
}
