package io.mlops4j.mlflow;

import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.SchemaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The schema of rows that are maps, made of a model's input signature: one feature per column, and
 * one per tensor of one value or one vector a row.
 */
final class SignatureSchema {
  /** What a single tensor without a name is called. */
  static final String UNNAMED = "input";

  private static final int WIDEST = 1 << 20;

  private final SchemaBuilder<Map<String, ?>> builder = Schema.builder("MLflow signature");
  private final List<RowField> fields = new ArrayList<>();

  private SignatureSchema() {}

  /** Returns the schema, or throws a sentence that says which input no feature stands for. */
  static Schema<Map<String, ?>> of(List<MlflowColumn> inputs) {
    if (inputs.isEmpty()) {
      throw new MlflowException(
          "The model has no input signature. Log it with signature=infer_signature(X, y), or give"
              + " its loader a schema of your own.");
    }
    SignatureSchema result = new SignatureSchema();
    for (MlflowColumn input : inputs) {
      String name = input.name().isEmpty() && inputs.size() == 1 ? UNNAMED : input.name();
      try {
        result.add(name, input);
      } catch (IllegalArgumentException e) {
        throw new MlflowException(
            "The signature's input " + input + " cannot name a feature: " + e.getMessage(), e);
      }
    }
    try {
      return result.builder.factory(new MapFactory(List.copyOf(result.fields))).build();
    } catch (IllegalArgumentException e) {
      throw new MlflowException("The signature is refused: " + e.getMessage(), e);
    }
  }

  private void add(String name, MlflowColumn input) {
    int width = input.isTensor() ? width(input) : 1;
    if (width > 1) {
      requireNumber(input);
      builder.vector(name, width, row -> floats(name, width, row.get(name)));
      fields.add(new RowField(name, Object.class));
      return;
    }
    switch (input.type()) {
      case "boolean", "integer", "long", "float", "double" -> number(name);
      case "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32" -> number(name);
      case "float16", "float32", "float64" -> number(name);
      case "string", "str", "object" -> {
        if (input.type().equals("object") && !input.isTensor()) {
          throw unsupported(input);
        }
        builder.categorical(name, row -> text(row.get(name)));
        fields.add(new RowField(name, String.class));
      }
      case "datetime" -> {
        builder.time(name, row -> millis(name, row.get(name)));
        fields.add(new RowField(name, Instant.class));
      }
      default -> throw unsupported(input);
    }
  }

  /** Values a row: 1 for {@code [-1]} and {@code [-1, 1]}, d for {@code [-1, d]}. */
  private static int width(MlflowColumn input) {
    List<Long> shape = input.shape();
    long width = shape.size() == 1 ? 1 : shape.get(1);
    if (shape.size() > 2 || shape.get(0) != -1 || width < 1 || width > WIDEST) {
      throw unsupported(input);
    }
    return (int) width;
  }

  private static void requireNumber(MlflowColumn input) {
    switch (input.type()) {
      case "float16", "float32", "float64", "int32", "int64" -> {}
      default -> throw unsupported(input);
    }
  }

  private static MlflowException unsupported(MlflowColumn input) {
    return new MlflowException(
        "No feature stands for the signature's input "
            + input
            + ". Numbers, booleans, strings and datetimes do, and tensors of shape [-1], [-1, d].");
  }

  private void number(String name) {
    ToDoubleFunction<Map<String, ?>> accessor = row -> number(name, row.get(name));
    builder.numeric(name, accessor);
    fields.add(new RowField(name, Double.class));
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
    throw wrong(name, value, "a number");
  }

  private static double millis(String name, @Nullable Object value) {
    return value instanceof Instant instant ? instant.toEpochMilli() : number(name, value);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static float @Nullable [] floats(String name, int width, @Nullable Object value) {
    float[] result;
    if (value == null) {
      return null;
    } else if (value instanceof float[] given) {
      result = given;
    } else if (value instanceof List<?> list) {
      result = new float[list.size()];
      for (int i = 0; i < result.length; i++) {
        result[i] = (float) number(name, list.get(i));
      }
    } else {
      throw wrong(name, value, "a float[] or a list of numbers");
    }
    if (result.length != width) {
      throw new IllegalArgumentException(
          "Feature " + name + " has " + result.length + " values (expected: " + width + ").");
    }
    return result;
  }

  private static IllegalArgumentException wrong(String name, Object value, String expected) {
    return new IllegalArgumentException(
        "Feature "
            + name
            + " is a "
            + value.getClass().getName()
            + " (expected: "
            + expected
            + ").");
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
      return Collections.unmodifiableMap(row);
    }
  }
}
