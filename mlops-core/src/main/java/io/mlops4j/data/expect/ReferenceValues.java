package io.mlops4j.data.expect;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import java.util.List;
import java.util.stream.Stream;

/** The values another data set has, as keys: read once, then not changed. */
final class ReferenceValues {
  /** 48 bytes each: beyond that a data base is the better place to ask. */
  static final int MAX = 10_000_000;

  private final KeyTable table;
  private final Salt salt;
  private final boolean numbers;

  private ReferenceValues(KeyTable table, Salt salt, boolean numbers) {
    this.table = table;
    this.salt = salt;
    this.numbers = numbers;
  }

  static <R> ReferenceValues of(String name, Dataset<R> rows, String feature, Salt salt) {
    Feature<R> of = rows.schema().feature(feature);
    KeyTable table = new KeyTable(salt.number());
    RowKeys<R> keys = new RowKeys<>(rows.schema(), List.of(feature), salt, false);
    RowBuffer<R> buffer = rows.schema().newBuffer();
    try (Stream<R> stream = rows.stream()) {
      stream.forEachOrdered(
          row -> {
            buffer.set(row);
            if (keys.set(buffer)) {
              table.putIfAbsent(keys.high(), keys.low(), 1);
            }
            if (table.size() > MAX) {
              throw new DataException(
                  "Reference " + name + " has more than " + MAX + " different values.");
            }
          });
    }
    boolean numbers = of.kind() == FeatureKind.NUMERIC || of.kind() == FeatureKind.TIME;
    return new ReferenceValues(table, salt, numbers);
  }

  /** Keys of another schema's rows that can be looked up here. */
  <T> RowKeys<T> keys(Schema<T> schema, String feature) {
    return new RowKeys<>(schema, List.of(feature), salt, false);
  }

  boolean has(RowKeys<?> keys) {
    return table.find(keys.high(), keys.low()) != 0;
  }

  /** Whether it can be asked about a feature of a kind. */
  boolean fits(FeatureKind kind) {
    return numbers == SingleFeature.NUMBERS.contains(kind) && kind != FeatureKind.VECTOR;
  }
}
