package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.List;

/** A quantile of a number lies in bounds. */
record QuantileRule(String feature, double probability, Bounds bounds) implements SingleFeature {
  QuantileRule {
    TableRules.requireShare("probability", probability);
  }

  @Override
  public String kind() {
    return "quantile";
  }

  @Override
  public List<FeatureKind> kinds() {
    return NUMBERS;
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "has a "
        + (probability == 0.5 ? "median" : Shown.number(probability) + " quantile")
        + " "
        + bounds.sentence(schema.feature(feature).kind());
  }

  @Override
  public String call() {
    return ".quantileBetween(" + SuiteSource.number(probability) + ", " + bounds.java() + ")";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("probability", Shown.shortest(probability));
    bounds.write(json);
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    int at = pass.position(feature);
    ExactQuantile quantile = new ExactQuantile(probability, bounds);
    return new Tally<>() {
      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        quantile.add(values.number(at));
      }

      @Override
      public ExpectationResult finish() {
        long count = quantile.count();
        long needed = Math.max(1, pass.expectation().minRows());
        if (count < needed) {
          return pass.noData(
              count, Shown.rows(count) + " with a value (at least " + needed + " needed).");
        }
        FeatureKind kind = pass.kind(feature);
        double shown = quantile.shown();
        String value =
            pass.sensitive()
                ? Shown.WITHHELD
                : (quantile.sampled() ? "about " : "")
                    + (kind == FeatureKind.TIME
                        ? Shown.number(kind, shown)
                        : Shown.measured(shown));
        return TableRules.within(
            pass, count, quantile.holds(), "it is " + value + " over " + Shown.rows(count) + ".");
      }
    };
  }
}
