package io.mlops4j.junit.simulation;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows anew with one number moved. Whole numbers stay whole. */
final class ShiftedNumber<I> {
  private static final Set<Class<?>> WHOLE =
      Set.of(
          long.class,
          Long.class,
          int.class,
          Integer.class,
          short.class,
          Short.class,
          byte.class,
          Byte.class);

  private final Schema<I> schema;
  private final String moved;
  private final boolean whole;
  private final double by;

  private ShiftedNumber(Schema<I> schema, String moved, boolean whole, double by) {
    this.schema = schema;
    this.moved = moved;
    this.whole = whole;
    this.by = by;
  }

  static <I> ShiftedNumber<I> of(
      Schema<I> schema, String feature, double deviations, List<SimulatedRequest<I>> sample) {
    List<RowField> fields = schema.factory().map(factory -> factory.fields()).orElse(List.of());
    boolean whole = false;
    boolean found = false;
    for (RowField field : fields) {
      if (field.name().equals(feature)) {
        whole = WHOLE.contains(field.type());
        found = true;
      }
      if (!schema.has(field.name())) {
        found = false;
        break;
      }
    }
    if (!found) {
      throw new IllegalArgumentException(
          "drift of '"
              + feature
              + "': rows of "
              + schema.name()
              + " cannot be made of their features alone. Use drift(name, row -> otherRow).");
    }
    return new ShiftedNumber<>(
        schema, feature, whole, deviations * deviation(schema.feature(feature), sample));
  }

  private static <I> double deviation(Feature<I> feature, List<SimulatedRequest<I>> sample) {
    double n = 0;
    double mean = 0;
    double squares = 0;
    for (SimulatedRequest<I> request : sample) {
      I row = request.row();
      double value = row == null ? Double.NaN : feature.number(row);
      if (Double.isFinite(value)) {
        n++;
        double delta = value - mean;
        mean += delta / n;
        squares += delta * (value - mean);
      }
    }
    return n < 2 ? 0 : StrictMath.sqrt(squares / (n - 1));
  }

  I of(I row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    for (Feature<I> feature : schema.features()) {
      values.put(feature.name(), value(feature, row));
    }
    return schema.row(values);
  }

  private @Nullable Object value(Feature<I> feature, I row) {
    if (feature.kind() == FeatureKind.CATEGORICAL || feature.kind() == FeatureKind.TEXT) {
      return feature.text(row);
    }
    if (feature.kind() == FeatureKind.VECTOR) {
      return feature.vector(row);
    }
    double value = feature.number(row);
    if (feature.name().equals(moved)) {
      return whole ? (Object) Math.round(value + by) : value + by;
    }
    return Double.isNaN(value) && feature.nullable() ? null : value;
  }
}
