package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The newest time is recent. */
record FreshRule(String feature, Duration age) implements SingleFeature {
  /** How far clocks may be apart: data from further in the future is not fresh but wrong. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  FreshRule {
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("age: " + age + " (expected: positive)");
    }
  }

  @Override
  public String kind() {
    return "fresh";
  }

  @Override
  public List<FeatureKind> kinds() {
    return List.of(FeatureKind.TIME);
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "has a newest value at most " + age + " old";
  }

  @Override
  public String call() {
    return ".isFresherThan(java.time.Duration.parse(" + SuiteSource.text(age.toString()) + "))";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("age", age.toString());
  }

  @Override
  public <T> Tally<T> tally(Pass<T> pass) {
    int at = pass.position(feature);
    Moments times = new Moments();
    return new Tally<>() {
      @Override
      public void add(long line, RowBuffer<T> values, T row) {
        times.add(values.number(at));
      }

      @Override
      public ExpectationResult finish() {
        long needed = Math.max(1, pass.expectation().minRows());
        if (times.count() < needed) {
          return pass.noData(
              times.count(),
              Shown.rows(times.count()) + " with a time (at least " + needed + " needed).");
        }
        Instant now = pass.settings().now();
        Duration old = Duration.between(Instant.ofEpochMilli((long) times.max()), now);
        String newest =
            pass.sensitive() ? Shown.WITHHELD : Shown.number(FeatureKind.TIME, times.max());
        boolean future = old.compareTo(SKEW.negated()) < 0;
        String found =
            future
                ? newest + " is in the future (it is " + now + ")."
                : newest + " is " + (pass.sensitive() ? Shown.WITHHELD : old) + " old.";
        return TableRules.within(pass, times.count(), !future && old.compareTo(age) <= 0, found);
      }
    };
  }
}
