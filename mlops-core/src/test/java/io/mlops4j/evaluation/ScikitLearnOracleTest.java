package io.mlops4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every number of {@code oracles/evaluation.py} (scikit-learn 1.9.1), a copy of its JSON. */
class ScikitLearnOracleTest {
  private static final JsonNode ORACLE = load();

  @TestFactory
  Stream<DynamicTest> binary_everyOracleCase_agreesWithScikitLearn() {
    return stream(ORACLE.get("classification"))
        .map(c -> dynamicTest(c.get("name").textValue(), () -> checkBinary(c)));
  }

  @TestFactory
  Stream<DynamicTest> regression_everyOracleCase_agreesWithScikitLearn() {
    return stream(ORACLE.get("regression"))
        .map(c -> dynamicTest(c.get("name").textValue(), () -> checkRegression(c)));
  }

  @Test
  void oracle_file_holdsTheCasesThatMatter() {
    assertThat(ORACLE.get("classification")).hasSizeGreaterThanOrEqualTo(11);
    assertThat(ORACLE.get("regression")).hasSizeGreaterThanOrEqualTo(4);
    assertThat(ORACLE.get("classification").findValuesAsText("name"))
        .contains("small with ties", "no positive label", "no negative label");
  }

  private static void checkBinary(JsonNode c) {
    boolean[] labels = labels(c.get("labels"));
    var evaluation = BinaryEvaluation.of(numbers(c.get("scores")), labels);
    int positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    boolean bothClasses = positives > 0 && positives < labels.length;
    assertThat(evaluation.rows()).isEqualTo(labels.length);
    assertThat(evaluation.positives()).isEqualTo(positives);
    check(evaluation, Metric.AUC, c.get("rocAuc"));
    check(evaluation, Metric.LOG_LOSS, c.get("logLoss"));
    check(evaluation, Metric.BRIER, c.get("brier"));
    check(evaluation, Metric.expectedCalibrationError(ORACLE.get("bins").intValue()), c.get("ece"));
    for (JsonNode at : c.get("thresholds")) {
      double t = at.get("threshold").doubleValue();
      check(evaluation, Metric.accuracyAt(t), at.get("accuracy"));
      check(evaluation, Metric.precisionAt(t), at.get("precision"));
      check(evaluation, Metric.recallAt(t), at.get("recall"));
      if (positives > 0) {
        check(evaluation, Metric.f1At(t), at.get("f1"));
      } else {
        // scikit-learn says 0 as soon as one row is predicted positive; with one class only we
        // say undefined.
        assertThat(evaluation.value(Metric.f1At(t))).isInstanceOf(Undefined.class);
      }
    }
    // scikit-learn gives 1 for both when there is no negative row, whatever the model does; we say
    // undefined with one class only.
    List<Metric> needBoth = new ArrayList<>(List.of(Metric.AVERAGE_PRECISION));
    if (bothClasses) {
      check(evaluation, Metric.AVERAGE_PRECISION, c.get("averagePrecision"));
    }
    for (JsonNode at : c.get("precisionAtRecall")) {
      Metric metric = Metric.precisionAtRecall(at.get("recall").doubleValue());
      needBoth.add(metric);
      if (bothClasses) {
        check(evaluation, metric, at.get("precision"));
      }
    }
    if (!bothClasses) {
      assertThat(evaluation.values(needBoth).values()).hasOnlyElementsOfType(Undefined.class);
    }
  }

  private static void checkRegression(JsonNode c) {
    var evaluation = RegressionEvaluation.of(numbers(c.get("predicted")), numbers(c.get("y")));
    check(evaluation.value(Metric.RMSE), c.get("rmse"));
    check(evaluation.value(Metric.MAE), c.get("mae"));
    check(evaluation.value(Metric.R2), c.get("r2"));
  }

  private static void check(BinaryEvaluation evaluation, Metric metric, JsonNode expected) {
    check(evaluation.value(metric), expected);
  }

  private static void check(MetricValue value, JsonNode expected) {
    if (expected.isNull()) {
      assertThat(value).isInstanceOf(Undefined.class);
    } else {
      assertThat(value).isInstanceOf(Defined.class);
      double want = expected.doubleValue();
      assertThat(value.number().getAsDouble())
          .isCloseTo(want, within(2e-15 + 1e-13 * Math.abs(want)));
    }
  }

  private static double[] numbers(JsonNode array) {
    return stream(array).mapToDouble(JsonNode::doubleValue).toArray();
  }

  private static boolean[] labels(JsonNode array) {
    boolean[] labels = new boolean[array.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = array.get(i).intValue() == 1;
    }
    return labels;
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static JsonNode load() {
    try (var in = ScikitLearnOracleTest.class.getResourceAsStream("/oracles/evaluation.json")) {
      return Json.parse(in.readAllBytes(), "oracle");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
