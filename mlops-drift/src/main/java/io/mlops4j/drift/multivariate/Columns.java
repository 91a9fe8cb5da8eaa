package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns rows into numbers for the classifier: each number and its square, standardised by the
 * reference and cut off at four deviations; whether it is missing; each of the ten most frequent
 * categories and "another one"; and products of two numbers, which show that their correlation
 * changed. At most 64 columns, in this order. Text and vectors are left out.
 */
final class Columns {
  static final int MOST = 64;

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

  private static <T> Column standard(int position, List<EncodedRow<T>> reference) {
    Standard standard =
        Standard.of(reference.stream().mapToDouble(row -> row.number(position)).toArray());
    return row -> standard.of(row.number(position));
  }

  private void addMissing(int position, String name) {
    // A column that is constant in the reference still tells, if live rows have it.
    add(name + " missing", row -> Double.isFinite(row.number(position)) ? 0 : 1);
  }

  private <T> void addCategories(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    Categories categories = Categories.of(position, reference);
    for (String category : categories.frequent()) {
      add(Categories.name(feature, category), row -> categories.is(category, row) ? 1 : 0);
    }
    add(Categories.nameOfAnother(feature), row -> categories.isAnother(row) ? 1 : 0);
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
    return largest(names, weights);
  }

  static List<String> largest(List<String> names, double[] weights) {
    return IntStream.range(0, weights.length)
        .filter(i -> weights[i] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -weights[i]))
        .limit(5)
        .map(names::get)
        .toList();
  }
}
