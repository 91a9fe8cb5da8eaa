package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.stats.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * How often a 95 % interval holds the truth, by simulation from populations whose truth is known in
 * closed form: within binomial error, and for the percentile bootstrap within a further 3 %, which
 * it loses at 300 rows.
 */
class IntervalCoverageTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final Confidence CONFIDENCE = Confidence.withDefaults().withResamples(200);
  private static final int ROWS = 300;
  private static final int ANALYTIC = PROOF ? 10_000 : 400;
  private static final int BOOTSTRAP = PROOF ? 2_000 : 120;
  private static final double LOST_BY_THE_BOOTSTRAP = 0.03;

  // Of N(1, 1) against N(0, 1), 40 % positives, threshold 0.5: Phi(1 / sqrt 2), Phi(0.5).
  // >>> from scipy.stats import norm; norm.cdf(2 ** -0.5), norm.cdf(0.5)
  private static final double AUC = 0.7602499389065233;
  private static final double RIGHT = 0.6914624612740131;
  private static final double PRECISION = 0.4 * RIGHT / (0.4 * RIGHT + 0.6 * (1 - RIGHT));
  private static final double F1 = 2 * 0.4 * RIGHT / (2 * 0.4 * RIGHT + (1 - RIGHT));

  private static void covers(
      String what, int times, double slack, double truth, Function<Random, Interval> draw) {
    Random random = new Random(20261126);
    int held = 0;
    for (int i = 0; i < times; i++) {
      Interval interval = draw.apply(random);
      held += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }
    double share = held / (double) times;
    double error = 4 * Math.sqrt(0.95 * 0.05 / times);
    if (PROOF) {
      System.out.printf("coverage %-40s %.4f of %d%n", what, share, times);
    }
    assertThat(share).as(what).isGreaterThan(0.95 - slack - error);
  }

  private static BinaryEvaluation scored(Random random) {
    double[] scores = new double[ROWS];
    boolean[] labels = new boolean[ROWS];
    for (int i = 0; i < ROWS; i++) {
      labels[i] = random.nextDouble() < 0.4;
      scores[i] = random.nextGaussian() + (labels[i] ? 1 : 0);
    }
    return BinaryEvaluation.of(scores, labels);
  }

  private static Function<Random, Interval> of(
      Function<Random, ? extends Evaluation> draw, Metric metric) {
    return random ->
        Objects.requireNonNull(
                draw.apply(random).intervals(List.of(metric), CONFIDENCE).get(metric))
            .range();
  }

  @Test
  void binary_analyticIntervals_cover() {
    covers("DeLong, AUC", ANALYTIC, 0, AUC, of(IntervalCoverageTest::scored, Metric.AUC));
    covers(
        "Wilson, accuracy",
        ANALYTIC,
        0,
        RIGHT,
        of(IntervalCoverageTest::scored, Metric.accuracyAt(0.5)));
    covers(
        "Wilson, precision",
        ANALYTIC,
        0,
        PRECISION,
        of(IntervalCoverageTest::scored, Metric.precisionAt(0.5)));
    covers(
        "Wilson, recall",
        ANALYTIC,
        0,
        RIGHT,
        of(IntervalCoverageTest::scored, Metric.recallAt(0.5)));
  }

  @Test
  void binary_bootstrap_covers() {
    covers(
        "bootstrap, F1",
        BOOTSTRAP,
        LOST_BY_THE_BOOTSTRAP,
        F1,
        of(IntervalCoverageTest::scored, Metric.f1At(0.5)));
  }

  /**
   * Calibrated probabilities, uniform on 0.05 to 0.95: the Brier score is 1/4 less the variance.
   */
  private static BinaryEvaluation calibrated(Random random) {
    double[] scores = new double[ROWS];
    boolean[] labels = new boolean[ROWS];
    for (int i = 0; i < ROWS; i++) {
      scores[i] = 0.05 + 0.9 * random.nextDouble();
      labels[i] = random.nextDouble() < scores[i];
    }
    return BinaryEvaluation.of(scores, labels);
  }

  @Test
  void probabilities_studentsT_covers() {
    double entropy = 0;
    int steps = 100_000;
    for (int i = 0; i < steps; i++) {
      double p = 0.05 + 0.9 * (i + 0.5) / steps;
      entropy -= (p * Math.log(p) + (1 - p) * Math.log(1 - p)) / steps;
    }
    covers(
        "t, Brier",
        ANALYTIC,
        0,
        0.25 - 0.81 / 12,
        of(IntervalCoverageTest::calibrated, Metric.BRIER));
    covers(
        "t, log loss", ANALYTIC, 0, entropy, of(IntervalCoverageTest::calibrated, Metric.LOG_LOSS));
  }

  /** Predictions x of truth x + N(0, 1), with x from N(0, 1). */
  private static RegressionEvaluation regression(Random random) {
    double[] predicted = new double[ROWS];
    double[] truth = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      predicted[i] = random.nextGaussian();
      truth[i] = predicted[i] + random.nextGaussian();
    }
    return RegressionEvaluation.of(predicted, truth);
  }

  @Test
  void regression_studentsTAndBootstrap_cover() {
    double half = 1 / Math.sqrt(2 * Math.PI);
    covers("t, MAE", ANALYTIC, 0, 2 * half, of(IntervalCoverageTest::regression, Metric.MAE));
    covers(
        "t, quantile error at 0.9",
        ANALYTIC,
        0.01,
        half,
        of(IntervalCoverageTest::regression, Metric.pinballAt(0.9)));
    covers(
        "bootstrap, RMSE",
        BOOTSTRAP,
        LOST_BY_THE_BOOTSTRAP,
        1,
        of(IntervalCoverageTest::regression, Metric.RMSE));
    covers(
        "bootstrap, R2",
        BOOTSTRAP,
        LOST_BY_THE_BOOTSTRAP,
        0.5,
        of(IntervalCoverageTest::regression, Metric.R2));
  }

  /** Counts of mean 3, predicted as 3. */
  private static RegressionEvaluation counts(Random random) {
    double[] predicted = new double[ROWS];
    double[] truth = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      predicted[i] = 3;
      double product = random.nextDouble();
      while (product > Math.exp(-3)) {
        product *= random.nextDouble();
        truth[i]++;
      }
    }
    return RegressionEvaluation.of(predicted, truth);
  }

  @Test
  void poissonDeviance_studentsT_covers() {
    double deviance = 0;
    double p = Math.exp(-3);
    for (int k = 0; k < 60; k++) {
      deviance += p * 2 * ((k == 0 ? 0 : k * Math.log(k / 3.0)) - (k - 3));
      p *= 3.0 / (k + 1);
    }
    covers(
        "t, Poisson deviance",
        ANALYTIC,
        0,
        deviance,
        of(IntervalCoverageTest::counts, Metric.POISSON_DEVIANCE));
  }

  /** Three equally frequent classes, right in 0.7 of the rows, else one of the others. */
  private static MulticlassEvaluation classes(Random random) {
    int[] predicted = new int[ROWS];
    int[] truth = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      truth[i] = random.nextInt(3);
      predicted[i] = random.nextDouble() < 0.7 ? truth[i] : (truth[i] + 1 + random.nextInt(2)) % 3;
    }
    return MulticlassEvaluation.of(List.of("a", "b", "c"), predicted, truth);
  }

  /** 60 queries of 20 items that are relevant with 0.3, scored at random: precision is 0.3. */
  private static RankingEvaluation queries(Random random) {
    var collector = RankingEvaluation.collector();
    for (int q = 0; q < 60; q++) {
      collector.add(
          random.doubles(20).toArray(), random.doubles(20).map(u -> u < 0.3 ? 1 : 0).toArray());
    }
    return collector.evaluate();
  }

  @Test
  void classesAndRankings_cover() {
    covers(
        "Wilson, accuracy of classes",
        ANALYTIC,
        0,
        0.7,
        of(IntervalCoverageTest::classes, Metric.MULTICLASS_ACCURACY));
    covers(
        "bootstrap, macro F1",
        BOOTSTRAP,
        LOST_BY_THE_BOOTSTRAP,
        0.7,
        of(IntervalCoverageTest::classes, Metric.multiclassF1(Averaging.MACRO)));
    covers(
        "t, precision at 5 over queries",
        ANALYTIC,
        0,
        0.3,
        of(IntervalCoverageTest::queries, Metric.rankPrecisionAt(5)));
  }

  /** Two models: N(1, 1) and N(1, 1) + N(0, 1) for positives, so that the second ranks worse. */
  private static PairedComparison pair(Random random, Metric metric) {
    double[] first = new double[ROWS];
    double[] second = new double[ROWS];
    boolean[] labels = new boolean[ROWS];
    for (int i = 0; i < ROWS; i++) {
      labels[i] = random.nextDouble() < 0.4;
      first[i] = random.nextGaussian() + (labels[i] ? 1 : 0);
      second[i] = first[i] + random.nextGaussian();
    }
    return PairedComparison.binary(
        "m:1", "d", first, second, labels, 0.5, List.of(metric), CONFIDENCE);
  }

  private static Function<Random, Interval> difference(Metric metric) {
    return random ->
        Objects.requireNonNull(pair(random, metric).differences().get(metric))
            .interval()
            .orElseThrow();
  }

  @Test
  void pairedDifferences_cover() {
    // >>> norm.cdf(2 ** -0.5) - norm.cdf(0.5); RIGHT - norm.cdf(0.5 / 2 ** 0.5)
    covers("DeLong, difference of AUC", ANALYTIC, 0, AUC - RIGHT, difference(Metric.AUC));
    double noisy = 0.6381631950841185;
    covers(
        "Agresti and Min, difference of accuracy",
        ANALYTIC,
        0,
        RIGHT - noisy,
        difference(Metric.accuracyAt(0.5)));
    covers(
        "paired bootstrap, difference of recall",
        BOOTSTRAP,
        LOST_BY_THE_BOOTSTRAP,
        RIGHT - noisy,
        difference(Metric.recallAt(0.5)));
  }

  record Person(String sex, double score) {}

  private static final Schema<Person> PEOPLE = Schema.of(Person.class).withDomain("sex", "f", "m");

  /** Of 0.4 and 0.5 selected; of the selected and the others half are positive. */
  private static FairnessResult fairness(Random random) {
    List<Labeled<Person>> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      boolean first = i % 2 == 0;
      boolean selected = random.nextDouble() < (first ? 0.4 : 0.5);
      rows.add(
          new Labeled<>(
              new Person(first ? "f" : "m", selected ? 0.9 : 0.1), random.nextBoolean() ? 1 : 0));
    }
    return Evaluator.<Person>binary()
        .metrics(Metric.accuracyAt(0.5))
        .fairness(Fairness.by(PEOPLE, "sex"))
        .build()
        .evaluate(
            new Contender<>("m:1", "d", all -> all.stream().map(Person::score).toList()),
            LabeledDataset.of(PEOPLE, rows),
            Instant.EPOCH)
        .details()
        .fairness("sex")
        .orElseThrow();
  }

  private static Function<Random, Interval> measured(FairnessMeasure measure) {
    return random -> Objects.requireNonNull(fairness(random).intervals().get(measure)).range();
  }

  @Test
  void fairnessIntervals_cover() {
    int times = PROOF ? 10_000 : 250;
    covers(
        "Newcombe, demographic parity",
        times,
        0,
        0.1,
        measured(FairnessMeasure.DEMOGRAPHIC_PARITY_DIFFERENCE));
    covers(
        "log ratio, disparate impact", times, 0, 0.8, measured(FairnessMeasure.DISPARATE_IMPACT));
    covers(
        "Newcombe, equal opportunity",
        times,
        0,
        0.1,
        measured(FairnessMeasure.EQUAL_OPPORTUNITY_DIFFERENCE));
    covers(
        "Newcombe, equalized odds",
        times,
        0,
        0.1,
        measured(FairnessMeasure.EQUALIZED_ODDS_DIFFERENCE));
    covers(
        "normal, calibration difference",
        times,
        0,
        0.08,
        measured(FairnessMeasure.CALIBRATION_DIFFERENCE));
  }

  /** Control: an interval of half the width is caught. */
  @Test
  void covers_tooNarrowIntervals_areCaught() {
    Function<Random, Interval> whole = of(IntervalCoverageTest::scored, Metric.accuracyAt(0.5));
    Function<Random, Interval> half =
        random -> {
          Interval interval = whole.apply(random);
          double middle = (interval.low() + interval.high()) / 2;
          double quarter = (interval.high() - interval.low()) / 4;
          return new Interval(middle - quarter, middle + quarter, interval.level());
        };
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> covers("half of Wilson", ANALYTIC, LOST_BY_THE_BOOTSTRAP, RIGHT, half))
        .isInstanceOf(AssertionError.class);
  }
}
