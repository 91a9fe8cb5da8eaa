package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.RowFingerprint;

/** No row is in another data set, too. */
record DisjointRule(String other) implements TableRules.OfTheSource {
  DisjointRule {
    if (other.isBlank()) {
      throw new IllegalArgumentException("other: blank (expected: a name)");
    }
  }

  @Override
  public String kind() {
    return "notInRows";
  }

  @Override
  public String sentence(Schema<?> schema) {
    return "no row is in " + other;
  }

  @Override
  public void write(ObjectNode json) {
    json.put("other", other);
  }

  @Override
  public String java() {
    return "rows().areNotIn(" + SuiteSource.text(other) + ")";
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    OtherRows<T> rows = pass.others().get(other);
    return new Tally<>() {
      private final RowFingerprint.@org.jspecify.annotations.Nullable Collector<T> collector =
          rows == null ? null : rows.collector(pass.schema());
      private long count;

      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        count++;
        if (collector != null) {
          collector.add(row, pass.label().value());
        }
      }

      @Override
      public ExpectationResult finish() {
        if (rows == null || collector == null) {
          return pass.noData(
              count, "no rows " + other + " were given. Give the validation disjointFrom(…).");
        }
        RowFingerprint.Overlap overlap = rows.fingerprint().overlap(collector.fingerprint());
        if (overlap.compared() == 0) {
          return pass.noData(count, "no row to compare.");
        }
        String found =
            Shown.count(overlap.shared())
                + " of "
                + Shown.count(overlap.compared())
                + " different rows compared are.";
        return overlap.shared() == 0 ? pass.pass(count, found) : pass.fail(count, found);
      }
    };
  }
}
