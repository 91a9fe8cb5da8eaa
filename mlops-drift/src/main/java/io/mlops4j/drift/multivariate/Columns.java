package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns rows into numbers for the classifier: each number and its square, standardised by the
 * reference and cut off at four deviations; whether it is missing; each of the ten most frequent
 * categories and "another one"; and products of two numbers, which show that their correlation
 * changed. At most 64 columns, in this order. Text and vectors are left out.
 */
final class Columns {
  static final int MOST = 64;
  private static final int CATEGORIES = 10;
  private static final double CUT = 4;

  private final List<String> names = new ArrayList<>();
  private final List<Column> columns = new ArrayList<>();

  /** One number of a row. */
  private interface Column {
    double of(EncodedRow<?> row);
  }

  <T> Columns(Schema<T> schema, List<EncodedRow<T>> reference) {
    List<Column> numbers = new ArrayList<>();
    List<String> numberNames = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      Feature<T> feature = schema.features().get(i);
      switch (feature.kind()) {
        case NUMERIC, TIME -> {
          numbers.add(standard(i, reference));
          numberNames.add(feature.name());
          addMissing(i, feature.name());
        }
        case CATEGORICAL -> addCategories(i, feature, reference);
        default -> {
          // no columns of free text and vectors: directions of vectors have cells of their own
        }
      }
    }
    for (int i = 0; i < numbers.size(); i++) {
      Column number = numbers.get(i);
      add(numberNames.get(i), number);
      add(numberNames.get(i) + " squared", row -> number.of(row) * number.of(row));
    }
    for (int i = 0; i < numbers.size(); i++) {
      for (int j = i + 1; j < numbers.size(); j++) {
        Column a = numbers.get(i);
        Column b = numbers.get(j);
        add(numberNames.get(i) + " x " + numberNames.get(j), row -> a.of(row) * b.of(row));
      }
    }
  }

  private void add(String name, Column column) {
    if (columns.size() < MOST) {
      names.add(name);
      columns.add(column);
    }
  }

  /** By median and quartiles: one outlier must not make all other values equal. */
  private static <T> Column standard(int position, List<EncodedRow<T>> reference) {
    double[] sorted =
        reference.stream()
            .mapToDouble(row -> row.number(position))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    double middle = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    double spread =
        sorted.length == 0 ? 1 : sorted[sorted.length * 3 / 4] - sorted[sorted.length / 4];
    // 1.349 deviations of a normal distribution lie between its quartiles.
    double unit = spread > 0 && spread <= Double.MAX_VALUE ? spread / 1.349 : 1;
    return row -> {
      double value = (row.number(position) - middle) / unit;
      return Double.isNaN(value) ? 0 : Math.max(-CUT, Math.min(CUT, value));
    };
  }

  private void addMissing(int position, String name) {
    // A column that is constant in the reference still tells, if live rows have it.
    add(name + " missing", row -> Double.isFinite(row.number(position)) ? 0 : 1);
  }

  private <T> void addCategories(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    Map<String, Integer> counts = new HashMap<>();
    for (EncodedRow<T> row : reference) {
      String value = row.text(position);
      counts.merge(value == null ? "(missing)" : value, 1, Integer::sum);
    }
    List<String> frequent =
        counts.entrySet().stream()
            .sorted(
                Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .limit(CATEGORIES)
            .map(Map.Entry::getKey)
            .toList();
    for (String category : frequent) {
      String shown = feature.sensitive() ? "" : " = " + Shown.of(category);
      add(feature.name() + shown, row -> category.equals(text(row, position)) ? 1 : 0);
    }
    add(feature.name() + " = another", row -> frequent.contains(text(row, position)) ? 0 : 1);
  }

  private static String text(EncodedRow<?> row, int position) {
    String value = row.text(position);
    return value == null ? "(missing)" : value;
  }

  int size() {
    return columns.size();
  }

  String name(int column) {
    return names.get(column);
  }

  double[][] of(List<? extends EncodedRow<?>> rows) {
    return rows.stream()
        .map(row -> columns.stream().mapToDouble(column -> column.of(row)).toArray())
        .toArray(double[][]::new);
  }

  /** Whether a schema has anything a classifier can use. */
  static boolean any(Schema<?> schema) {
    return schema.features().stream()
        .anyMatch(f -> f.kind() != FeatureKind.TEXT && f.kind() != FeatureKind.VECTOR);
  }

  /** Returns the columns by falling weight, at most five. */
  List<String> telling(double[] weights) {
    return Arrays.stream(order(weights)).limit(5).mapToObj(names::get).toList();
  }

  private static int[] order(double[] weights) {
    return java.util.stream.IntStream.range(0, weights.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -weights[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
