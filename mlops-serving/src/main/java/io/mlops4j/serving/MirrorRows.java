package io.mlops4j.serving;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes rows of their features again. Used by one thread. */
final class MirrorRows<I> {
  private final @Nullable Function<? super EncodedRow<I>, ? extends I> given;
  private @Nullable Schema<I> schema;
  private int[] positions = {};

  MirrorRows(@Nullable Function<? super EncodedRow<I>, ? extends I> given) {
    this.given = given;
  }

  /**
   * Returns the row.
   *
   * @throws RuntimeException if it cannot be made: the schema has no factory, a field that is no
   *     feature is a primitive, or the row's own constructor refuses the values
   */
  I row(EncodedRow<I> features) {
    if (given != null) {
      return given.apply(features);
    }
    Schema<I> from = features.schema();
    RowFactory<I> factory =
        from.factory()
            .orElseThrow(
                () ->
                    new MlopsException(
                        "Schema "
                            + from.name()
                            + " cannot make rows: it was built by hand. Give the mirror"
                            + " rows(…)."));
    List<RowField> fields = factory.fields();
    if (from != schema) {
      positions = fields.stream().mapToInt(f -> position(from, f)).toArray();
      schema = from;
    }
    @Nullable Object[] values = new @Nullable Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(features, positions[i], fields.get(i));
    }
    return factory.create(values);
  }

  private static int position(Schema<?> schema, RowField field) {
    return schema.has(field.name()) ? schema.indexOf(field.name()) : -1;
  }

  private @Nullable Object value(EncodedRow<I> row, int position, RowField field) {
    if (position < 0) {
      return field.convert(null);
    }
    Feature<I> feature = row.schema().features().get(position);
    if (feature.kind() == FeatureKind.VECTOR) {
      return row.vector(position);
    }
    if (feature.kind() == FeatureKind.CATEGORICAL || feature.kind() == FeatureKind.TEXT) {
      return field.convert(row.text(position));
    }
    double number = row.number(position);
    if (Double.isNaN(number)) {
      return field.convert(null);
    }
    return Temporal.class.isAssignableFrom(field.type())
        ? time(number, field.type())
        : field.convert(number);
  }

  private static Object time(double millis, Class<?> type) {
    if (Math.abs(millis) > 0x1p62) {
      throw new DateTimeException("a time beyond what milliseconds can say");
    }
    ZonedDateTime at = Instant.ofEpochMilli((long) millis).atZone(ZoneOffset.UTC);
    if (type == Instant.class) {
      return at.toInstant();
    }
    if (type == LocalDateTime.class) {
      return at.toLocalDateTime();
    }
    if (type == LocalDate.class) {
      return at.toLocalDate();
    }
    return type == ZonedDateTime.class ? at : at.toOffsetDateTime();
  }
}
