package io.mlops4j.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a schema of rows that are maps from name to value. Used by one thread; the schema it
 * builds is immutable.
 */
public final class MapSchemaBuilder {
  private final SchemaBuilder<Map<String, ?>> builder;
  private final List<RowField> fields = new ArrayList<>();

  MapSchemaBuilder(String name) {
    this.builder = new SchemaBuilder<>(name);
  }

  /**
   * Adds numbers: {@link Number}s, or {@link Boolean}s as 0 and 1.
   *
   * @param names the keys
   * @return this builder
   */
  public MapSchemaBuilder numeric(String... names) {
    for (String name : names) {
      fields.add(new RowField(name, Double.class));
      builder.numeric(name, row -> number(name, row.get(name)));
    }
    return this;
  }

  /**
   * Adds categories: the value's {@code toString}.
   *
   * @param names the keys
   * @return this builder
   */
  public MapSchemaBuilder categorical(String... names) {
    for (String name : names) {
      fields.add(new RowField(name, String.class));
      builder.categorical(name, row -> string(row.get(name)));
    }
    return this;
  }

  /**
   * Returns the schema.
   *
   * @return an immutable schema of the features added so far
   */
  public Schema<Map<String, ?>> build() {
    return builder.factory(new MapFactory(List.copyOf(fields))).build();
  }

  private static double number(String name, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    if (value == null) {
      return Double.NaN;
    }
    throw new IllegalArgumentException(
        "Feature " + name + " is a " + value.getClass().getName() + " (expected: a number).");
  }

  private static @Nullable String string(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private record MapFactory(List<RowField> fields) implements RowFactory<Map<String, ?>> {
    @Override
    public Map<String, ?> create(@Nullable Object[] values) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        if (value != null) {
          row.put(fields.get(i).name(), value);
        }
      }
      return java.util.Collections.unmodifiableMap(row);
    }
  }
}
