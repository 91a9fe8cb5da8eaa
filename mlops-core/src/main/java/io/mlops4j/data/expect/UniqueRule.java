package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.ExpectationResult.Example;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** No row repeats the values of an earlier one. */
record UniqueRule(List<String> features) implements CountedRule {
  UniqueRule {
    features = List.copyOf(features);
    if (features.isEmpty() || new HashSet<>(features).size() != features.size()) {
      throw new IllegalArgumentException(
          "unique: " + features + " (expected: at least one feature, each once)");
    }
  }

  @Override
  public String kind() {
    return "unique";
  }

  @Override
  public String sentence(Schema<?> schema) {
    return String.join(" and ", features)
        + (features.size() == 1 ? " is unique" : " are unique together");
  }

  @Override
  public void write(ObjectNode json) {}

  @Override
  public String java() {
    return features.size() == 1
        ? "feature(" + SuiteSource.text(features.get(0)) + ").isUnique()"
        : features.stream()
            .map(SuiteSource::text)
            .collect(Collectors.joining(", ", "unique(", ")"));
  }

  @Override
  public void requireFits(Schema<?> schema) {
    features.forEach(schema::feature);
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    return new Repetitions<>(pass, new DistinctKeys<>(pass.schema(), features, pass.settings()));
  }

  /** Counts rows that repeat an earlier one. */
  private static final class Repetitions<T> implements Tally<T> {
    private final Pass<T> pass;
    private final DistinctKeys<T> keys;
    private final List<Example> examples = new ArrayList<>();
    private long considered;
    private long failed;

    Repetitions(Pass<T> pass, DistinctKeys<T> keys) {
      this.pass = pass;
      this.keys = keys;
    }

    @Override
    public void add(long line, RowBuffer<T> values, T row) {
      switch (keys.add(line, values)) {
        case NOTHING -> {}
        case PERHAPS_NEW -> considered++;
        case REPEATED -> {
          considered++;
          failed++;
          if (examples.size() < pass.settings().examples()) {
            examples.add(
                new Example(
                    line, pass.example(line, values).values(), "repeats line " + keys.earlier()));
          }
        }
      }
    }

    @Override
    public ExpectationResult finish() {
      int limit = pass.settings().examples();
      keys.finish(
          (line, earlier) -> {
            failed++;
            examples.add(new Example(line, Map.of(), "repeats line " + earlier));
            if (examples.size() > 2 * limit + 64) {
              first(limit);
            }
          });
      first(limit);
      return RowTally.verdict(pass, considered, failed, examples);
    }

    private void first(int limit) {
      examples.sort(Comparator.comparingLong(Example::line));
      examples.subList(Math.min(limit, examples.size()), examples.size()).clear();
    }

    @Override
    public void close() {
      keys.close();
    }
  }
}
