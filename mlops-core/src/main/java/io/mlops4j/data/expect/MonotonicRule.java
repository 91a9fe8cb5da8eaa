package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.ExpectationResult.Example;
import java.util.ArrayList;
import java.util.List;

/** Each value against the one before it; missing ones are passed over. */
record MonotonicRule(String feature, boolean up, boolean strict)
    implements CountedRule, SingleFeature {
  @Override
  public String kind() {
    return up ? "increasing" : "decreasing";
  }

  @Override
  public List<FeatureKind> kinds() {
    return NUMBERS;
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "is " + (strict ? "strictly " : "") + kind();
  }

  @Override
  public String call() {
    return (strict ? ".isStrictly" : ".is") + (up ? "Increasing()" : "Decreasing()");
  }

  @Override
  public void write(ObjectNode json) {
    if (strict) {
      json.put("strict", true);
    }
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    int at = pass.position(feature);
    return new Tally<>() {
      private final List<Example> examples = new ArrayList<>();
      private double before = Double.NaN;
      private long beforeLine;
      private long considered;
      private long failed;

      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        double value = values.number(at) + 0.0;
        if (Double.isNaN(value)) {
          return;
        }
        considered++;
        if (!Double.isNaN(before) && !follows(value)) {
          failed++;
          if (examples.size() < pass.settings().examples()) {
            Example example = pass.example(line, values);
            String note =
                "after "
                    + (pass.sensitive() ? Shown.WITHHELD : Shown.number(pass.kind(feature), before))
                    + " on line "
                    + beforeLine;
            examples.add(new Example(line, example.values(), note));
          }
        }
        before = value;
        beforeLine = line;
      }

      private boolean follows(double value) {
        return value == before ? !strict : (value > before) == up;
      }

      @Override
      public ExpectationResult finish() {
        return RowTally.verdict(pass, considered, failed, examples);
      }
    };
  }
}
