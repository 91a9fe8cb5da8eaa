package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows as numbers, by nothing but the reference rows: of a number or a time its distance from the
 * median in deviations, at most four, and whether it is missing; of a category which of the ten
 * most frequent it is, or another one; of a vector at most 64 directions, which together weigh as
 * much as one number, and whether it is missing. Two rows of the reference that differ in one
 * feature are about one unit apart, whichever feature it is. No free text.
 */
final class RowNumbers {
  static final int MOST = 256;

  private final List<String> names = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();

  /** Some of the numbers of a row, from a place on. */
  private interface Part {
    void write(EncodedRow<?> row, double[] into);
  }

  <T> RowNumbers(Schema<T> schema, List<EncodedRow<T>> reference) {
    for (int i = 0; i < schema.size(); i++) {
      Feature<T> feature = schema.features().get(i);
      switch (feature.kind()) {
        case NUMERIC, TIME -> addNumber(i, feature, reference);
        case CATEGORICAL -> addCategories(i, feature, reference);
        case VECTOR -> addVector(i, feature, reference);
        case TEXT -> {
          // nothing that can be measured
        }
      }
    }
    if (names.size() > MOST) {
      throw new IllegalArgumentException(
          "columns of "
              + schema.name()
              + ": "
              + names.size()
              + " (expected: at most "
              + MOST
              + "). A number is 2, a category up to 11, a vector up to 65: compare fewer features.");
    }
  }

  private <T> void addNumber(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    Standard standard =
        Standard.of(reference.stream().mapToDouble(row -> row.number(position)).toArray());
    int at = names.size();
    names.add(feature.name());
    names.add(feature.name() + " missing");
    parts.add(
        (row, into) -> {
          double value = row.number(position);
          into[at] = standard.of(value);
          into[at + 1] = Double.isFinite(value) ? 0 : 1;
        });
  }

  private <T> void addCategories(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    Categories categories = Categories.of(position, reference);
    int at = names.size();
    for (String category : categories.frequent()) {
      names.add(Categories.name(feature, category));
    }
    names.add(Categories.nameOfAnother(feature));
    parts.add((row, into) -> into[at + categories.index(row)] = 1);
  }

  private <T> void addVector(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    Directions directions = Directions.of(position, feature, reference);
    int at = names.size();
    for (int j = 0; j < directions.size(); j++) {
      names.add(feature.name() + "~" + (j + 1));
    }
    names.add(feature.name() + " missing");
    parts.add((row, into) -> directions.write(row, into, at));
  }

  /** Whether a schema has anything to measure. */
  static boolean any(Schema<?> schema) {
    return schema.features().stream().anyMatch(f -> f.kind() != FeatureKind.TEXT);
  }

  List<String> names() {
    return names;
  }

  double[][] of(List<? extends EncodedRow<?>> rows) {
    return rows.stream().map(this::of).toArray(double[][]::new);
  }

  private double[] of(EncodedRow<?> row) {
    double[] result = new double[names.size()];
    parts.forEach(part -> part.write(row, result));
    return result;
  }
}
