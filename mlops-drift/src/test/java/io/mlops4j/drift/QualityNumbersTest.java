package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.drift.Quality.Estimate;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Every number but those of {@link LabelledScoresTest}. */
class QualityNumbersTest {
  private static final JsonNode ORACLE = Oracle.read("quality.json");

  private static WindowQuality window(Task task, JsonNode outputs, JsonNode labels) {
    WindowQuality window = new WindowQuality(new WindowQuality.Shape(task, 100, null));
    for (int i = 0; i < outputs.size(); i++) {
      window.predicted(outputs.get(i).asDouble());
      window.labelled(outputs.get(i).asDouble(), labels.get(i).asDouble(), 1);
    }
    return window;
  }

  // python oracles/quality.py: sklearn accuracy_score, precision_recall_curve
  @Test
  void thresholds_scoresInBins_equalScikitLearn() {
    JsonNode c = ORACLE.get("thresholds");
    Quality quality = window(Task.BINARY, c.get("scores"), c.get("labels")).quality(START, START);
    c.get("accuracy")
        .properties()
        .forEach(
            at -> {
              Estimate accuracy =
                  QualityMetric.accuracyAt(Double.parseDouble(at.getKey()))
                      .of(quality)
                      .orElseThrow();
              assertThat(accuracy.value()).as(at.getKey()).isEqualTo(at.getValue().asDouble());
              assertThat(accuracy.roundingError()).isZero();
            });
    c.get("precisionAtRecall")
        .properties()
        .forEach(
            at -> {
              Estimate precision =
                  QualityMetric.precisionAtRecall(Double.parseDouble(at.getKey()))
                      .of(quality)
                      .orElseThrow();
              // Scores in a bin are all equal here, so the value itself is exact.
              assertThat(precision.value())
                  .as(at.getKey())
                  .isCloseTo(at.getValue().asDouble(), within(1e-12));
            });
  }

  @Property(tries = 200)
  void thresholds_anyScores_lieWithinTheRoundingError(
      @ForAll @Size(min = 2, max = 60) List<@DoubleRange(max = 1) Double> scores,
      @ForAll @DoubleRange(max = 1) double threshold,
      @ForAll @DoubleRange(min = 0.01, max = 1) double recall) {
    WindowQuality window = new WindowQuality(new WindowQuality.Shape(Task.BINARY, 8, null));
    long right = 0;
    for (int i = 0; i < scores.size(); i++) {
      int label = i % 3 == 0 ? 1 : 0;
      window.labelled(scores.get(i), label, 1);
      right += scores.get(i) >= threshold == (label == 1) ? 1 : 0;
    }
    ScoreCurve curve = window.curve().orElseThrow();
    Estimate accuracy = curve.accuracyAt(threshold).orElseThrow();
    assertThat(accuracy.value())
        .isCloseTo((double) right / scores.size(), within(accuracy.roundingError() + 1e-9));
    Estimate precision = curve.precisionAtRecall(recall).orElseThrow();
    assertThat(precision.value())
        .isCloseTo(exactPrecision(scores, recall), within(precision.roundingError() + 1e-9));
  }

  private static double exactPrecision(List<Double> scores, double recall) {
    double best = 0;
    double highest = -1;
    long positives = (scores.size() + 2L) / 3;
    for (double threshold : scores) {
      long found = 0;
      long said = 0;
      for (int i = 0; i < scores.size(); i++) {
        said += scores.get(i) >= threshold ? 1 : 0;
        found += scores.get(i) >= threshold && i % 3 == 0 ? 1 : 0;
      }
      if (found >= recall * positives - 1e-9 && threshold > highest) {
        highest = threshold;
        best = (double) found / said;
      }
    }
    return best;
  }

