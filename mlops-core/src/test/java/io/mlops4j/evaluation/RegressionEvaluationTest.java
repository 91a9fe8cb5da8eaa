package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RegressionEvaluationTest {

  @Test
  void values_noRows_areUndefined() {
    var empty = RegressionEvaluation.of(new double[0], new double[0]);
    assertThat(empty.values().values()).hasSize(3).hasOnlyElementsOfType(Undefined.class);
    assertThat(empty.rows()).isZero();
  }

  @Test
  void value_r2OfOneRowOrAConstantTruth_isUndefined() {
    var one = RegressionEvaluation.of(new double[] {2}, new double[] {5});
    assertThat(one.value(Metric.R2)).isInstanceOf(Undefined.class);
    assertThat(one.value(Metric.RMSE)).isEqualTo(new Defined(3, 1));
    // The mean of three 0.1 is not 0.1: a variance test would divide by about 1e-34.
    var constant = RegressionEvaluation.of(new double[] {1, 2, 3}, new double[] {.1, .1, .1});
    assertThat(constant.value(Metric.R2)).isInstanceOf(Undefined.class);
    var exact = RegressionEvaluation.of(new double[] {.1, .1}, new double[] {.1, .1});
    assertThat(exact.value(Metric.R2)).isInstanceOf(Undefined.class);
    assertThat(exact.value(Metric.RMSE)).isEqualTo(new Defined(0, 2));
  }

  @Test
  void values_squaresThatOverflowOrVanish_areStillRight() {
    for (double scale : new double[] {1e-200, 1, 1e200}) {
      var evaluation =
          RegressionEvaluation.of(
              new double[] {4 * scale, 2 * scale, 6 * scale},
              new double[] {1 * scale, 2 * scale, 6 * scale});
      // errors 3, 0, 0; truth mean 3, squares 4 + 1 + 9
      assertThat(evaluation.value(Metric.RMSE).number().orElseThrow() / scale)
          .isEqualTo(Math.sqrt(3), within(1e-14));
      assertThat(evaluation.value(Metric.R2).number().orElseThrow())
          .isEqualTo(1 - 9 / 14.0, within(1e-14));
    }
  }

  @Test
  void values_resultsThatNoDoubleHolds_areUndefined() {
    double huge = Double.MAX_VALUE;
    var error = RegressionEvaluation.of(new double[] {huge, 1}, new double[] {-huge, 1});
    assertThat(error.values().values()).hasOnlyElementsOfType(Undefined.class);
    var spread = RegressionEvaluation.of(new double[] {huge, -huge}, new double[] {huge, -huge});
    assertThat(spread.value(Metric.RMSE)).isEqualTo(new Defined(0, 2));
    assertThat(spread.value(Metric.R2)).isInstanceOf(Undefined.class);
    var ratio =
        RegressionEvaluation.of(
            new double[] {1e300, 0}, new double[] {Double.MIN_VALUE, -Double.MIN_VALUE});
    assertThat(ratio.value(Metric.R2)).isInstanceOf(Undefined.class);
    var sum = RegressionEvaluation.of(new double[] {huge, huge}, new double[] {0, 0});
    assertThat(sum.value(Metric.MAE)).isInstanceOf(Undefined.class);
    assertThat(sum.value(Metric.RMSE)).isEqualTo(new Defined(huge, 2));
  }

  @Test
  void of_badInput_namesIndexAndValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionEvaluation.of(new double[1], new double[2]))
        .withMessage("predicted has 1 rows, truth has 2.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegressionEvaluation.of(new double[] {1, Double.NaN}, new double[2]))
        .withMessage("predicted[1]: NaN (expected: a finite number)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RegressionEvaluation.of(new double[1], new double[] {Double.POSITIVE_INFINITY}))
        .withMessage("truth[0]: Infinity (expected: a finite number)");
  }

  @Test
  void value_otherKindOfMetric_isRefused() {
    var evaluation = RegressionEvaluation.of(new double[1], new double[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.value(Metric.AUC))
        .withMessage(
            "Metric 'auc' is not one of a regression (expected: rmse, mae, r2, pinball@q,"
                + " poisson-deviance).");
  }

  @Test
  void value_millionRowsOfTenths_losesNoDigits() {
    // A plain running sum is off by 1e-6 here: sum(0.1 for _ in range(10**6)) = 100000.00000133288
    double[] predicted = new double[1_000_000];
    Arrays.fill(predicted, .1);
    var evaluation = RegressionEvaluation.of(predicted, new double[1_000_000]);
    assertThat(evaluation.value(Metric.MAE)).isEqualTo(new Defined(.1, 1_000_000));
  }
}
