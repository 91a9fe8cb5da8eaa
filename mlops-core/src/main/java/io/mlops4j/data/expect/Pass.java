package io.mlops4j.data.expect;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One expectation in one pass: what its tally may look at, and how its result is worded. */
record Pass<T>(
    Schema<T> schema,
    Expectation expectation,
    Settings settings,
    Map<String, OtherRows<T>> others,
    Label label) {

  /** The truth about the row at hand; NaN if rows have none. */
  static final class Label {
    private double value = Double.NaN;

    double value() {
      return value;
    }

    void set(double truth) {
      value = truth;
    }
  }

  int position(String feature) {
    return schema.indexOf(feature);
  }

  FeatureKind kind(String feature) {
    return schema.feature(feature).kind();
  }

  boolean sensitive() {
    return expectation.rule().features().stream().anyMatch(f -> schema.feature(f).sensitive());
  }

  String sentence() {
    return expectation.sentence(schema);
  }

  /** An example: the values the rule and its filters read. */
  ExpectationResult.Example example(long line, RowBuffer<T> values) {
    Map<String, String> shown = new LinkedHashMap<>();
    List<String> read = new ArrayList<>(expectation.rule().features());
    expectation.filters().forEach(filter -> read.addAll(filter.rule().features()));
    for (String name : read) {
      Feature<T> feature = schema.feature(name);
      shown.putIfAbsent(name, Shown.value(feature, values, schema.indexOf(name)));
    }
    return new ExpectationResult.Example(line, shown, "");
  }

  ExpectationResult pass(long considered, String why) {
    return result(ExpectationResult.Outcome.PASS, considered, 0, why, List.of());
  }

  ExpectationResult fail(long considered, String why) {
    return result(ExpectationResult.Outcome.FAIL, considered, 0, why, List.of());
  }

  ExpectationResult noData(long considered, String why) {
    return result(ExpectationResult.Outcome.NO_DATA, considered, 0, why, List.of());
  }

  ExpectationResult result(
      ExpectationResult.Outcome outcome,
      long considered,
      long failed,
      String why,
      List<ExpectationResult.Example> examples) {
    return new ExpectationResult(
        expectation, outcome, considered, failed, sentence() + ": " + why, examples);
  }
}
