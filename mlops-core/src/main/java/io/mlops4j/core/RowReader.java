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
  private final List<ToDoubleFunction<T>> numbers = new ArrayList<>();
  private final int[] textAt;
  private final List<Function<T, @Nullable String>> texts = new ArrayList<>();
  private final int[] vectorAt;

  RowReader(List<Feature<T>> features) {
    this.features = features;
    List<Integer> numbersAt = new ArrayList<>();
    List<Integer> textsAt = new ArrayList<>();
    List<Integer> vectorsAt = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      Feature<T> feature = features.get(i);
      switch (feature.kind()) {
        case NUMERIC, TIME -> {
          numbersAt.add(i);
          numbers.add(feature.numberAccessor());
        }
        case CATEGORICAL, TEXT -> {
          textsAt.add(i);
          texts.add(feature.textAccessor());
        }
        case VECTOR -> vectorsAt.add(i);
      }
    }
    this.numberAt = positions(numbersAt);
    this.textAt = positions(textsAt);
    this.vectorAt = positions(vectorsAt);
  }

  private static int[] positions(List<Integer> at) {
    return at.stream().mapToInt(Integer::intValue).toArray();
  }

  void read(T row, double[] toNumbers, @Nullable String[] toTexts) {
    // By index: an iterator per row is garbage wherever escape analysis does not remove it.
    for (int i = 0; i < numberAt.length; i++) {
      toNumbers[numberAt[i]] = numbers.get(i).applyAsDouble(row);
    }
    for (int i = 0; i < textAt.length; i++) {
      toTexts[textAt[i]] = texts.get(i).apply(row);
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
