package io.mlops4j.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The accessors of a schema sorted by kind, so that reading a row is three plain loops. Made once
 * per schema; a request only runs {@link #read}.
 */
final class RowReader<T> {
  private final List<Feature<T>> features;
  private final int[] numberAt;
  private final ToDoubleFunction<T>[] numbers;
  private final int[] textAt;
  private final Function<T, @Nullable String>[] texts;
  private final int[] vectorAt;

  @SuppressWarnings({"unchecked", "rawtypes"})
  RowReader(List<Feature<T>> features) {
    this.features = features;
    List<ToDoubleFunction<T>> numberAccessors = new ArrayList<>();
    List<Function<T, @Nullable String>> textAccessors = new ArrayList<>();
    List<Integer> numbersAt = new ArrayList<>();
    List<Integer> textsAt = new ArrayList<>();
    List<Integer> vectorsAt = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      Feature<T> feature = features.get(i);
      switch (feature.kind()) {
        case NUMERIC, TIME -> {
          numbersAt.add(i);
          numberAccessors.add(feature.numberAccessor());
        }
        case CATEGORICAL, TEXT -> {
          textsAt.add(i);
          textAccessors.add(feature.textAccessor());
        }
        case VECTOR -> vectorsAt.add(i);
      }
    }
    this.numberAt = positions(numbersAt);
    this.textAt = positions(textsAt);
    this.vectorAt = positions(vectorsAt);
    this.numbers = numberAccessors.toArray(new ToDoubleFunction[0]);
    this.texts = textAccessors.toArray(new Function[0]);
  }

  private static int[] positions(List<Integer> at) {
    return at.stream().mapToInt(Integer::intValue).toArray();
  }

  void read(T row, double[] toNumbers, @Nullable String[] toTexts) {
    // Arrays by index: this runs once a request, for thirty features of a few nanoseconds each.
    for (int i = 0; i < numberAt.length; i++) {
      toNumbers[numberAt[i]] = numbers[i].applyAsDouble(row);
    }
    for (int i = 0; i < textAt.length; i++) {
      toTexts[textAt[i]] = texts[i].apply(row);
    }
  }

  boolean hasTexts() {
    return textAt.length > 0;
  }

  /** The positions of the vectors; not to be changed. */
  int[] vectors() {
    return vectorAt;
  }

  Feature<T> feature(int position) {
    return features.get(position);
  }
}
