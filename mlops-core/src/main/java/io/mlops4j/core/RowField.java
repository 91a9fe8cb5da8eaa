package io.mlops4j.core;

import com.fasterxml.jackson.core.io.NumberInput;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One named, typed input of a {@link RowFactory}.
 *
 * @param name the component's name
 * @param type its Java type
 */
public record RowField(String name, Class<?> type) {
  private static final int MAX_LISTED = 32;

  /** Checks for nulls. */
  public RowField {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /**
   * Returns the value a text stands for. An empty text is missing. Numbers are decimal, without
   * regard to locale; {@code NaN} and {@code Infinity} are accepted for floating point, overflow is
   * not. Times are ISO 8601, with a {@code T} or a space between date and time.
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

  /**
   * Returns the value a text stands for, as {@link #parse(String)} does, without making the text of
   * a number that is written plainly.
   *
   * @param utf8 holds the text in UTF-8; not kept
   * @param from where it begins
   * @param to where it ends, exclusive
   * @return a value of {@link #type()}, or null if missing
   * @throws IllegalArgumentException saying what was expected, never repeating the text
   */
  public @Nullable Object parse(byte[] utf8, int from, int to) {
    if (type == float.class || type == Float.class) {
      float value = PlainNumber.toFloat(utf8, from, to);
      if (!Float.isNaN(value)) {
        return value;
      }
    } else if (type == double.class || type == Double.class) {
      double value = PlainNumber.toDouble(utf8, from, to);
      if (!Double.isNaN(value)) {
        return value;
      }
    } else if (type == int.class || type == Integer.class) {
      Long value = PlainNumber.toLong(utf8, from, to);
      if (value != null && value.intValue() == value) {
        return value.intValue();
      }
    } else if (type == long.class || type == Long.class) {
      Long value = PlainNumber.toLong(utf8, from, to);
      if (value != null) {
        return value;
      }
    }
    return parse(new String(utf8, from, to - from, StandardCharsets.UTF_8));
  }

  private Object parsePresent(String value) {
    if (type == double.class || type == Double.class) {
      requireDecimal(value);
      double number = NumberInput.parseDouble(value, true); // As the JDK rounds, and faster.
      return finiteUnlessSaid(number, Double.isInfinite(number), value);
    }
    if (type == float.class || type == Float.class) {
      requireDecimal(value);
      float number = NumberInput.parseFloat(value, true); // Not through a double: rounded once.
      return finiteUnlessSaid(number, Float.isInfinite(number), value);
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
      return Instant.parse(withT(value));
    }
    if (type == LocalDateTime.class) {
      return LocalDateTime.parse(withT(value));
    }
    if (type == LocalDate.class) {
      return LocalDate.parse(value);
    }
    if (type == OffsetDateTime.class) {
      return OffsetDateTime.parse(withT(value));
    }
    if (type == ZonedDateTime.class) {
      return ZonedDateTime.parse(withT(value));
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

  /** A decimal number or NaN; not the type suffixes and hexadecimal digits of Java source. */
  private static void requireDecimal(String value) {
    char last = value.charAt(value.length() - 1);
    if (value.indexOf('x') >= 0 || value.indexOf('X') >= 0 || "dDfF".indexOf(last) >= 0) {
      throw new NumberFormatException();
    }
  }

  /** 1e999 is a mistake; "Infinity" is meant. */
  private static Object finiteUnlessSaid(Object number, boolean infinite, String value) {
    if (infinite && value.indexOf('I') < 0) {
      throw new NumberFormatException();
    }
    return number;
  }

  private static Object narrowed(double number) {
    if (Float.isInfinite((float) number) && !Double.isInfinite(number)) {
      throw new NumberFormatException();
    }
    return (float) number;
  }

  /** Many programs write a space between date and time. */
  private static String withT(String value) {
    return value.length() > 10 && value.charAt(10) == ' '
        ? value.substring(0, 10) + 'T' + value.substring(11)
        : value;
  }

  /**
   * Returns the value a plain object stands for: numbers are converted to the field's numeric type
   * if they fit it, booleans are 1 and 0 there, strings are parsed.
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
    if (type.isInstance(value)) {
      return value;
    }
    if (value instanceof Number number) {
      return convertNumber(number);
    }
    if (value instanceof Boolean bool) {
      return type == boolean.class ? value : convertNumber(bool ? 1 : 0);
    }
    throw new IllegalArgumentException("expected " + expected());
  }

  private Object convertNumber(Number number) {
    double exact = number.doubleValue();
    try {
      if (type == double.class || type == Double.class) {
        return exact;
      }
      if (type == float.class || type == Float.class) {
        return narrowed(exact);
      }
      BigDecimal whole =
          number instanceof Long || number instanceof BigInteger
              ? new BigDecimal(number.toString())
              : new BigDecimal(exact);
      if (type == long.class || type == Long.class) {
        return whole.longValueExact();
      }
      if (type == int.class || type == Integer.class) {
        return whole.intValueExact();
      }
      if (type == short.class || type == Short.class) {
        return whole.shortValueExact();
      }
      if (type == byte.class || type == Byte.class) {
        return whole.byteValueExact();
      }
      if ((type == boolean.class || type == Boolean.class) && (exact == 0 || exact == 1)) {
        return exact == 1;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Not a whole number of that size: falls through, without the value in a message.
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
      Object[] constants = type.getEnumConstants();
      String names =
          Arrays.stream(constants)
              .limit(MAX_LISTED)
              .map(constant -> ((Enum<?>) constant).name())
              .collect(Collectors.joining(", "));
      return "one of " + names + (constants.length > MAX_LISTED ? ", …" : "");
    }
    String name = type.getSimpleName();
    return ("aeiouAEIOU".indexOf(name.charAt(0)) >= 0 ? "an " : "a ") + name;
  }
}
