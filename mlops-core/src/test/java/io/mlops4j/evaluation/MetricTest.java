package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.evaluation.Metric.Direction;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {

  @Test
  void id_everyBuiltIn_isPinnedAndReadsBack() {
    Map<String, Metric> pinned =
        Map.ofEntries(
            Map.entry("auc", Metric.AUC),
            Map.entry("average-precision", Metric.AVERAGE_PRECISION),
            Map.entry("log-loss", Metric.LOG_LOSS),
            Map.entry("brier", Metric.BRIER),
            Map.entry("accuracy@0.5", Metric.accuracyAt(0.5)),
            Map.entry("precision@0.5", Metric.precisionAt(0.5)),
            Map.entry("recall@-1.0", Metric.recallAt(-1)),
            Map.entry("f1@0.25", Metric.f1At(0.25)),
            Map.entry("precision@recall-0.8", Metric.precisionAtRecall(0.8)),
            Map.entry("ece-positive-class-10-equal-width", Metric.expectedCalibrationError(10)),
            Map.entry("ece-top-label-15-equal-width", Metric.topLabelCalibrationError(15)),
            Map.entry("rmse", Metric.RMSE),
            Map.entry("mae", Metric.MAE),
            Map.entry("r2", Metric.R2),
            Map.entry("pinball@0.9", Metric.pinballAt(0.9)),
            Map.entry("poisson-deviance", Metric.POISSON_DEVIANCE),
            Map.entry("multiclass-accuracy", Metric.MULTICLASS_ACCURACY),
            Map.entry("multiclass-precision-macro", Metric.multiclassPrecision(Averaging.MACRO)),
            Map.entry("multiclass-recall-micro", Metric.multiclassRecall(Averaging.MICRO)),
            Map.entry("multiclass-f1-weighted", Metric.multiclassF1(Averaging.WEIGHTED)),
            Map.entry("multiclass-log-loss", Metric.MULTICLASS_LOG_LOSS),
            Map.entry("ndcg@10", Metric.ndcgAt(10)),
            Map.entry("rank-precision@3", Metric.rankPrecisionAt(3)),
            Map.entry("rank-recall@1", Metric.rankRecallAt(1)));
    assertThat(pinned).hasSameSizeAs(MetricFamily.values());
    pinned.forEach(
        (id, metric) -> {
          assertThat(metric.id()).isEqualTo(id).hasToString(metric.toString());
          assertThat(Metric.named(id)).isEqualTo(metric).hasSameHashCodeAs(metric);
          assertThat(metric.definition()).isNotBlank().doesNotContain("%s");
          assertThat(metric.unit()).isNotBlank();
        });
  }

  @Test
  void id_thresholdJdk17WouldSpellDifferently_isTheShortestDecimal() {
    // Double.toString(0x1p-44): 5.6843418860808015E-14 up to JDK 18, 5.684341886080802E-14 since.
    assertThat(Metric.accuracyAt(0x1p-44).id()).isEqualTo("accuracy@5.684341886080802E-14");
  }

  @Property
  void named_anyThreshold_readsBack(
      @ForAll double threshold, @ForAll @IntRange(min = 1, max = 10_000) int bins) {
    assertThat(Metric.named(Metric.precisionAt(threshold).id()))
        .isEqualTo(Metric.precisionAt(threshold));
    assertThat(Metric.named(Metric.expectedCalibrationError(bins).id()))
        .isEqualTo(Metric.expectedCalibrationError(bins));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "AUC",
        "auc ",
        "precision@",
        "precision@0.50",
        "precision@.5",
        "precision@NaN",
        "precision@-0.0",
        "precision@0.5f",
        "precision@0x1p-1",
        "precision@recall-1.5",
        "precision@recall-0.0",
        "ece-positive-class--equal-width",
        "ece-positive-class-0-equal-width",
        "ece-positive-class-10",
        "ece-10",
        "ece-top-label-10.5-equal-width",
        "ece-top-label-010-equal-width",
        "custom:profit",
        "ndcg@0",
        "ndcg@1.5",
        "pinball@1.0",
        "multiclass-f1-MACRO",
        "multiclass-f1-"
      })
  void named_anythingElse_isRefusedWithTheSpellings(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.named(id))
        .withMessageStartingWith("Metric '" + id + "' is not built in. Ids look like: auc, ")
        .withMessageContaining("precision@recall-0.8")
        .withMessageContaining("ece-positive-class-10-equal-width");
  }

  @Test
  void factories_argumentsOutOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.accuracyAt(Double.NaN))
        .withMessage("threshold: NaN (expected: a finite number)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.precisionAtRecall(0))
        .withMessage("recall: 0.0 (expected: above 0, at most 1)");
    assertThatIllegalArgumentException().isThrownBy(() -> Metric.precisionAtRecall(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.expectedCalibrationError(0))
        .withMessage("bins: 0 (expected: 1..10000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.topLabelCalibrationError(Integer.MAX_VALUE));
  }

  @Test
  void gain_losses_countDownwards() {
    assertThat(Metric.AUC.direction().gain(0.75, 0.5)).isEqualTo(0.25);
    assertThat(Metric.LOG_LOSS.direction().gain(0.75, 0.5)).isEqualTo(-0.25);
    assertThat(Metric.R2.direction()).isEqualTo(Direction.HIGHER_IS_BETTER);
    assertThat(Metric.expectedCalibrationError(10).direction())
        .isEqualTo(Direction.LOWER_IS_BETTER);
  }

  @Test
  void custom_metric_isItsDescription() {
    var profit = Metric.custom("profit@0.5", Direction.HIGHER_IS_BETTER, "EUR", "Money made.");
    assertThat(profit.id()).isEqualTo("custom:profit@0.5");
    assertThat(profit)
        .isEqualTo(Metric.custom("profit@0.5", Direction.HIGHER_IS_BETTER, "EUR", "Money made."))
        .isNotEqualTo(Metric.custom("profit@0.5", Direction.LOWER_IS_BETTER, "EUR", "Money made."));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.custom("a b", Direction.HIGHER_IS_BETTER, "EUR", "x"))
        .withMessageContaining("name: 'a b'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.custom("x", Direction.HIGHER_IS_BETTER, " ", "x"))
        .withMessageContaining("needs a unit and a definition");
  }
}
