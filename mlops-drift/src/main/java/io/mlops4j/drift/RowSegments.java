package io.mlops4j.drift;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which segments a row belongs to. Used by one thread at a time: guarded by its monitor's lock. */
final class RowSegments<I> {
  /** Distinct values of one feature that get a segment; later ones share "(other)". */
  static final int MAX_VALUES = 50;

  private static final int MAX_LENGTH = 64;

  private final List<String> features = new ArrayList<>();
  private final Map<String, Predicate<EncodedRow<I>>> predicates = new LinkedHashMap<>();
  private final Map<String, Set<String>> known = new HashMap<>();

  void by(Schema<I> schema, String name) {
    Feature<I> feature = schema.feature(name);
    if (feature.sensitive()) {
      throw new IllegalArgumentException(
          "segmentBy: "
              + name
              + " is sensitive (expected: a feature whose values may be seen in reports)");
    }
    if (feature.kind() != FeatureKind.CATEGORICAL) {
      throw new IllegalArgumentException(
          "segmentBy: " + name + " is " + feature.kind() + " (expected: CATEGORICAL)");
    }
    features.add(name);
  }

  void where(String name, Predicate<EncodedRow<I>> condition) {
    String clean = Text.printable(name, MAX_LENGTH);
    if (name.isBlank() || !clean.equals(name) || name.contains("=")) {
      throw new IllegalArgumentException(
          "segment: '" + clean + "' (expected: 1 to 64 printable characters, none of them '=')");
    }
    if (predicates.putIfAbsent(name, condition) != null) {
      throw new IllegalStateException("segment '" + name + "' is set already");
    }
  }

  List<String> of(@Nullable EncodedRow<I> row) {
    if (row == null || (features.isEmpty() && predicates.isEmpty())) {
      return List.of();
    }
    List<String> result = new ArrayList<>();
    for (String feature : features) {
      if (row.schema().has(feature) && !row.schema().feature(feature).sensitive()) {
        result.add(feature + "=" + value(feature, row.text(row.schema().indexOf(feature))));
      }
    }
    predicates.forEach(
        (name, condition) -> {
          if (condition.test(row)) {
            result.add(name);
          }
        });
    return result;
  }

  private String value(String feature, @Nullable String text) {
    if (text == null) {
      return "(missing)";
    }
    String printable = Text.printable(text, MAX_LENGTH);
    Set<String> values = known.computeIfAbsent(feature, f -> new HashSet<>());
    boolean has =
        values.contains(printable) || (values.size() < MAX_VALUES && values.add(printable));
    return has ? printable : "(other)";
  }
}
