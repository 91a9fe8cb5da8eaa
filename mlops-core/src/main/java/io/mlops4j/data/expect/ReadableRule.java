package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.RowVisitor.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows, or the values of one feature, can be read; an empty feature means rows. */
record ReadableRule(String feature) implements TableRules.OfTheSource, CountedRule {
  @Override
  public String kind() {
    return "readable";
  }

  @Override
  public List<String> features() {
    return feature.isEmpty() ? List.of() : List.of(feature);
  }

  @Override
  public String sentence(Schema<?> schema) {
    return feature.isEmpty() ? "rows are readable" : feature + " is readable";
  }

  @Override
  public void write(ObjectNode json) {}

  @Override
  public String java() {
    return feature.isEmpty()
        ? "rows().areReadable()"
        : "feature(" + SuiteSource.text(feature) + ").isReadable()";
  }

  @Override
  public void requireFits(Schema<?> schema) {
    features().forEach(schema::feature);
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    return new ReadableTally<>(pass, feature);
  }

  private static final class ReadableTally<T> implements Tally<T> {
    private final Pass<T> pass;
    private final String feature;
    private final List<ExpectationResult.Example> examples = new ArrayList<>();
    private long considered;
    private long failed;

    ReadableTally(Pass<T> pass, String feature) {
      this.pass = pass;
      this.feature = feature;
    }

    @Override
    public void add(long line, RowBuffer<T> values, T row) {
      considered++;
    }

    @Override
    public void unreadable(long line, List<Fault> faults) {
      considered++;
      for (Fault fault : faults) {
        if (feature.isEmpty() || fault.field().equals(feature)) {
          failed++;
          if (examples.size() < pass.settings().examples()) {
            examples.add(
                new ExpectationResult.Example(
                    line, Map.of(), Text.printable(fault.problem(), 500)));
          }
          return;
        }
      }
    }

    @Override
    public ExpectationResult finish() {
      return RowTally.verdict(pass, considered, failed, examples);
    }
  }
}
