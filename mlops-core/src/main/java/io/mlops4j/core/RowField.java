package io.mlops4j.core;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One named, typed input of a {@link RowFactory}.
 *
 * @param name the component's name
 * @param type its Java type
 */
public record RowField(String name, Class<?> type) {

  /** Checks for nulls. */
  public RowField {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /**
   * Returns the value a text stands for. An empty text is missing. Numbers are parsed as Java
   * writes them, without regard to locale; {@code NaN} is accepted for floating point.
   *
   * @param text the text
   * @return a value of {@link #type()}, or null if missing
   * @throws IllegalArgumentException saying what was expected, never repeating the text
   */
  public @Nullable Object parse(String text) {
    if (type == String.class) {
      return text.isEmpty() ? null : text;
    }
    String value = text.strip();
    if (value.isEmpty()) {
      return missing();
    }
    try {
      return parsePresent(value);
    } catch (NumberFormatException | DateTimeException e) {
      throw new IllegalArgumentException("expected " + expected());
    }
  }

  private Object parsePresent(String value) {
    if (type == double.class || type == Double.class) {
      return Double.valueOf(value);
    }
    if (type == float.class || type == Float.class) {
      return Float.valueOf(value);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(value);
    }
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(value);
    }
    if (type == short.class || type == Short.class) {
      return Short.valueOf(value);
    }
    if (type == byte.class || type == Byte.class) {
      return Byte.valueOf(value);
    }
    if (type == boolean.class || type == Boolean.class) {
      return switch (value) {
        case "true", "TRUE", "True", "1" -> true;
        case "false", "FALSE", "False", "0" -> false;
        default -> throw new NumberFormatException();
      };
    }
    if (type == Instant.class) {
      return Instant.parse(value);
    }
    if (type == LocalDateTime.class) {
      return LocalDateTime.parse(value);
    }
    if (type == LocalDate.class) {
      return LocalDate.parse(value);
    }
    if (type == OffsetDateTime.class) {
      return OffsetDateTime.parse(value);
    }
    if (type == ZonedDateTime.class) {
      return ZonedDateTime.parse(value);
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(value)) {
          return constant;
        }
      }
      throw new NumberFormatException();
    }
    throw new IllegalArgumentException("a " + type.getTypeName() + " cannot be read from text");
  }

  /**
   * Returns the value a plain object stands for: numbers are converted to the field's numeric type,
   * strings parsed.
   *
   * @param value a {@link Number}, {@link String}, {@link Boolean}, a value of the type itself, or
   *     null
   * @return a value of {@link #type()}, or null if missing
   * @throws IllegalArgumentException saying what was expected, never repeating the value
   */
  public @Nullable Object convert(@Nullable Object value) {
    if (value == null) {
      return missing();
    }
    if (value instanceof String text && type != String.class) {
      return parse(text);
    }
    if (value instanceof Number number && type != Object.class) {
      return convertNumber(number);
    }
    if (value instanceof Boolean && (type == boolean.class || type == Boolean.class)) {
      return value;
    }
    if (type.isInstance(value)) {
      return value;
    }
    throw new IllegalArgumentException("expected " + expected());
  }

  private Object convertNumber(Number number) {
    if (type == double.class || type == Double.class) {
      return number.doubleValue();
    }
    if (type == float.class || type == Float.class) {
      return number.floatValue();
    }
    double exact = number.doubleValue();
    if (exact == Math.rint(exact)) {
      if (type == long.class || type == Long.class) {
        return number.longValue();
      }
      if ((type == int.class || type == Integer.class) && exact == (int) exact) {
        return (int) exact;
      }
      if ((type == short.class || type == Short.class) && exact == (short) exact) {
        return (short) exact;
      }
      if ((type == byte.class || type == Byte.class) && exact == (byte) exact) {
        return (byte) exact;
      }
      if ((type == boolean.class || type == Boolean.class) && (exact == 0 || exact == 1)) {
        return exact == 1;
      }
    }
    throw new IllegalArgumentException("expected " + expected());
  }

  private @Nullable Object missing() {
    if (type == double.class) {
      return Double.NaN;
    }
    if (type == float.class) {
      return Float.NaN;
    }
    if (type.isPrimitive()) {
      throw new IllegalArgumentException(
          "is missing, and the field is a primitive " + type.getName() + " (box it to allow that)");
    }
    return null;
  }

  private String expected() {
    if (type.isEnum()) {
      return "one of " + java.util.Arrays.toString(type.getEnumConstants());
    }
    return "a " + type.getSimpleName();
  }
}
