package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.List;

/** A mean, deviation, sum or extreme of a number lies in bounds. */
record MomentRule(String feature, Statistic statistic, Bounds bounds) implements SingleFeature {

  /** What is computed. */
  enum Statistic {
    MEAN("mean", "mean"),
    STANDARD_DEVIATION("standardDeviation", "standard deviation"),
    SUM("sum", "sum"),
    MINIMUM("minimum", "smallest value"),
    MAXIMUM("maximum", "largest value");

    final String kind;
    final String words;

    Statistic(String kind, String words) {
      this.kind = kind;
      this.words = words;
    }

    boolean ofAValue() {
      return this != STANDARD_DEVIATION && this != SUM;
    }
  }

  @Override
  public String kind() {
    return statistic.kind;
  }

  @Override
  public List<FeatureKind> kinds() {
    return NUMBERS;
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "has a " + statistic.words + " " + bounds.sentence(shownAs(schema));
  }

  private FeatureKind shownAs(Schema<?> schema) {
    return statistic.ofAValue() ? schema.feature(feature).kind() : FeatureKind.NUMERIC;
  }

  @Override
  public String call() {
    return "." + statistic.kind + "Between(" + bounds.java() + ")";
  }

  @Override
  public void write(ObjectNode json) {
    bounds.write(json);
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    int at = pass.position(feature);
    Moments moments = new Moments();
    return new Tally<>() {
      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        moments.add(values.number(at));
      }

      @Override
      public ExpectationResult finish() {
        long needed =
            Math.max(
                pass.expectation().minRows(), statistic == Statistic.STANDARD_DEVIATION ? 2 : 1);
        if (moments.count() < needed) {
          return pass.noData(
              moments.count(),
              Shown.rows(moments.count()) + " with a value (at least " + needed + " needed).");
        }
        double value = moments.of(statistic);
        String found =
            Double.isFinite(value)
                ? "it is "
                    + (pass.sensitive()
                        ? Shown.WITHHELD
                        : pass.schema().feature(feature).kind() == FeatureKind.TIME
                            ? Shown.number(shownAs(pass.schema()), value)
                            : Shown.measured(value))
                    + " over "
                    + Shown.rows(moments.count())
                    + "."
                : "it is not finite: the values are not, or too large.";
        return TableRules.within(
            pass, moments.count(), Double.isFinite(value) && bounds.holds(value), found);
      }
    };
  }
}
