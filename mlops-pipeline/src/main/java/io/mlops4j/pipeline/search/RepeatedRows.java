package io.mlops4j.pipeline.search;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Test rows that are among the training rows. */
final class RepeatedRows {
  private RepeatedRows() {}

  static <T> long count(Fold<T> fold) {
    Set<String> known = new HashSet<>();
    try (Stream<T> rows = fold.train().features()) {
      rows.forEach(row -> known.add(digest(fold.train(), row)));
    }
    try (Stream<T> rows = fold.test().features()) {
      return rows.filter(row -> known.contains(digest(fold.test(), row))).count();
    }
  }

  private static <T> String digest(LabeledDataset<T> data, T row) {
    Schema<T> schema = data.schema();
    return Dataset.of(schema, List.of(row)).digest();
  }
}
