package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.ExpectationResult.Example;
import java.util.ArrayList;
import java.util.List;

/** Another data set has the value. */
record ReferenceRule(String feature, String reference) implements CountedRule, SingleFeature {
  ReferenceRule {
    if (reference.isBlank()) {
      throw new IllegalArgumentException("reference: blank (expected: a name)");
    }
  }

  @Override
  public String kind() {
    return "knownTo";
  }

  @Override
  public List<FeatureKind> kinds() {
    return List.of(
        FeatureKind.NUMERIC, FeatureKind.TIME, FeatureKind.CATEGORICAL, FeatureKind.TEXT);
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "is known to " + reference;
  }

  @Override
  public String call() {
    return ".isKnownTo(" + SuiteSource.text(reference) + ")";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("reference", reference);
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    ReferenceValues known = pass.settings().references().get(reference);
    if (known == null || !known.fits(pass.kind(feature))) {
      String why =
          known == null
              ? "no reference " + reference + " was given. Give the validation reference(…)."
              : "reference " + reference + " holds another kind of values.";
      return new Tally<>() {
        @Override
        public void add(long line, RowBuffer<T> values, T row) {}

        @Override
        public ExpectationResult finish() {
          return pass.noData(0, why);
        }
      };
    }
    RowKeys<T> keys = known.keys(pass.schema(), feature);
    return new Tally<>() {
      private final List<Example> examples = new ArrayList<>();
      private long considered;
      private long failed;

      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        if (!keys.set(values)) {
          return;
        }
        considered++;
        if (!known.has(keys)) {
          failed++;
          if (examples.size() < pass.settings().examples()) {
            examples.add(pass.example(line, values));
          }
        }
      }

      @Override
      public ExpectationResult finish() {
        return RowTally.verdict(pass, considered, failed, examples);
      }
    };
  }
}
