package io.mlops4j.spring;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import java.util.function.Function;

/** A feature's value as the text of a key or unit. Reads it as the schema does: no reflection. */
final class RowText {
  private RowText() {}

  static <I> Function<I, String> of(Schema<I> rows, String name) {
    Feature<I> feature = rows.feature(name);
    if (feature.kind() == FeatureKind.CATEGORICAL || feature.kind() == FeatureKind.TEXT) {
      return row -> String.valueOf(feature.text(row));
    }
    return row -> text(feature.number(row));
  }

  /** Whole numbers without a point: an {@code int} 7 is the key "7". */
  private static String text(double value) {
    long whole = (long) value;
    return whole == value ? Long.toString(whole) : Double.toString(value);
  }
}
