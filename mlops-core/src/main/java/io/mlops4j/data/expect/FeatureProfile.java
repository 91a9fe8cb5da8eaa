package io.mlops4j.data.expect;

import io.mlops4j.core.Feature;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.DistinctKeys.Seen;
import io.mlops4j.data.expect.RowTest.Answer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one feature looks like. Used by one thread. */
final class FeatureProfile<T> implements AutoCloseable {
  static final String DATE = "yyyy-MM-dd";
  private static final int FEW_TEXTS = 50;
  private static final int FEW_NUMBERS = 12;
  private static final int MAX_TEXT = 64;

  /** A set is suggested only if its values come often: ten rows each, on average. */
  private static final int ROWS_PER_VALUE = 10;

  private final Feature<T> feature;
  private final int at;
  private final Moments moments = new Moments();
  private final RowTest<T> whole;
  private final RowTest<T> date;
  private final RowTest<T> number;
  private final DistinctKeys<T> keys;
  private @Nullable Map<String, Long> texts = new TreeMap<>();
  private @Nullable Map<Double, Long> fewNumbers = new TreeMap<>();
  private long rows;
  private long missing;
  private boolean unique = true;
  private boolean wholes = true;
  private boolean finite = true;
  private boolean increasing = true;
  private boolean dates = true;
  private boolean numbers = true;
  private double before = Double.NEGATIVE_INFINITY;
  private int minLength = Integer.MAX_VALUE;
  private int maxLength;

  FeatureProfile(Schema<T> schema, Feature<T> feature, Settings settings) {
    String name = feature.name();
    this.feature = feature;
    this.at = schema.indexOf(name);
    this.whole = new CellRules.Whole(name).test(schema);
    this.date = new TextRules.DateText(name, DATE).test(schema);
    this.number = new TextRules.NumberText(name).test(schema);
    this.keys = new DistinctKeys<>(schema, List.of(name), settings);
  }

  void add(long line, RowBuffer<T> row, T object) {
    rows++;
    switch (feature.kind()) {
      case NUMERIC, TIME -> addNumber(row.number(at), row, object);
      case CATEGORICAL, TEXT -> addText(row.text(at), row, object);
      case VECTOR -> addVector(row.vector(at));
    }
    if (unique && keys.add(line, row) == Seen.REPEATED) {
      unique = false;
    }
  }

  private void addNumber(double value, RowBuffer<T> row, T object) {
    if (Double.isNaN(value)) {
      missing++;
      return;
    }
    moments.add(value);
    finite &= !Double.isInfinite(value);
    wholes = wholes && whole.of(row, object) == Answer.HOLDS;
    increasing &= value >= before;
    before = value;
    fewNumbers = counted(fewNumbers, value + 0.0, FEW_NUMBERS);
  }

  private void addText(@Nullable String value, RowBuffer<T> row, T object) {
    if (value == null) {
      missing++;
      return;
    }
    length(value.codePointCount(0, value.length()));
    dates = dates && date.of(row, object) == Answer.HOLDS;
    numbers = numbers && number.of(row, object) == Answer.HOLDS;
    texts = value.length() > MAX_TEXT ? null : counted(texts, value, FEW_TEXTS);
  }

  private void addVector(float @Nullable [] value) {
    if (value == null) {
      missing++;
      return;
    }
    length(value.length);
    for (float one : value) {
      finite &= Float.isFinite(one);
    }
  }

  private void length(int length) {
    minLength = Math.min(minLength, length);
    maxLength = Math.max(maxLength, length);
  }

  private static <V> @Nullable Map<V, Long> counted(
      @Nullable Map<V, Long> counts, V value, int limit) {
    if (counts == null) {
      return null;
    }
    counts.merge(value, 1L, Long::sum);
    return counts.size() > limit ? null : counts;
  }

  void finish() {
    if (unique) {
      keys.finish((line, earlier) -> unique = false);
    }
  }

  @Override
  public void close() {
    keys.close();
  }

  private <V> @Nullable List<V> few(@Nullable Map<V, Long> counts) {
    return counts == null || rows - missing < (long) ROWS_PER_VALUE * counts.size()
        ? null
        : List.copyOf(counts.keySet());
  }

  @Nullable List<String> fewTexts() {
    return few(texts);
  }

  @Nullable List<Double> fewNumbers() {
    return few(fewNumbers);
  }

  Feature<T> feature() {
    return feature;
  }

  long rows() {
    return rows;
  }

  long missing() {
    return missing;
  }

  double min() {
    return moments.min();
  }

  double max() {
    return moments.max();
  }

  boolean unique() {
    return unique;
  }

  boolean whole() {
    return wholes;
  }

  boolean finite() {
    return finite;
  }

  boolean increasing() {
    return increasing;
  }

  boolean dates() {
    return dates;
  }

  boolean numbers() {
    return numbers;
  }

  int minLength() {
    return minLength;
  }

  int maxLength() {
    return maxLength;
  }
}
