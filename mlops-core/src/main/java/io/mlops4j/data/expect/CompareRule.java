package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.RowTest.Answer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Compares two features of a row. */
record CompareRule(String feature, Order order, String other) implements RowRule, SingleFeature {
  /** How the first is to the second. */
  enum Order {
    ABOVE("aboveFeature", "above"),
    AT_LEAST("atLeastFeature", "at least"),
    BELOW("belowFeature", "below"),
    AT_MOST("atMostFeature", "at most"),
    EQUAL("equalFeature", "equal to"),
    DIFFERENT("otherThanFeature", "other than");

    final String kind;
    final String words;

    Order(String kind, String words) {
      this.kind = kind;
      this.words = words;
    }

    boolean holds(int comparison) {
      return switch (this) {
        case ABOVE -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
        case BELOW -> comparison < 0;
        case AT_MOST -> comparison <= 0;
        case EQUAL -> comparison == 0;
        case DIFFERENT -> comparison != 0;
      };
    }
  }

  @Override
  public String kind() {
    return order.kind;
  }

  @Override
  public List<String> features() {
    return List.of(feature, other);
  }

  @Override
  public List<FeatureKind> kinds() {
    boolean ordered = order != Order.EQUAL && order != Order.DIFFERENT;
    return ordered
        ? NUMBERS
        : List.of(FeatureKind.NUMERIC, FeatureKind.TIME, FeatureKind.CATEGORICAL, FeatureKind.TEXT);
  }

  @Override
  public void requireFits(Schema<?> schema) {
    SingleFeature.super.requireFits(schema);
    FeatureKind kind = schema.feature(feature).kind();
    List<FeatureKind> same = TEXTS.contains(kind) ? TEXTS : List.of(kind);
    SingleFeature.requireKind(schema, other, kind(), same);
  }

  @Override
  public String predicate(Schema<?> schema) {
    return "is " + order.words + " " + other;
  }

  @Override
  public String call() {
    String name = order.kind.substring(0, 1).toUpperCase(Locale.ROOT) + order.kind.substring(1);
    return ".is" + name + "(" + SuiteSource.text(other) + ")";
  }

  @Override
  public void write(ObjectNode json) {
    json.put("other", other);
  }

  @Override
  public <T> RowTest<T> test(Schema<T> schema) {
    int a = schema.indexOf(feature);
    int b = schema.indexOf(other);
    if (TEXTS.contains(schema.feature(feature).kind())) {
      return (values, row) -> answer(values.text(a), values.text(b));
    }
    return (values, row) -> {
      double first = values.number(a) + 0.0;
      double second = values.number(b) + 0.0;
      return Double.isNaN(first) || Double.isNaN(second)
          ? Answer.MISSING
          : RowTest.answer(order.holds(Double.compare(first, second)));
    };
  }

  private Answer answer(@Nullable String first, @Nullable String second) {
    return first == null || second == null
        ? Answer.MISSING
        : RowTest.answer(order.holds(first.equals(second) ? 0 : 1));
  }
}
