package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.List;

/** A feature takes so many different values. */
record DistinctRule(String feature, long min, long max) implements SingleFeature {
  DistinctRule {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "distinct: " + min + " to " + max + " (expected: 0 or more, the larger one last)");
    }
  }

  @Override
  public String kind() {
    return "distinct";
  }

  @Override
  public List<FeatureKind> kinds() {
    return SingleFeature.all();
  }

  @Override
  public String predicate(Schema<?> schema) {
    return max == Long.MAX_VALUE
        ? "has at least " + Shown.count(min) + " different values"
        : "has " + Shown.count(min) + " to " + Shown.count(max) + " different values";
  }

  @Override
  public String call() {
    return ".distinctBetween("
        + min
        + "L, "
        + (max == Long.MAX_VALUE ? "Long.MAX_VALUE" : max + "L")
        + ")";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("min", min);
    if (max != Long.MAX_VALUE) {
      json.put("max", max);
    }
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    DistinctKeys<T> keys = new DistinctKeys<>(pass.schema(), features(), pass.settings());
    return new Tally<>() {
      private long rows;
      private long present;
      private long distinct;

      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        rows++;
        DistinctKeys.Seen seen = keys.add(line, values);
        present += seen == DistinctKeys.Seen.NOTHING ? 0 : 1;
        distinct += seen == DistinctKeys.Seen.PERHAPS_NEW ? 1 : 0;
      }

      @Override
      public ExpectationResult finish() {
        keys.finish((line, earlier) -> distinct--);
        if (rows < Math.max(1, pass.expectation().minRows())) {
          return pass.noData(rows, "no row to ask.");
        }
        String found = Shown.count(distinct) + " in " + Shown.rows(present) + " with a value.";
        return TableRules.within(pass, rows, distinct >= min && distinct <= max, found);
      }

      @Override
      public void close() {
        keys.close();
      }
    };
  }
}