  // python oracles/quality.py: sklearn mean_absolute_error, mean_squared_error; numpy quantile
  @Test
  void regression_errors_equalScikitLearn() {
    JsonNode c = ORACLE.get("regression");
    Quality quality =
        window(Task.REGRESSION, c.get("outputs"), c.get("labels")).quality(START, START);
    Quality.Regression r = quality.regression().orElseThrow();
    assertThat(r.meanAbsoluteError().orElseThrow().value())
        .isCloseTo(c.get("mae").asDouble(), within(1e-12));
    assertThat(r.meanAbsoluteError().orElseThrow().standardError())
        .isCloseTo(c.get("maeStandardError").asDouble(), within(1e-12));
    assertThat(r.rootMeanSquaredError().orElseThrow().value())
        .isCloseTo(c.get("rmse").asDouble(), within(1e-12));
    assertThat(r.meanError().orElseThrow().value())
        .isCloseTo(c.get("bias").asDouble(), within(1e-12));
    double median = c.get("quantiles").get("0.5").asDouble();
    double p95 = c.get("quantiles").get("0.95").asDouble();
    assertThat(r.medianAbsoluteError().orElseThrow()).isBetween(median, 1.0625 * median);
    assertThat(r.p95AbsoluteError().orElseThrow()).isBetween(p95, 1.0625 * p95);
    assertThat(QualityMetric.MAE.of(quality)).isEqualTo(r.meanAbsoluteError());
    assertThat(QualityMetric.RMSE.of(quality)).isEqualTo(r.rootMeanSquaredError());
    assertThat(QualityMetric.AUC.of(quality)).isEmpty();
  }

  @Test
  void regression_absurdErrors_stayFiniteAndOrdered() {
    for (double error : new double[] {0, Double.MIN_VALUE, 1e-300, 1, 1e15, 1e300}) {
      assertThat(LabelledValues.upperBound(LabelledValues.cell(error)))
          .isGreaterThanOrEqualTo(Math.min(error, Math.scalb(1.0, 40)));
    }
    WindowQuality window = new WindowQuality(new WindowQuality.Shape(Task.REGRESSION, 2, null));
    assertThat(window.quality(START, START).regression().orElseThrow().medianAbsoluteError())
        .isEmpty();
    window.labelled(Double.MAX_VALUE, -Double.MAX_VALUE, 1);
    window.labelled(5, 5, 1);
    assertThat(window.quality(START, START).regression().orElseThrow().meanAbsoluteError())
        .isPresent();
    window.labelled(Double.MAX_VALUE, -Double.MAX_VALUE, -1);
    window.labelled(5, 5, 1);
    Quality.Regression left = window.quality(START, START).regression().orElseThrow();
    assertThat(left.meanAbsoluteError().orElseThrow()).isEqualTo(new Estimate(0, 0, 0));
    assertThat(left.rootMeanSquaredError().orElseThrow()).isEqualTo(new Estimate(0, 0, 0));
  }

  // python oracles/quality.py: sklearn accuracy_score, confusion_matrix
  @Test
  void classes_confusion_equalsScikitLearn() {
    JsonNode c = ORACLE.get("classes");
    Quality quality =
        window(new Task(Task.Kind.CLASSES, 4), c.get("outputs"), c.get("labels"))
            .quality(START, START);
    assertThat(QualityMetric.ACCURACY.of(quality).orElseThrow().value())
        .isEqualTo(c.get("accuracy").asDouble());
    for (int truth = 0; truth < 4; truth++) {
      for (int said = 0; said < 4; said++) {
        assertThat(quality.classes().orElseThrow().confusion().get(truth).get(said))
            .isEqualTo(c.get("confusion").get(truth).get(said).asLong());
      }
    }
    assertThat(quality.positives()).isZero();
    assertThat(quality.calibration()).isEmpty();
  }

  @Test
  void metrics_areValues() {
    assertThat(QualityMetric.accuracyAt(0.5)).isEqualTo(QualityMetric.ACCURACY);
    assertThat(QualityMetric.accuracyAt(0.5)).hasSameHashCodeAs(QualityMetric.ACCURACY);
    assertThat(QualityMetric.accuracyAt(0.3)).hasToString("ACCURACY at 0.3");
    assertThat(QualityMetric.precisionAtRecall(0.8)).hasToString("PRECISION at recall 0.8");
    assertThat(QualityMetric.RMSE.higherIsBetter()).isFalse();
    assertThat(QualityMetric.VALUE.higherIsBetter()).isTrue();
    assertThatThrownBy(() -> QualityMetric.accuracyAt(1.5))
        .hasMessage("threshold: 1.5 (expected: 0 to 1)");
  }
}
