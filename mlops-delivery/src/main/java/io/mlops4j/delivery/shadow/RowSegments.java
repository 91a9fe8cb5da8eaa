package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Segment;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which of a fixed list of segments a row belongs to: the same list in every instance. */
final class RowSegments<I> {
  private static final int MOST = 200;

  private final Schema<I> schema;
  private final Map<String, Predicate<? super EncodedRow<I>>> conditions = new LinkedHashMap<>();

  RowSegments(Schema<I> schema) {
    this.schema = schema;
  }

  RowSegments(RowSegments<I> other) {
    this(other.schema);
    conditions.putAll(other.conditions);
  }

  void where(String name, Predicate<? super EncodedRow<I>> condition) {
    String clean = Text.printable(name, 96);
    if (name.isBlank() || !clean.equals(name)) {
      throw new IllegalArgumentException(
          "segment: '" + clean + "' (expected: 1 to 96 printable characters)");
    }
    if (conditions.size() >= MOST) {
      throw new IllegalArgumentException("segments: more than " + MOST);
    }
    if (conditions.putIfAbsent(name, condition) != null) {
      throw new IllegalStateException("segment '" + name + "' is set already");
    }
  }

  void by(String name, List<String> values) {
    int position = shown("segmentBy", name);
    if (schema.feature(name).kind() != FeatureKind.CATEGORICAL) {
      throw new IllegalArgumentException(
          "segmentBy: " + name + " is " + schema.feature(name).kind() + " (expected: CATEGORICAL)");
    }
    Set<String> known = Set.copyOf(values);
    for (String value : values) {
      where(name + " = " + value, row -> value.equals(row.text(position)));
    }
    where(name + " = (other)", row -> isOther(row.text(position), known));
  }

  private static boolean isOther(@Nullable String value, Set<String> known) {
    return value == null || !known.contains(value);
  }

  /** Adds the segments of a baseline that are cells of a feature; conditions are not stored. */
  void of(Baseline baseline) {
    for (Segment segment : baseline.segments()) {
      String name = segment.feature();
      if (name == null) {
        continue;
      }
      int position = shown("segmentsOf", name);
      FeatureCells cells =
          baseline.features().stream()
              .filter(f -> f.feature().equals(name))
              .findFirst()
              .orElseThrow();
      boolean text =
          schema.feature(name).kind() == FeatureKind.CATEGORICAL
              || schema.feature(name).kind() == FeatureKind.TEXT;
      where(
          segment.name(),
          row ->
              segment
                  .cells()
                  .contains(
                      text
                          ? cells.cellOf(row.text(position))
                          : cells.cellOf(row.number(position))));
    }
  }

  private int shown(String what, String name) {
    Feature<I> feature = schema.feature(name);
    if (feature.sensitive()) {
      throw new IllegalArgumentException(
          what + ": " + name + " is sensitive (expected: a feature that may be seen in reports)");
    }
    return schema.indexOf(name);
  }

  List<String> names() {
    return List.copyOf(conditions.keySet());
  }

  /** Returns the positions of a row's segments; none if its schema is another one. */
  List<Integer> of(@Nullable EncodedRow<I> row) {
    if (row == null || conditions.isEmpty() || !sameFeatures(row)) {
      return List.of();
    }
    List<Integer> result = new ArrayList<>();
    int position = 0;
    for (Predicate<? super EncodedRow<I>> condition : conditions.values()) {
      if (condition.test(row)) {
        result.add(position);
      }
      position++;
    }
    return result;
  }

  private boolean sameFeatures(EncodedRow<I> row) {
    return row.schema() == schema || row.schema().fingerprint().equals(schema.fingerprint());
  }
}
