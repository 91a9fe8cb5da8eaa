package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ten most frequent categories of a feature among reference rows; being missing is one.
 *
 * @param position of the feature in the schema
 * @param frequent by falling count, then by name
 */
record Categories(int position, List<String> frequent) {
  private static final int MOST = 10;

  static <T> Categories of(int position, List<EncodedRow<T>> reference) {
    Map<String, Integer> counts = new HashMap<>();
    for (EncodedRow<T> row : reference) {
      counts.merge(text(row, position), 1, Integer::sum);
    }
    return new Categories(
        position,
        counts.entrySet().stream()
            .sorted(
                Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .limit(MOST)
            .map(Map.Entry::getKey)
            .toList());
  }

  boolean is(String category, EncodedRow<?> row) {
    return category.equals(text(row, position));
  }

  boolean isAnother(EncodedRow<?> row) {
    return !frequent.contains(text(row, position));
  }

  /** Which of the frequent ones a row has; their number if another one. */
  int index(EncodedRow<?> row) {
    int found = frequent.indexOf(text(row, position));
    return found < 0 ? frequent.size() : found;
  }

  /** The name of a column: values of a sensitive feature are not in it. */
  static String name(Feature<?> feature, String category) {
    return feature.name() + (feature.sensitive() ? "" : " = " + Shown.of(category));
  }

  static String nameOfAnother(Feature<?> feature) {
    return feature.name() + " = another";
  }

  private static String text(EncodedRow<?> row, int position) {
    String value = row.text(position);
    return value == null ? "(missing)" : value;
  }
}
