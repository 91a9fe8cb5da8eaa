package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.evaluation.CalibrationCurve.Bin;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.evaluation.RocCurve.Point;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class BinaryEvaluationTest {
  /** Pavlovic, "Understanding expected calibration error", 2023: nine rows, three bins. */
  private static final double[] PAVLOVIC = {.22, .64, .92, .42, .51, .15, .70, .37, .83};

  private static final boolean[] PAVLOVIC_LABELS = {
    false, true, false, false, false, true, true, false, true
  };

  @Test
  void auc_tiedPair_countsOneHalf() {
    // Mutation check: counting a tie as won, as lost, or splitting it by row order fails here, in
    // BinaryEvaluationPropertyTest.auc_anyRows_isTheFractionOfPairsWon and in the oracle's case
    // "all
    // scores equal".
    var allTied = BinaryEvaluation.of(new double[] {.4, .4, .4}, new boolean[] {true, false, true});
    assertThat(allTied.value(Metric.AUC)).isEqualTo(new Defined(0.5, 3));
    // One positive: wins against .1, ties with .4, loses against .9.
    var mixed =
        BinaryEvaluation.of(
            new double[] {.9, .4, .4, .1}, new boolean[] {false, true, false, false});
    assertThat(mixed.value(Metric.AUC)).isEqualTo(new Defined(0.5, 4));
  }

  @Test
  void auc_negativeZeroAndZero_areATie() {
    var evaluation = BinaryEvaluation.of(new double[] {-0.0, 0.0}, new boolean[] {false, true});
    assertThat(evaluation.value(Metric.AUC)).isEqualTo(new Defined(0.5, 2));
    assertThat(evaluation.value(Metric.recallAt(-0.0))).isEqualTo(new Defined(1, 1));
    var negatives = BinaryEvaluation.of(new double[] {1, -0.0}, new boolean[] {true, false});
    assertThat(negatives.rocCurve().points()).endsWith(new Point(1, 1, 0.0));
  }

  @Test
  void auc_scoresThatAreNoProbabilities_isMeasured() {
    var margins =
        BinaryEvaluation.of(
            new double[] {-3e300, 7, Double.MIN_VALUE, 2},
            new boolean[] {false, true, false, true});
    assertThat(margins.value(Metric.AUC)).isEqualTo(new Defined(1, 4));
    assertThat(margins.value(Metric.precisionAt(1))).isEqualTo(new Defined(1, 2));
  }

  @Test
  void value_probabilityMetricOfOtherScores_namesTheFirstRowAndItsValue() {
    var margins =
        BinaryEvaluation.of(new double[] {.5, 1.5, -2}, new boolean[] {false, true, false});
    for (Metric metric :
        List.of(
            Metric.LOG_LOSS,
            Metric.BRIER,
            Metric.expectedCalibrationError(10),
            Metric.topLabelCalibrationError(10))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> margins.value(metric))
          .withMessageContaining("scores[1]: 1.5 (expected: 0..1")
          .withMessageContaining(metric.id());
    }
    assertThatIllegalArgumentException().isThrownBy(margins::values);
    assertThatIllegalArgumentException().isThrownBy(() -> margins.calibration(10));
  }

  @Test
  void of_badInput_namesIndexAndValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BinaryEvaluation.of(new double[2], new boolean[3]))
        .withMessage("scores has 2 rows, labels has 3.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BinaryEvaluation.of(new double[] {.1, Double.NaN}, new boolean[2]))
        .withMessage("scores[1]: NaN (expected: a finite number)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> BinaryEvaluation.of(new double[] {Double.NEGATIVE_INFINITY}, new boolean[1]))
        .withMessageContaining("scores[0]: -Infinity");
  }

  @Test
  void values_noRows_areAllUndefined() {
    var empty = BinaryEvaluation.of(new double[0], new boolean[0]);
    assertThat(empty.values().values())
        .hasSize(BinaryEvaluation.STANDARD.size())
        .hasOnlyElementsOfType(Undefined.class);
    assertThat(empty.value(Metric.topLabelCalibrationError(5))).isInstanceOf(Undefined.class);
    assertThat(empty.rocCurve().points()).isEmpty();
    assertThat(empty.calibration(10).bins()).isEmpty();
    assertThat(empty.rows()).isZero();
  }

  @Test
  void value_oneClassOnly_isUndefinedWithTheCounts() {
    var negativesOnly = BinaryEvaluation.of(new double[] {.2, .6}, new boolean[2]);
    for (Metric metric :
        List.of(Metric.AUC, Metric.AVERAGE_PRECISION, Metric.precisionAtRecall(0.8))) {
      assertThat(negativesOnly.value(metric))
          .isInstanceOfSatisfying(
              Undefined.class,
              u -> assertThat(u.reason()).contains("0 positive and 2 negative rows"));
    }
    assertThat(negativesOnly.value(Metric.recallAt(0.5))).isInstanceOf(Undefined.class);
    assertThat(negativesOnly.value(Metric.f1At(0.5))).isInstanceOf(Undefined.class);
    assertThat(negativesOnly.value(Metric.accuracyAt(0.5))).isEqualTo(new Defined(0.5, 2));
    assertThat(negativesOnly.rocCurve().points()).isEmpty();
  }

  @Test
  void value_ratio_restsOnTheRowsOfItsDenominator() {
    // tp 1, fp 2, fn 1, tn 1 at 0.5
    var evaluation =
        BinaryEvaluation.of(
            new double[] {.9, .8, .5, .4, .1}, new boolean[] {true, false, false, true, false});
    assertThat(evaluation.value(Metric.precisionAt(0.5))).isEqualTo(new Defined(1 / 3.0, 3));
    assertThat(evaluation.value(Metric.recallAt(0.5))).isEqualTo(new Defined(0.5, 2));
    assertThat(evaluation.value(Metric.f1At(0.5))).isEqualTo(new Defined(2 / 5.0, 4));
    assertThat(evaluation.value(Metric.accuracyAt(0.5))).isEqualTo(new Defined(2 / 5.0, 5));
    assertThat(evaluation.value(Metric.precisionAtRecall(0.5))).isEqualTo(new Defined(1, 1));
    assertThat(evaluation.value(Metric.precisionAtRecall(0.51))).isEqualTo(new Defined(0.5, 4));
    assertThat(evaluation.value(Metric.precisionAt(0.95))).isInstanceOf(Undefined.class);
    assertThat(evaluation.value(Metric.f1At(0.95))).isEqualTo(new Defined(0, 2));
  }

  @Test
  void value_logLossOfCertainAndWrong_isClippedAsInScikitLearn() {
    // -np.log(np.finfo(np.float64).eps) = 36.04365338911715
    var evaluation = BinaryEvaluation.of(new double[] {0, 1}, new boolean[] {true, false});
    assertThat(number(evaluation, Metric.LOG_LOSS)).isEqualTo(36.04365338911715, within(1e-14));
  }

  @Test
  void value_expectedCalibrationError_isTheOneItsNameSays() {
    // The same nine rows give three numbers under three definitions. The article's own .23778
    // compares accuracy (p > .5) with the positive-class score as given: neither of ours, and no
    // calibration error, since a sure and right negative counts as badly calibrated.
    var evaluation = BinaryEvaluation.of(PAVLOVIC, PAVLOVIC_LABELS);
    assertThat(number(evaluation, Metric.expectedCalibrationError(3)))
        .isEqualTo(0.2244444444444444, within(1e-15));
    assertThat(number(evaluation, Metric.topLabelCalibrationError(3)))
        .isEqualTo(0.1911111111111111, within(1e-15));
    boolean[] right = new boolean[9];
    for (int i = 0; i < 9; i++) {
      right[i] = (PAVLOVIC[i] > .5) == PAVLOVIC_LABELS[i];
    }
    assertThat(number(BinaryEvaluation.of(PAVLOVIC, right), Metric.expectedCalibrationError(3)))
        .as("the article's number, by handing in its 'accuracy' as labels")
        .isEqualTo(0.2377777777777778, within(1e-15));
  }

  @Test
  void value_calibrationErrorOfAPublishedTable_agrees() {
    // induwara.lk ECE calculator, preset: 10 rows, 5 bins, counts 1/4/5, mean confidence
    // .55/.6675/.896, accuracy 1/.5/1: ECE .1640. Confidences made up with those means; all are
    // above .5, so both definitions agree.
    double[] scores = {.55, .62, .65, .68, .72, .84, .88, .90, .92, .94};
    boolean[] labels = {true, true, false, true, false, true, true, true, true, true};
    var evaluation = BinaryEvaluation.of(scores, labels);
    assertThat(number(evaluation, Metric.expectedCalibrationError(5)))
        .isEqualTo(.164, within(1e-15));
    assertThat(number(evaluation, Metric.topLabelCalibrationError(5)))
        .isEqualTo(.164, within(1e-15));
  }

  @Test
  void calibration_scoreOnAnEdge_fallsIntoTheUpperBin() {
    // .29 * 100 = 28.999999999999996 and nextDown(.9) * 10 = 9.0: products are off, edges not.
    var tenths =
        BinaryEvaluation.of(new double[] {0, .3, .7, 1}, new boolean[] {false, true, false, true});
    assertThat(tenths.calibration(10).bins())
        .containsExactly(
            new Bin(0, .1, 1, 0, 0),
            new Bin(.3, .4, 1, .3, 1),
            new Bin(.7, .8, 1, .7, 0),
            new Bin(.9, 1, 1, 1, 1));
    var hundredth = BinaryEvaluation.of(new double[] {.29}, new boolean[] {true});
    assertThat(hundredth.calibration(100).bins()).containsExactly(new Bin(.29, .3, 1, .29, 1));
    double below = Math.nextDown(.9);
    var almost = BinaryEvaluation.of(new double[] {below}, new boolean[] {true});
    assertThat(almost.calibration(10).bins()).containsExactly(new Bin(.8, .9, 1, below, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tenths.calibration(0))
        .withMessage("bins: 0 (expected: 1..10000)");
  }

  @Test
  void rocCurve_fewRows_hasEveryThreshold() {
    var evaluation =
        BinaryEvaluation.of(
            new double[] {.9, .5, .5, .1}, new boolean[] {true, true, false, false});
    assertThat(evaluation.rocCurve().points())
        .containsExactly(
            new Point(0, 0, Double.POSITIVE_INFINITY),
            new Point(0, .5, .9),
            new Point(.5, 1, .5),
            new Point(1, 1, .1));
  }

  @Test
  void value_otherKindOfMetric_isRefused() {
    var evaluation = BinaryEvaluation.of(new double[] {.9}, new boolean[] {true});
    var custom = Metric.custom("profit", Metric.Direction.HIGHER_IS_BETTER, "EUR", "Money made.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.value(Metric.RMSE))
        .withMessage("Metric 'rmse' is not computed from scores and labels.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.value(custom))
        .withMessageContaining("custom:profit");
  }

  @Test
  void values_standard_keepTheirOrderAndCannotBeChanged() {
    var values = BinaryEvaluation.of(PAVLOVIC, PAVLOVIC_LABELS).values();
    assertThat(values.keySet()).containsExactlyElementsOf(BinaryEvaluation.STANDARD);
    assertThatThrownBy(values::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void collector_badScore_isNotAddedAndLaterRowsAre() {
    var collector = BinaryEvaluation.collector();
    collector.add(.9, true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> collector.add(Double.NaN, true))
        .withMessageContaining("scores[1]: NaN");
    var before = collector.evaluate();
    collector.add(.1, false);
    assertThat(before.rows()).isEqualTo(1);
    assertThat(before.value(Metric.AUC)).isInstanceOf(Undefined.class);
    assertThat(collector.evaluate().value(Metric.AUC)).isEqualTo(new Defined(1, 2));
  }

  @Test
  void values_hundredThousandTiedRows_agreeWithScikitLearn() {
    // i = np.arange(100000); s = ((i*7919)%10007)/10007.0; y = (i*104729)%1000 < s*700+100
    // roc_auc_score, average_precision_score, log_loss, brier_score_loss (scikit-learn 1.9.1)
    int n = 100_000;
    IntFunction<Double> score = i -> ((i * 7919L) % 10007) / 10007.0;
    var collector = BinaryEvaluation.collector();
    for (int i = 0; i < n; i++) {
      double s = score.apply(i);
      collector.add(s, (i * 104729L) % 1000 < s * 700 + 100);
    }
    var evaluation = collector.evaluate();
    assertThat(evaluation.positives()).isEqualTo(45_062);
    assertThat(number(evaluation, Metric.AUC)).isEqualTo(0.7353784774298426, within(1e-13));
    assertThat(number(evaluation, Metric.AVERAGE_PRECISION))
        .isEqualTo(0.6711340257767258, within(1e-13));
    assertThat(number(evaluation, Metric.LOG_LOSS)).isEqualTo(0.6500550751298131, within(1e-13));
    assertThat(number(evaluation, Metric.BRIER)).isEqualTo(0.21678800715485969, within(1e-13));
  }

  @Test
  void values_twoMillionDistinctRows_areExactAndThePlotStaysSmall() {
    // Pairs won exceed 2^31 by far. Alternating labels on an ascending ladder of n scores: row i is
    // positive if odd; positives win n/2 * (n/2 + 1) / 2 of (n/2)^2 pairs.
    int n = 2_000_000;
    var collector = BinaryEvaluation.collector();
    for (int i = 0; i < n; i++) {
      collector.add((i + 0.5) / n, i % 2 == 1);
    }
    var evaluation = collector.evaluate();
    double half = n / 2.0;
    assertThat(number(evaluation, Metric.AUC)).isEqualTo((half + 1) / (2 * half));
    assertThat(evaluation.values()).hasSize(BinaryEvaluation.STANDARD.size());
    var points = evaluation.rocCurve().points();
    assertThat(points).hasSizeBetween(257, 514);
    assertThat(points.get(points.size() - 1).truePositiveRate()).isEqualTo(1);
  }

  private static double number(BinaryEvaluation evaluation, Metric metric) {
    return evaluation.value(metric).number().orElseThrow();
  }
}
