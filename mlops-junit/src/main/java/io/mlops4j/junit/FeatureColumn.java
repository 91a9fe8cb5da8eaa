package io.mlops4j.junit;

import io.mlops4j.core.Feature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of one feature over all rows, as words of a vocabulary. */
record FeatureColumn(List<@Nullable String> values, Set<String> words, int missing) {

  static <T> FeatureColumn of(Feature<T> feature, List<T> rows) {
    List<@Nullable String> values = new ArrayList<>();
    Set<String> words = new LinkedHashSet<>();
    int missing = 0;
    for (T row : rows) {
      String word = word(feature, row);
      values.add(word);
      if (word == null) {
        missing++;
      } else {
        words.add(word);
      }
    }
    return new FeatureColumn(values, words, missing);
  }

  private static <T> @Nullable String word(Feature<T> feature, T row) {
    return switch (feature.kind()) {
      case CATEGORICAL, TEXT -> feature.text(row);
      case NUMERIC, TIME -> {
        double number = feature.number(row);
        yield Double.isNaN(number) ? null : numberName(number);
      }
      case VECTOR -> {
        float[] vector = feature.vector(row);
        yield vector == null ? null : Arrays.toString(vector);
      }
    };
  }

  /** As vocabularies name numbers: integers without a fraction. */
  private static String numberName(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** A missing value is one of the values a feature takes. */
  int distinct() {
    return words.size() + (missing > 0 ? 1 : 0);
  }

  long rowsWith(Set<String> some) {
    return values.stream().filter(value -> value != null && some.contains(value)).count();
  }
}
