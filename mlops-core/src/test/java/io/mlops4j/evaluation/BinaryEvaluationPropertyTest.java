package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BinaryEvaluationPropertyTest {
  /** A scored row; scores are multiples of 1/16, so that ties abound and 1 - s is exact. */
  record Row(double score, boolean label) {}

  @Provide
  Arbitrary<List<Row>> rows() {
    Arbitrary<Double> scores = Arbitraries.integers().between(0, 16).map(i -> i / 16.0);
    return Combinators.combine(scores, Arbitraries.of(true, false))
        .as(Row::new)
        .list()
        .ofMinSize(0)
        .ofMaxSize(60);
  }

  @Property
  void auc_anyRows_isTheFractionOfPairsWon(@ForAll("rows") List<Row> rows) {
    long pairs = 0;
    double won = 0;
    for (Row positive : rows) {
      for (Row negative : rows) {
        if (positive.label() && !negative.label()) {
          pairs++;
          int order = Double.compare(positive.score(), negative.score());
          won += order > 0 ? 1 : order == 0 ? 0.5 : 0;
        }
      }
    }
    MetricValue auc = evaluate(rows, s -> s).value(Metric.AUC);
    if (pairs == 0) {
      assertThat(auc).isInstanceOf(Undefined.class);
    } else {
      assertThat(auc).isEqualTo(new Defined(won / pairs, rows.size()));
    }
  }

  @Property
  void averagePrecision_anyRows_isTheMeanPrecisionOverPositives(@ForAll("rows") List<Row> rows) {
    // Independent of the sweep: every positive row contributes the precision at its own score.
    double sum = 0;
    long positives = rows.stream().filter(Row::label).count();
    for (Row row : rows) {
      if (row.label()) {
        long above = rows.stream().filter(r -> r.score() >= row.score()).count();
        long hits = rows.stream().filter(r -> r.label() && r.score() >= row.score()).count();
        sum += hits / (double) above;
      }
    }
    MetricValue value = evaluate(rows, s -> s).value(Metric.AVERAGE_PRECISION);
    if (positives == 0 || positives == rows.size()) {
      assertThat(value).isInstanceOf(Undefined.class);
    } else {
      assertThat(value.number().getAsDouble()).isEqualTo(sum / positives, within(1e-14));
    }
  }

  @Property
  void rankMetrics_monotoneTransform_areUnchanged(@ForAll("rows") List<Row> rows) {
    var metrics = List.of(Metric.AUC, Metric.AVERAGE_PRECISION, Metric.precisionAtRecall(0.6));
    assertThat(evaluate(rows, s -> Math.exp(5 * s) - 100).values(metrics))
        .isEqualTo(evaluate(rows, s -> s).values(metrics));
  }

  @Property
  void auc_flippedScoresAndLabels_isTheSame(@ForAll("rows") List<Row> rows) {
    List<Row> flipped = rows.stream().map(r -> new Row(1 - r.score(), !r.label())).toList();
    assertThat(evaluate(flipped, s -> s).value(Metric.AUC).number())
        .isEqualTo(evaluate(rows, s -> s).value(Metric.AUC).number());
  }

  @Property
  void auc_flippedScores_isTheComplement(@ForAll("rows") List<Row> rows) {
    var auc = evaluate(rows, s -> s).value(Metric.AUC).number();
    var flipped = evaluate(rows, s -> 1 - s).value(Metric.AUC).number();
    assertThat(flipped.isPresent()).isEqualTo(auc.isPresent());
    auc.ifPresent(a -> assertThat(flipped.getAsDouble()).isEqualTo(1 - a, within(1e-15)));
  }

  @Property
  void values_anyRows_areInRangeAndNeverNaN(@ForAll("rows") List<Row> rows) {
    var evaluation = evaluate(rows, s -> s);
    evaluation
        .values()
        .forEach(
            (metric, value) -> {
              if (value instanceof Defined defined) {
                assertThat(defined.value()).as(metric.id()).isNotNegative();
                assertThat(defined.n()).isBetween(1L, (long) rows.size());
                if (!metric.equals(Metric.LOG_LOSS)) {
                  assertThat(defined.value()).as(metric.id()).isLessThanOrEqualTo(1);
                }
              }
            });
  }

  @Property
  void values_rowsShuffled_areTheSameToTheLastBit(
      @ForAll("rows") List<Row> rows, @ForAll Random random) {
    // Thirds, so that sums round.
    var shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, random);
    assertThat(evaluate(shuffled, s -> s / 3).values())
        .isEqualTo(evaluate(rows, s -> s / 3).values());
  }

  @Property
  void collector_anyRows_equalsOf(@ForAll("rows") List<Row> rows) {
    var collector = BinaryEvaluation.collector();
    double[] scores = new double[rows.size()];
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = rows.get(i).score() / 3;
      labels[i] = rows.get(i).label();
      collector.add(scores[i], labels[i]);
    }
    var of = BinaryEvaluation.of(scores, labels);
    assertThat(collector.evaluate().values()).isEqualTo(of.values());
    assertThat(collector.evaluate().rocCurve()).isEqualTo(of.rocCurve());
    assertThat(collector.evaluate().calibration(7)).isEqualTo(of.calibration(7));
  }

  @Property
  void calibration_anyRows_holdsEveryRowAndGivesTheError(@ForAll("rows") List<Row> rows) {
    var evaluation = evaluate(rows, s -> s);
    var bins = evaluation.calibration(16).bins();
    assertThat(bins.stream().mapToLong(CalibrationCurve.Bin::rows).sum()).isEqualTo(rows.size());
    double error =
        bins.stream().mapToDouble(b -> b.rows() * Math.abs(b.meanScore() - b.positiveRate())).sum();
    evaluation
        .value(Metric.expectedCalibrationError(16))
        .number()
        .ifPresent(e -> assertThat(e).isEqualTo(error / rows.size(), within(1e-14)));
  }

  @Property
  void rocCurve_anyRows_enclosesTheAuc(@ForAll("rows") List<Row> rows) {
    // At most 60 rows: no point is thinned, so the trapezoids are exact.
    var evaluation = evaluate(rows, s -> s);
    var points = evaluation.rocCurve().points();
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      var from = points.get(i - 1);
      var to = points.get(i);
      assertThat(to.threshold()).isLessThan(from.threshold());
      area +=
          (to.falsePositiveRate() - from.falsePositiveRate())
              * (to.truePositiveRate() + from.truePositiveRate())
              / 2;
    }
    double expected = evaluation.value(Metric.AUC).number().orElse(0);
    assertThat(area).isEqualTo(expected, within(1e-14));
  }

  private static BinaryEvaluation evaluate(List<Row> rows, DoubleUnaryOperator transform) {
    double[] scores = new double[rows.size()];
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = transform.applyAsDouble(rows.get(i).score());
      labels[i] = rows.get(i).label();
    }
    return BinaryEvaluation.of(scores, labels);
  }
}
